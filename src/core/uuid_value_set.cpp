// uuid in its native 16 bytes, in the layout of version 4: random-looking, yet distinct for distinct indexes.
// Limits other than lists are ignored (the server's check rejects what does not fit).
// Read first: MakeUuid.
#include <array>
#include <cstring>
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

struct Uuid {
  std::uint64_t high;
  std::uint64_t low;
};

// Mix() is a bijection, and all of its 64 bits find a place: 60 around the version digit, 4 below the variant.
Uuid MakeUuid(std::uint64_t index) {
  const std::uint64_t name = Mix(index ^ 0x5851F42D4C957F2DULL);
  const std::uint64_t filler = Mix(name + kGoldenGamma);
  Uuid uuid;
  uuid.high = (name & 0xFFFFFFFFFFFF0000ULL) | 0x4000U | (name & 0x0FFFU);
  uuid.low = 0x8000000000000000ULL | ((name & 0xF000U) << 46) | (filler & 0x03FFFFFFFFFFFFFFULL);
  return uuid;
}

void StoreBigEndian(std::uint64_t word, std::byte* out) {
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  std::memcpy(out, &word, sizeof word);
}

class UuidValueSet final : public ValueSet {
 public:
  std::uint64_t Size() const override { return kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  Encoding encoding() const override { return Encoding::Fixed; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const Uuid uuid = MakeUuid(index);
    AppendHex(uuid.high >> 32, 8, out);
    out.push_back('-');
    AppendHex(uuid.high >> 16, 4, out);
    out.push_back('-');
    AppendHex(uuid.high, 4, out);
    out.push_back('-');
    AppendHex(uuid.low >> 48, 4, out);
    out.push_back('-');
    AppendHex(uuid.low, 12, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const Uuid uuid = MakeUuid(indexes[row]);
      std::byte* bytes = out.arena().Allocate(16, 8);
      StoreBigEndian(uuid.high, bytes);
      StoreBigEndian(uuid.low, bytes + 8);
      out.SetBytes(row, bytes);
    }
  }
  std::string Describe() const override { return "random uuid, version 4"; }
};

}  // namespace

ValueSetPointer MakeUuidValueSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "uuid")) return nullptr;
  return std::make_shared<UuidValueSet>();
}

}  // namespace dbmocker
