// StoredValueSet and its packed twin: a list of words, and for values by reference the bytes that the words point into,
// by offset, so that both can be copied as they are. Stored values have no text form of their own: they are never
// composed.
// Read first: StoredValueSet::Pack.
#include "dbmocker/stored_value_set.h"

#include <cstring>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

constexpr std::size_t kAlignment = 8;

std::size_t AlignUp(std::size_t size) { return (size + kAlignment - 1) & ~(kAlignment - 1); }

// What a packed set starts with; the words follow, then the bytes.
struct PackedHeader {
  std::uint64_t count;
  std::uint32_t encoding;
  std::uint32_t is_distinct;
};
static_assert(sizeof(PackedHeader) % kAlignment == 0);

// `bytes`: nullptr for values by value, whose words are the values.
void EmitWords(std::span<const std::uint64_t> words, const std::byte* bytes, std::span<const std::uint64_t> indexes,
               ColumnBuffer& out) {
  const std::span<std::uint64_t> to = out.words();
  const std::uint64_t base = reinterpret_cast<std::uintptr_t>(bytes);
  for (std::size_t i = 0; i < indexes.size(); ++i) to[i] = base + words[indexes[i]];
}

[[noreturn]] void RefuseText() { throw Error(sqlstate::kInternalError, "stored values have no text form"); }

class PackedValueSet final : public ValueSet {
 public:
  PackedValueSet(const std::byte* packed, std::shared_ptr<ValueCache> cache) : cache_(std::move(cache)) {
    std::memcpy(&header_, packed, sizeof header_);
    words_ = {reinterpret_cast<const std::uint64_t*>(packed + sizeof header_), header_.count};
    if (encoding() != Encoding::Word) bytes_ = packed + sizeof header_ + header_.count * sizeof(std::uint64_t);
  }

  std::uint64_t Size() const override { return header_.count; }
  bool IsInjective(bool ignoring_case) const override { return header_.is_distinct != 0 && !ignoring_case; }
  Encoding encoding() const override { return static_cast<Encoding>(header_.encoding); }
  void AppendText(std::uint64_t, std::string&) const override { RefuseText(); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    EmitWords(words_, bytes_, indexes, out);
    if (cache_ != nullptr) cache_->CountHits(indexes.size());
  }
  std::string Describe() const override { return std::to_string(header_.count) + " stored values"; }

 private:
  PackedHeader header_;
  std::span<const std::uint64_t> words_;
  const std::byte* bytes_ = nullptr;
  std::shared_ptr<ValueCache> cache_;
};

}  // namespace

void StoredValueSet::AppendBytes(const void* bytes, std::size_t size) {
  const std::size_t start = AlignUp(bytes_.size());
  words_.push_back(start);
  bytes_.resize(start + size);
  std::memcpy(bytes_.data() + start, bytes, size);
}

void StoredValueSet::AppendText(std::uint64_t, std::string&) const { RefuseText(); }

void StoredValueSet::Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
  EmitWords(words_, encoding_ == Encoding::Word ? nullptr : bytes_.data(), indexes, out);
  if (cache_ != nullptr) cache_->CountHits(indexes.size());
}

std::size_t StoredValueSet::PackedBytes() const {
  return sizeof(PackedHeader) + words_.size() * sizeof(std::uint64_t) + AlignUp(bytes_.size());
}

void StoredValueSet::Pack(std::byte* out) const {
  const PackedHeader header = {words_.size(), static_cast<std::uint32_t>(encoding_), is_distinct_};
  std::memcpy(out, &header, sizeof header);
  std::memcpy(out + sizeof header, words_.data(), words_.size() * sizeof(std::uint64_t));
  if (!bytes_.empty())
    std::memcpy(out + sizeof header + words_.size() * sizeof(std::uint64_t), bytes_.data(), bytes_.size());
}

ValueSetPointer MakePackedValueSet(const std::byte* packed, std::shared_ptr<ValueCache> cache) {
  return std::make_shared<PackedValueSet>(packed, std::move(cache));
}

}  // namespace dbmocker
