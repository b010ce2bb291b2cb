// Keys of random streams. Words themselves are computed inline in the header; this file only names streams.
// Must not keep state. Read first: MakeStreamKey.
#include "dbmocker/random_stream.h"

#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dbmocker {
namespace {

void AppendNumber(std::uint64_t number, std::string& bytes) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>((number >> shift) & 0xFFU));
}

}  // namespace

StreamKey MakeStreamKey(std::int64_t seed, std::string_view target, std::string_view column) {
  // Numbers go in as little-endian bytes, so that a key is the same on every machine.
  std::string bytes;
  bytes.reserve(24 + target.size() + column.size());
  AppendNumber(static_cast<std::uint64_t>(seed), bytes);
  AppendNumber(target.size(), bytes);
  bytes.append(target);
  AppendNumber(column.size(), bytes);
  bytes.append(column);
  return StreamKey{XXH3_64bits(bytes.data(), bytes.size())};
}

StreamKey Derive(StreamKey key, std::uint64_t n) {
  // Two rounds with another constant than Word's, so that no derived key is a word of the stream that it stems from.
  constexpr std::uint64_t kOtherGamma = 0xD1B54A32D192ED03ULL;
  return StreamKey{Mix(Mix(key.value ^ kOtherGamma) + (n + 1) * kOtherGamma)};
}

}  // namespace dbmocker
