// Composite types, written as input text, nested to any depth. Every attribute has a value; unique composites number
// the tuples of their attributes' values, so that all of them can be reached.
// Limits other than lists are ignored (the server's check rejects).
// Read first: CompositeValueSet::AppendText.
#include <memory>

#include "composed_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

class CompositeValueSet final : public ValueSet {
 public:
  CompositeValueSet(std::string name, std::vector<ValueSetPointer> attributes, bool unique)
      : name_(std::move(name)), attributes_(std::move(attributes)), unique_(unique) {
    if (!unique && !attributes_.empty()) {
      size_ = kMaxValueSetSize;
      return;
    }
    for (const ValueSetPointer& attribute : attributes_) {
      if (attribute->IsInjective()) size_ = MultiplySizes(size_, attribute->Size());
    }
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool ignoring_case) const override {
    if (size_ == 1) return true;
    if (!unique_ || !ignoring_case) return unique_;
    for (const ValueSetPointer& attribute : attributes_) {
      if (attribute->IsInjective() && !attribute->IsInjective(true)) return false;
    }
    return true;
  }
  void AppendText(std::uint64_t index, std::string& out) const override {
    out.push_back('(');
    std::uint64_t rest = index;
    std::string text;
    for (std::size_t place = 0; place < attributes_.size(); ++place) {
      if (place > 0) out.push_back(',');
      const ValueSet& attribute = *attributes_[place];
      std::uint64_t choice = Scale(HashIndex(index, place), attribute.Size());
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
  std::vector<ValueSetPointer> attributes_;
  bool unique_;
  std::uint64_t size_ = 1;
};

}  // namespace

ValueSetPointer MakeCompositeValueSet(const TypeRequest& request) {
  if (request.type.kind != TypeKind::Composite) return nullptr;
  std::vector<ValueSetPointer> attributes;
  for (const CompositeAttribute& attribute : request.type.attributes) {
    ValueSetPointer values = attribute.type == nullptr
                                 ? nullptr
                                 : MakeTypeValueSet(*attribute.type, attribute.type_modifier, ValueLimits{},
                                                    request.unique, request.context);
    if (values == nullptr) return nullptr;
    attributes.push_back(std::move(values));
  }
  return std::make_shared<CompositeValueSet>(request.type.name, std::move(attributes), request.unique);
}

}  // namespace dbmocker
