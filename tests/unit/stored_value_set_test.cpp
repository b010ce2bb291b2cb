// Stored value sets and their packed form: the same values at any address.
// Read first: PackElsewhere.
#include "dbmocker/stored_value_set.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace dbmocker {
namespace {

// A copy of the packed set at an address of its own, as another process would see it.
std::vector<std::uint64_t> PackElsewhere(const StoredValueSet& set) {
  std::vector<std::uint64_t> first(set.PackedBytes() / 8);
  set.Pack(reinterpret_cast<std::byte*>(first.data()));
  std::vector<std::uint64_t> second(first);
  std::fill(first.begin(), first.end(), ~std::uint64_t{0});
  return second;
}

TEST(StoredValueSet, PackedWordsAreTheSame) {
  StoredValueSet set(Encoding::Word, true);
  for (std::uint64_t i = 0; i < 1000; ++i) set.AppendWord(i * i);
  const auto memory = PackElsewhere(set);
  const ValueSetPointer packed = MakePackedValueSet(reinterpret_cast<const std::byte*>(memory.data()));
  ASSERT_EQ(packed->Size(), 1000u);
  EXPECT_TRUE(packed->IsInjective(false));
  EXPECT_FALSE(packed->IsInjective(true));
  EXPECT_EQ(packed->encoding(), Encoding::Word);
  const std::vector<std::uint64_t> indexes = {0, 7, 999, 7};
  ColumnBuffer out;
  out.Reset(indexes.size());
  packed->Emit(indexes, out);
  for (std::size_t i = 0; i < indexes.size(); ++i) EXPECT_EQ(out.words()[i], indexes[i] * indexes[i]);
}

TEST(StoredValueSet, PackedBytesAreTheSameAndAligned) {
  StoredValueSet set(Encoding::Varlena, false);
  std::vector<std::string> values;
  for (int i = 0; i < 500; ++i) {
    const std::string text(static_cast<std::size_t>(i % 200), static_cast<char>('a' + i % 26));
    std::vector<std::byte> value(text.size() + 4);
    std::memcpy(varlena::WriteHeader(value.data(), text.size()), text.data(), text.size());
    set.AppendBytes(value.data(), varlena::HeaderSize(text.size()) + text.size());
    values.push_back(text);
  }
  const auto memory = PackElsewhere(set);
  const ValueSetPointer packed = MakePackedValueSet(reinterpret_cast<const std::byte*>(memory.data()));
  std::vector<std::uint64_t> indexes(values.size());
  for (std::size_t i = 0; i < indexes.size(); ++i) indexes[i] = values.size() - 1 - i;
  for (const ValueSet* reader : {static_cast<const ValueSet*>(&set), packed.get()}) {
    ColumnBuffer out;
    out.Reset(indexes.size());
    reader->Emit(indexes, out);
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      EXPECT_EQ(out.words()[i] % 8, 0u);
      EXPECT_EQ(varlena::Payload(reinterpret_cast<const char*>(out.words()[i])), values[indexes[i]]);
    }
  }
  EXPECT_FALSE(packed->IsInjective(false));
}

TEST(StoredValueSet, AnEmptySetPacks) {
  const StoredValueSet set(Encoding::Fixed, true);
  const auto memory = PackElsewhere(set);
  EXPECT_EQ(MakePackedValueSet(reinterpret_cast<const std::byte*>(memory.data()))->Size(), 0u);
}

}  // namespace
}  // namespace dbmocker
