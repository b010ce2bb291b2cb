// See extended_value_set.h. The added values are emitted once, and then only pointed at.
// Read first: ExtendedValueSet.
#include "extended_value_set.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

class ExtendedValueSet final : public ValueSet {
 public:
  ExtendedValueSet(ValueSetPointer base, const ValueSet& added, std::vector<std::string> texts)
      : base_(std::move(base)), texts_(std::move(texts)) {
    std::vector<std::uint64_t> all(texts_.size());
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    added_.encoding = added.encoding();
    added_.Reset(all.size());
    added.Emit(all, added_);
  }

  std::uint64_t Size() const override { return base_->Size() + texts_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  Encoding encoding() const override { return base_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (index < base_->Size()) return base_->AppendText(index, out);
    out += texts_[index - base_->Size()];
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const std::uint64_t size = base_->Size();
    std::vector<std::uint64_t> usual(indexes.begin(), indexes.end());
    for (std::uint64_t& index : usual)
      if (index >= size) index = 0;
    base_->Emit(usual, out);
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      if (indexes[row] < size) continue;
      out.words()[row] = added_.words()[indexes[row] - size];
      out.nulls()[row] = 0;
    }
  }
  std::string Describe() const override { return base_->Describe(); }

 private:
  ValueSetPointer base_;
  std::vector<std::string> texts_;
  ColumnBuffer added_;
};

// The same where the encodings differ: the server's input function reads all values then.
class ExtendedTextSet final : public ValueSet {
 public:
  ExtendedTextSet(ValueSetPointer base, std::vector<std::string> texts)
      : base_(std::move(base)), texts_(std::move(texts)) {}
  std::uint64_t Size() const override { return base_->Size() + texts_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (index < base_->Size()) return base_->AppendText(index, out);
    out += texts_[index - base_->Size()];
  }
  std::string Describe() const override { return base_->Describe(); }

 private:
  ValueSetPointer base_;
  std::vector<std::string> texts_;
};

}  // namespace

ValueSetPointer MakeExtendedValueSet(ValueSetPointer base, const TypeOfColumn& type, std::vector<std::string> texts) {
  if (texts.empty()) return base;
  const ValueSetPointer added = MakeModifiedListValueSet(*type.type, type.type_modifier, texts);
  if (added->encoding() == base->encoding())
    return std::make_shared<ExtendedValueSet>(std::move(base), *added, std::move(texts));
  return std::make_shared<ExtendedTextSet>(std::move(base), std::move(texts));
}

}  // namespace dbmocker
