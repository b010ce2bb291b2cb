// See apply_hints.h.
// Read first: kHinted.
#include "server/apply_hints.h"

#include <algorithm>
#include <cstring>

namespace dbmocker::server {
namespace {

// An option that a hint moves. Where several hints move the same one, the last one counts.
struct Hinted {
  Hint hint;
  const char* option;
  const char* value;  // JSON
};

constexpr Hinted kHinted[] = {
    {Hint::HasComplexConstraints, "max_attempts", "100000"},
    {Hint::HasRepetitiveData, "global_duplicate_enabled", "true"},
    {Hint::HasRepetitiveData, "global_duplicate_strategy", "\"weighted_random\""},
    {Hint::PrioritizeSpeed, "batch_size", "4000"},
    {Hint::PrioritizeQuality, "analyze", "true"},
    {Hint::PrioritizeMemory, "batch_size", "100"},
    {Hint::PrioritizeMemory, "cache_strategy", "\"no_cache\""},
    {Hint::PrioritizeMemory, "max_workers", "0"},
    {Hint::PrioritizeMemory, "memory_limit_mb", "16"},
};

constexpr std::int64_t kManyRows = std::int64_t{1} << 40;

int PlaceOf(const char* key) {
  int place = 0;
  while (OptionKey(place) != nullptr && std::strcmp(OptionKey(place), key) != 0) ++place;
  return place;
}

}  // namespace

void ApplyHints(RunOptions* options) {
  for (const Hinted& hinted : kHinted) {
    const int place = PlaceOf(hinted.option);
    if (!options->hints.Has(hinted.hint) || options->levels[place] != OptionLevel::Default) continue;
    const char* text = psprintf("{\"%s\": %s}", hinted.option, hinted.value);
    ApplyOptions(options, DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))), OptionLevel::Default);
    options->hinted_by[place] = NameOf(hinted.hint);
  }
}

std::int64_t RowsForWriter(const RunOptions& options, std::int64_t rows) {
  const bool is_large = options.hints.Has(Hint::IsLargeTable) || options.hints.Has(Hint::PrioritizeSpeed);
  const bool is_part = options.slice.rows > 0;  // what wins for the whole would be done again for each part
  return is_large && !is_part && rows > 0 ? std::max(rows, kManyRows) : rows;
}

std::int64_t RowsForReferences(const RunOptions& options, std::int64_t rows) {
  const bool settles = options.hints.Has(Hint::HasManyForeignKeys) && rows > 0;
  return settles ? std::max(rows, kManyRows) : RowsForWriter(options, rows);
}

}  // namespace dbmocker::server
