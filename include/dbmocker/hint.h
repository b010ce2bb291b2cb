// Optimization hints: what a user knows of the data and the planner cannot see. Each moves decisions that plan() names.
// Must hold no decision itself.
// Read first: Hint.
#pragma once

#include <cstdint>

namespace dbmocker {

enum class Hint : std::uint8_t {
  HasComplexConstraints,
  HasHierarchicalData,
  HasManyForeignKeys,
  HasRepetitiveData,
  HasTimeSeriesData,
  IsLargeTable,
  PrioritizeMemory,
  PrioritizeQuality,
  PrioritizeSpeed,
  UseDataTemplates,
  UsePatternMatching,
  UsePrecomputedValues,
};

// By the place of the hint.
inline constexpr const char* kHintNames[] = {
    "has_complex_constraints", "has_hierarchical_data", "has_many_foreign_keys", "has_repetitive_data",
    "has_time_series_data",    "is_large_table",        "prioritize_memory",     "prioritize_quality",
    "prioritize_speed",        "use_data_templates",    "use_pattern_matching",  "use_precomputed_values"};
inline constexpr int kHintCount = 12;

// A set of hints. Plain data.
struct Hints {
  std::uint32_t bits;

  bool Has(Hint hint) const { return (bits >> static_cast<int>(hint) & 1U) != 0; }
};

inline constexpr const char* NameOf(Hint hint) { return kHintNames[static_cast<int>(hint)]; }

}  // namespace dbmocker
