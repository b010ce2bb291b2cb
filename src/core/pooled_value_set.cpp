// See pooled_value_set.h.
// Read first: PooledValueSet::Emit.
#include "pooled_value_set.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace dbmocker {
namespace {

class PooledValueSet final : public ValueSet {
 public:
  PooledValueSet(ValueSetPointer inner, const std::vector<std::uint64_t>& indexes, std::shared_ptr<ValueCache> cache)
      : inner_(std::move(inner)), cache_(std::move(cache)) {
    pool_.encoding = inner_->encoding();
    pool_.Reset(indexes.size());
    inner_->Emit(indexes, pool_);
    for (std::size_t i = 0; i < indexes.size(); ++i) words_[indexes[i]] = pool_.words()[i];
    cache_->AddHeld(pool_.bytes_reserved());
  }

  std::uint64_t Size() const override { return inner_->Size(); }
  bool IsInjective(bool ignoring_case) const override { return inner_->IsInjective(ignoring_case); }
  Encoding encoding() const override { return inner_->encoding(); }
  std::string Shape() const override { return inner_->Shape(); }
  std::string Describe() const override { return inner_->Describe(); }
  void AppendText(std::uint64_t index, std::string& out) const override { inner_->AppendText(index, out); }

  // What is not kept is made first: its memory is that of `out`.
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> others;
    for (const std::uint64_t index : indexes)
      if (!words_.contains(index)) others.push_back(index);
    if (!others.empty()) inner_->Emit(others, out);
    const std::vector<std::uint64_t> made(out.words().begin(),
                                          out.words().begin() + static_cast<std::ptrdiff_t>(others.size()));
    std::size_t used = 0;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const auto kept = words_.find(indexes[row]);
      out.words()[row] = kept != words_.end() ? kept->second : made[used++];
    }
    cache_->CountHits(indexes.size() - others.size());
    cache_->CountMisses(others.size());
  }

 private:
  ValueSetPointer inner_;
  std::shared_ptr<ValueCache> cache_;
  ColumnBuffer pool_;
  std::unordered_map<std::uint64_t, std::uint64_t> words_;
};

}  // namespace

ValueSetPointer MakePooledValueSet(ValueSetPointer inner, const std::vector<std::uint64_t>& indexes,
                                   std::shared_ptr<ValueCache> cache) {
  return std::make_shared<PooledValueSet>(std::move(inner), indexes, std::move(cache));
}

}  // namespace dbmocker
