// bit(n) and varbit(n) as strings of 0 and 1. Limits: lengths of varbit; all others are ignored (the server rejects).
// Read first: MakeBitValueSet.
#include <algorithm>
#include <memory>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kUsualBits = 8;
constexpr std::int64_t kMaxNumberBits = 62;

// All strings of `shortest` bits, then those of one more, up to `longest`. Beyond 62 bits the first ones are random.
class BitValueSet final : public ValueSet {
 public:
  BitValueSet(std::int64_t shortest, std::int64_t longest) : shortest_(shortest), longest_(longest) {
    for (std::int64_t length = shortest; length <= longest && size_ < kMaxValueSetSize; ++length) {
      size_ = AddSizes(size_, PowerSize(2, length));
    }
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    std::int64_t length = shortest_;
    for (std::uint64_t count = PowerSize(2, length); index >= count; count = PowerSize(2, ++length)) index -= count;
    std::uint64_t filler = Mix(index + kGoldenGamma);
    for (std::int64_t bit = length - 1; bit >= 0; --bit) {
      if (bit >= kMaxNumberBits) {
        out.push_back((filler >> (bit % 64) & 1U) != 0 ? '1' : '0');
        if (bit % 64 == 0) filler = Mix(filler + kGoldenGamma);
      } else {
        out.push_back((index >> bit & 1U) != 0 ? '1' : '0');
      }
    }
  }
  std::string Describe() const override {
    if (shortest_ == longest_) return std::to_string(longest_) + " bits";
    return std::to_string(shortest_) + " … " + std::to_string(longest_) + " bits";
  }

 private:
  std::int64_t shortest_;
  std::int64_t longest_;
  std::uint64_t size_ = 0;
};

}  // namespace

ValueSetPointer MakeBitValueSet(const TypeRequest& request) {
  if (IsBuiltIn(request.type, "bit")) {
    const std::int64_t length = MaxLengthOfModifier(request.type, request.modifier).value_or(kUsualBits);
    return std::make_shared<BitValueSet>(length, length);
  }
  if (!IsBuiltIn(request.type, "varbit")) return nullptr;
  const LengthLimits lengths = ResolveLengths(request);
  // The empty string of bits is legal, but only on request.
  const std::int64_t shortest = lengths.maximum == 0 ? 0 : std::max<std::int64_t>(lengths.minimum, 1);
  const std::int64_t usual = shortest + (request.unique ? kMaxNumberBits : kUsualBits);
  return std::make_shared<BitValueSet>(shortest, std::min(lengths.maximum.value_or(usual), std::max(usual, shortest)));
}

}  // namespace dbmocker
