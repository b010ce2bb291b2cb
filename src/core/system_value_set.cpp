// Types that PostgreSQL has mostly for itself, as text: tid, timetz, int2vector, oidvector, aclitem and snapshots.
// Role names of aclitem are predefined roles that every cluster from version 14 on has.
// Read first: FindSystemFormat.
#include "decimal_text.h"
#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kOffsetsPerBlock = 200;

// "(block,offset)"
void AppendTupleIdentifier(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t row = unique ? index : HashIndex(index, 0) % 1'000'000;
  out.push_back('(');
  AppendUnsigned(row / kOffsetsPerBlock, out);
  out.push_back(',');
  AppendUnsigned(row % kOffsetsPerBlock + 1, out);
  out.push_back(')');
}

// Equal times in different zones differ to the type, but one zone is enough.
void AppendZonedTime(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t micros = unique ? index : HashIndex(index, 0) % 86'400 * 1'000'000;
  AppendTime(static_cast<std::int64_t>(micros), out);
  out.append("+00");
}

void AppendNumbers(std::uint64_t index, bool unique, std::string& out) {
  constexpr std::uint64_t kRadix = 32'768;
  const std::uint64_t count = 1 + HashIndex(index, 99) % 4;
  if (unique) {
    // Four digits of the index first: they tell the vectors apart.
    for (int digit = 0; digit < 4; ++digit, index /= kRadix) {
      if (digit > 0) out.push_back(' ');
      AppendUnsigned(index % kRadix, out);
    }
    return;
  }
  for (std::uint64_t place = 0; place < count; ++place) {
    if (place > 0) out.push_back(' ');
    AppendUnsigned(HashIndex(index, place) % 1000, out);
  }
}

// "grantee=privileges/grantor"
void AppendAccessItem(std::uint64_t index, bool unique, std::string& out) {
  constexpr std::string_view kRoles[] = {"pg_monitor",          "pg_read_all_settings", "pg_read_all_stats",
                                         "pg_stat_scan_tables", "pg_signal_backend",    "pg_read_all_data",
                                         "pg_write_all_data"};
  constexpr std::uint64_t kRoleCount = std::size(kRoles);
  constexpr std::string_view kPrivileges = "arwdDxtXUCcT";
  std::uint64_t number = unique ? index : HashIndex(index, 0) % (kRoleCount * kRoleCount * 4095);
  const std::uint64_t grantee = number % kRoleCount;
  number /= kRoleCount;
  const std::uint64_t grantor = number % kRoleCount;
  const std::uint64_t privileges = number / kRoleCount + 1;
  out.append(kRoles[grantee]);
  out.push_back('=');
  for (std::size_t bit = 0; bit < kPrivileges.size(); ++bit) {
    if ((privileges >> bit & 1U) != 0) out.push_back(kPrivileges[bit]);
  }
  out.push_back('/');
  out.append(kRoles[grantor]);
}

// "xmin:xmax:running,…" with xmin <= running < xmax.
void AppendSnapshot(std::uint64_t index, bool unique, std::string& out) {
  // The low 32 bits of a full transaction id are never 0.
  constexpr std::uint64_t kHalfEpoch = std::uint64_t{1} << 31;
  const std::uint64_t number = unique ? index : HashIndex(index, 0) % 1'000'000;
  const std::uint64_t first = (number / kHalfEpoch << 32) + number % kHalfEpoch + 3;
  const std::uint64_t running = HashIndex(index, 1) % 4;
  AppendUnsigned(first, out);
  out.push_back(':');
  AppendUnsigned(first + 2 * running + 1, out);
  out.push_back(':');
  for (std::uint64_t i = 0; i < running; ++i) {
    if (i > 0) out.push_back(',');
    AppendUnsigned(first + 2 * i, out);
  }
}

constexpr TextFormat kFormats[] = {
    {"tid", AppendTupleIdentifier, kOffsetsPerBlock << 32, true, "row address"},
    {"timetz", AppendZonedTime, 86'400'000'000, true, "time of day, UTC"},
    {"int2vector", AppendNumbers, std::uint64_t{1} << 60, true, "1 … 4 numbers"},
    {"oidvector", AppendNumbers, std::uint64_t{1} << 60, true, "1 … 4 numbers"},
    {"aclitem", AppendAccessItem, std::uint64_t{7} * 7 * 4095, true, "grant between predefined roles"},
    {"pg_snapshot", AppendSnapshot, std::uint64_t{1} << 60, true, "snapshot"},
    {"txid_snapshot", AppendSnapshot, std::uint64_t{1} << 60, true, "snapshot"},
};

}  // namespace

const TextFormat* FindSystemFormat(std::string_view type_name) {
  for (const TextFormat& format : kFormats) {
    if (format.type_name == type_name) return &format;
  }
  return nullptr;
}

}  // namespace dbmocker
