// Composite types, written as input text, nested to any depth. Every attribute has a value, by its name's meaning where
// that says something; unique composites number
// the tuples of their attributes' values, so that all of them can be reached.
// Limits other than lists are ignored (the server's check rejects).
// Read first: CompositeValueSet::AppendText.
#include <algorithm>
#include <memory>
#include <optional>

#include "composed_text.h"
#include "dbmocker/provider.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

// What an attribute draws from. Attributes that have to agree, such as city and country, share their salt.
struct Attribute {
  ValueSetPointer values;
  std::uint64_t size = 0;
  std::uint64_t salt = 0;
};

class CompositeValueSet final : public ValueSet {
 public:
  CompositeValueSet(std::string name, std::vector<Attribute> attributes, bool unique)
      : name_(std::move(name)), attributes_(std::move(attributes)), unique_(unique) {
    if (!unique && !attributes_.empty()) {
      size_ = kMaxValueSetSize;
      return;
    }
    for (const Attribute& attribute : attributes_) {
      if (attribute.values->IsInjective()) size_ = MultiplySizes(size_, attribute.values->Size());
    }
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool ignoring_case) const override {
    if (size_ == 1) return true;
    if (!unique_ || !ignoring_case) return unique_;
    for (const Attribute& attribute : attributes_) {
      if (attribute.values->IsInjective() && !attribute.values->IsInjective(true)) return false;
    }
    return true;
  }
  void AppendText(std::uint64_t index, std::string& out) const override {
    out.push_back('(');
    std::uint64_t rest = index;
    std::string text;
    for (std::size_t place = 0; place < attributes_.size(); ++place) {
      if (place > 0) out.push_back(',');
      const ValueSet& attribute = *attributes_[place].values;
      std::uint64_t choice = Scale(HashIndex(index, attributes_[place].salt), attributes_[place].size);
      if (unique_ && attribute.IsInjective()) {
        choice = rest % attribute.Size();
        rest /= attribute.Size();
      }
      text.clear();
      attribute.AppendText(choice, text);
      AppendRecordField(text, out);
    }
    out.push_back(')');
  }
  std::string Describe() const override { return "composite " + name_; }

 private:
  std::string name_;
  std::vector<Attribute> attributes_;
  bool unique_;
  std::uint64_t size_ = 1;
};

// The type as a table, so that its attributes' names can be asked for their meaning.
Table TableOf(const Type& type) {
  Table table;
  table.schema = type.schema;
  table.name = type.name;
  for (const CompositeAttribute& attribute : type.attributes) {
    Column column;
    column.number = static_cast<AttributeNumber>(table.columns.size()) + 1;
    column.name = attribute.name;
    column.type = attribute.type;
    column.type_modifier = attribute.type_modifier;
    table.columns.push_back(std::move(column));
  }
  return table;
}

// nullopt if the attribute's name says nothing, or its type has conditions of its own.
std::optional<Attribute> MakeByMeaning(const Table& table, std::size_t place, const TypeRequest& request) {
  constexpr std::uint64_t kGroupSalt = 1000;
  const Column& column = table.columns[place];
  if (request.unique || column.type->kind == TypeKind::Domain) return std::nullopt;
  const auto meaning = DetectMeaning(table, column);
  if (!meaning) return std::nullopt;
  ValueSetPointer values =
      MakeProviderValueSet(*meaning, *column.type, column.type_modifier, ValueLimits{}, request.context);
  if (values == nullptr) return std::nullopt;
  Attribute attribute{values, values->Size(), place};
  if (meaning->group != GroupKind::None) {
    attribute.size = std::min(attribute.size, GroupBlockSize(meaning->group, request.context.locale));
    attribute.salt = kGroupSalt + static_cast<std::uint64_t>(meaning->group);
  }
  return attribute;
}

}  // namespace

ValueSetPointer MakeCompositeValueSet(const TypeRequest& request) {
  if (request.type.kind != TypeKind::Composite) return nullptr;
  std::vector<Attribute> attributes;
  if (std::ranges::any_of(request.type.attributes, [](const auto& one) { return one.type == nullptr; })) return nullptr;
  const Table table = TableOf(request.type);
  for (std::size_t place = 0; place < request.type.attributes.size(); ++place) {
    if (auto known = MakeByMeaning(table, place, request)) {
      attributes.push_back(std::move(*known));
      continue;
    }
    const CompositeAttribute& attribute = request.type.attributes[place];
    ValueSetPointer values =
        MakeTypeValueSet(*attribute.type, attribute.type_modifier, ValueLimits{}, request.unique, request.context);
    if (values == nullptr) return nullptr;
    const std::uint64_t size = values->Size();
    attributes.push_back({std::move(values), size, place});
  }
  return std::make_shared<CompositeValueSet>(request.type.name, std::move(attributes), request.unique);
}

}  // namespace dbmocker
