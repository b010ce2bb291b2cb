// Reads native encodings back to text, written apart from the code that encodes them.
// Read first: DecodeNumeric.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "dbmocker/batch.h"
#include "dbmocker/random_stream.h"
#include "dbmocker/value_set.h"

namespace dbmocker::sample {

// Payload of a varlena on a little-endian machine.
inline std::string DecodeVarlena(std::uint64_t word) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(static_cast<std::uintptr_t>(word));
  if ((bytes[0] & 1) == 1)
    return {reinterpret_cast<const char*>(bytes + 1), static_cast<std::size_t>(bytes[0] / 2 - 1)};
  std::uint32_t header = 0;
  std::memcpy(&header, bytes, 4);
  return {reinterpret_cast<const char*>(bytes + 4), header / 4 - 4};
}

// The decimal text of numeric's payload; "?" and a reason if it is not in PostgreSQL's canonical form.
inline std::string DecodeNumeric(const std::string& payload) {
  const auto word_at = [&payload](std::size_t place) {
    return static_cast<int>(static_cast<unsigned char>(payload[place])) |
           static_cast<int>(static_cast<unsigned char>(payload[place + 1])) << 8;
  };
  const int header = word_at(0);
  bool negative = false;
  int display_scale = 0;
  int weight = 0;
  std::size_t place = 2;
  if ((header & 0xC000) == 0x8000) {
    negative = (header & 0x2000) != 0;
    display_scale = (header & 0x1F80) >> 7;
    weight = (header & 0x3F) | ((header & 0x40) != 0 ? ~0x3F : 0);
  } else if ((header & 0xC000) == 0xC000) {
    return "?special";
  } else {
    negative = (header & 0x4000) != 0;
    display_scale = header & 0x3FFF;
    weight = static_cast<std::int16_t>(word_at(2));
    place = 4;
  }
  std::vector<int> groups;
  for (; place < payload.size(); place += 2) groups.push_back(word_at(place));
  if (!groups.empty() && (groups.front() == 0 || groups.back() == 0)) return "?zero group at an end";
  if (groups.empty() && (negative || weight != 0)) return "?zero with a sign or weight";
  for (const int group : groups) {
    if (group < 0 || group > 9999) return "?group";
  }
  const auto group_at = [&](int power) {
    const int from_left = weight - power;
    if (from_left < 0 || from_left >= static_cast<int>(groups.size())) return std::string("0000");
    const std::string digits = std::to_string(groups[static_cast<std::size_t>(from_left)]);
    return std::string(4 - digits.size(), '0') + digits;
  };
  std::string whole;
  for (int power = weight > 0 ? weight : 0; power >= 0; --power) whole += group_at(power);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  std::string fraction;
  for (int power = -1; power >= -(display_scale + 3) / 4 || power >= weight - static_cast<int>(groups.size()) + 1;
       --power) {
    fraction += group_at(power);
  }
  const std::size_t shown = static_cast<std::size_t>(display_scale);
  if (fraction.find_first_not_of('0', std::min(shown, fraction.size())) != std::string::npos)
    return "?digits beyond scale";
  fraction.resize(shown, '0');
  return (negative ? "-" : "") + whole + (shown > 0 ? "." + fraction : "");
}

// Emits the values of `indexes` into a fresh buffer.
inline ColumnBuffer EmitAll(const ValueSet& values, const std::vector<std::uint64_t>& indexes) {
  ColumnBuffer buffer;
  buffer.encoding = values.encoding();
  buffer.Reset(indexes.size());
  values.Emit(indexes, buffer);
  return buffer;
}

inline std::string DecodeInputText(std::uint64_t word) {
  return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(word));
}

// 0 … and the last indexes of a set, with some from between.
inline std::vector<std::uint64_t> SampleIndexes(const ValueSet& values, std::uint64_t count = 500) {
  std::vector<std::uint64_t> indexes;
  const std::uint64_t size = values.Size();
  for (std::uint64_t i = 0; i < count; ++i) {
    indexes.push_back(i < size ? i : i % size);
    indexes.push_back(size - 1 - i % size);
    indexes.push_back(Scale(Mix(i + 17), size));
  }
  return indexes;
}

}  // namespace dbmocker::sample
