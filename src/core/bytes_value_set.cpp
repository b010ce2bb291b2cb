// bytea: random bytes, or distinct ones where uniqueness is asked for. Limits: lengths, in bytes; excluded values and
// intervals are ignored (the server's check rejects).
// Read first: MakeBytesValueSet.
#include <algorithm>
#include <cstring>
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kUsualShortest = 8;
constexpr std::int64_t kUsualLongest = 32;
constexpr std::int64_t kUsualUnique = 16;

// Values of `shortest` … `longest` bytes. Distinct ones count: all values of the shortest length first, then the next
// length; from 8 bytes on the first 8 tell them apart.
class BytesValueSet final : public ValueSet {
 public:
  BytesValueSet(std::int64_t shortest, std::int64_t longest, bool unique)
      : shortest_(shortest), longest_(longest), unique_(unique) {
    size_ = longest == 0 ? 1 : kMaxValueSetSize;
    if (unique) {
      size_ = 0;
      for (std::int64_t length = shortest; length <= longest && size_ < kMaxValueSetSize; ++length) {
        size_ = AddSizes(size_, PowerSize(256, length));
      }
    }
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool /*ignoring_case*/) const override { return unique_ || size_ == 1; }
  Encoding encoding() const override { return Encoding::Varlena; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    std::string bytes;
    MakeBytes(index, bytes);
    out.append("\\x");
    for (const char byte : bytes) AppendHex(static_cast<unsigned char>(byte), 2, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::string bytes;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      MakeBytes(indexes[row], bytes);
      out.SetVarlena(row, bytes);
    }
  }
  std::string Describe() const override {
    return "bytes, " + std::to_string(shortest_) + " … " + std::to_string(longest_) + " long";
  }

 private:
  void MakeBytes(std::uint64_t index, std::string& bytes) const {
    std::int64_t length = shortest_;
    std::uint64_t name = 0;
    if (unique_) {
      for (std::uint64_t count = PowerSize(256, length); index >= count; count = PowerSize(256, ++length)) {
        index -= count;
      }
      name = length >= 8 ? Mix(index) : index;
    } else {
      name = HashIndex(index, 0);
      length +=
          static_cast<std::int64_t>(Scale(HashIndex(index, 1), static_cast<std::uint64_t>(longest_ - shortest_) + 1));
    }
    bytes.resize(static_cast<std::size_t>(length));
    std::uint64_t word = name;
    for (std::size_t place = 0; place < bytes.size(); place += 8) {
      std::memcpy(bytes.data() + place, &word, std::min<std::size_t>(8, bytes.size() - place));
      word = Mix(word + kGoldenGamma);
    }
  }

  std::int64_t shortest_;
  std::int64_t longest_;
  bool unique_;
  std::uint64_t size_ = 1;
};

}  // namespace

ValueSetPointer MakeBytesValueSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "bytea")) return nullptr;
  const LengthLimits lengths = ResolveLengths(request);
  if (request.unique) {
    // All lengths that fit where few bytes do; otherwise one usual length.
    const std::int64_t longest = lengths.maximum.value_or(INT64_MAX);
    if (longest < 8) return std::make_shared<BytesValueSet>(lengths.minimum, longest, true);
    const std::int64_t length = std::max(lengths.minimum, std::min(kUsualUnique, longest));
    return std::make_shared<BytesValueSet>(length, length, true);
  }
  const bool has_limits = request.limits.min_length || request.limits.max_length;
  std::int64_t shortest = has_limits ? lengths.minimum : kUsualShortest;
  std::int64_t longest = lengths.maximum.value_or(std::max(kUsualLongest, lengths.minimum + kUsualLongest));
  constexpr std::int64_t kSpread = 1000;  // a larger maximum is a limit, not what is usual
  longest = std::min(longest, shortest + kSpread);
  return std::make_shared<BytesValueSet>(shortest, longest, false);
}

}  // namespace dbmocker
