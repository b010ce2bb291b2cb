// Enums as the OIDs of their labels. Limits: intervals in the order of the labels, and excluded labels.
// Read first: MakeEnumValueSet.
#include <algorithm>
#include <memory>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

class EnumValueSet final : public OrderedValueSet {
 public:
  struct Label {
    std::string text;
    std::uint32_t oid;
  };

  EnumValueSet(std::vector<Label> labels, bool has_oids) : labels_(std::move(labels)), has_oids_(has_oids) {}

  std::uint64_t Size() const override { return labels_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  bool IsAscending() const override { return true; }
  Encoding encoding() const override { return has_oids_ ? Encoding::Word : Encoding::InputText; }
  void AppendText(std::uint64_t index, std::string& out) const override { out.append(labels_[index].text); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    if (!has_oids_) {
      ValueSet::Emit(indexes, out);
      return;
    }
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = labels_[indexes[row]].oid;
  }
  std::string Describe() const override {
    if (labels_.size() == 1) return "label " + labels_.front().text;
    return std::to_string(labels_.size()) + " labels, " + labels_.front().text + " … " + labels_.back().text;
  }

 private:
  std::vector<Label> labels_;
  bool has_oids_;
};

}  // namespace

ValueSetPointer MakeEnumValueSet(const TypeRequest& request) {
  const Type& type = request.type;
  if (type.kind != TypeKind::Enum || type.labels.empty()) return nullptr;
  OrderedSpace space;
  space.legal = space.usual = {0, static_cast<std::int64_t>(type.labels.size()) - 1};
  space.is_anchored = true;
  space.preferred = {space.legal};
  const auto parse = [&type](std::string_view text) -> std::optional<OrderedPoint> {
    const auto found = std::find(type.labels.begin(), type.labels.end(), text);
    if (found == type.labels.end()) return std::nullopt;
    return OrderedPoint{found - type.labels.begin(), true};
  };
  // Labels are few: with `unique` every open end reaches to the first or last one.
  const auto range = ResolveOrderedRange(space, request.limits, true, parse);
  if (!range) ThrowNoValue(type, request.limits);
  const bool has_oids = type.label_oids.size() == type.labels.size();
  std::vector<EnumValueSet::Label> labels;
  for (std::uint64_t i = 0; i < range->size(); ++i) {
    const auto place = static_cast<std::size_t>(range->At(i));
    labels.push_back({type.labels[place], has_oids ? type.label_oids[place] : 0});
  }
  return std::make_shared<EnumValueSet>(std::move(labels), has_oids);
}

}  // namespace dbmocker
