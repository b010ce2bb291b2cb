// Index sources of columns that several CHECK constraints bind together: which case a row takes, and which value or
// NULL a column takes in its case and beside the other columns.
// Read first: MakeCaseSource, then MakeRelatedSource.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "case_algebra.h"
#include "dbmocker/index_source.h"
#include "dbmocker/value_set.h"
#include "relation.h"

namespace dbmocker {

using CaseSet = std::bitset<kMaxCases>;

// A column that was decided before the case: its value leaves only some of the cases.
struct CaseDriver {
  LaneNumber lane = -1;  // -1: always NULL
  LaneNumber null_lane = -1;
  std::uint64_t null_below = 0;
  CaseSet with_null;  // cases that allow NULL
  std::vector<CaseSet> by_index;  // cases that allow the value; empty: asked of `judge`
  std::function<CaseSet(std::uint64_t index)> judge;
};

// The number of a case below `count`, uniform among those that all drivers leave.
IndexSourcePointer MakeCaseSource(StreamKey key, std::size_t count, std::vector<CaseDriver> drivers);

// The index that a column takes in each case: of its own lane, or drawn from size indexes behind start.
struct CaseChoice {
  std::uint64_t start = 0;
  std::uint64_t size = 0;  // 0: the index of `lane`
};
IndexSourcePointer MakeCaseChoiceSource(StreamKey key, LaneNumber case_lane, LaneNumber lane,
                                        std::vector<CaseChoice> choices);

// Words for NULL by case (see ColumnPlan::null_below): 0 where it must be NULL, the largest word where it must not be,
// and the word of `lane` (or the largest one, if there is none) where either is legal.
enum class CaseNull : std::uint8_t { Free, Never, Always };
IndexSourcePointer MakeCaseNullSource(LaneNumber case_lane, LaneNumber lane, std::vector<CaseNull> by_case);

// A column whose value depends on those of others in the row. Its own index is kept where it satisfies the relations;
// else another one of its own set is tried, then a position near the bounds that the relations leave.
struct RelatedColumn {
  AttributeNumber column = 0;
  TypeOfColumn type;
  LaneNumber lane = -1;
  ValueSetPointer values;
  LaneNumber null_lane = -1;  // where it is NULL, no relation counts
  std::uint64_t null_below = 0;
};
struct RelatedRule {
  Relation relation;
  CaseSet cases;  // where it holds; all if there is no case lane
};
struct RelatedTarget {
  RelatedColumn column;
  std::uint64_t own_size = 0;  // indexes of the column's own set
  std::vector<CaseChoice> parts;  // by case: the part of its own set that counts (size 0: all below base_size)
  std::uint64_t base_size = 0;
  CaseSet fixed_values;  // cases in which only values of its own set are legal
  // Positions of the column's type: index own_size + (position - lower); absent if no position may be chosen freely.
  std::optional<std::pair<std::int64_t, std::int64_t>> positions;
  std::vector<RelatedRule> rules;
  std::vector<RelatedColumn> others;
  std::vector<std::uint64_t> starts;  // twin of others: where the other's set begins in the joined set; 0 = nowhere
};
IndexSourcePointer MakeRelatedSource(StreamKey key, LaneNumber case_lane, RelatedTarget target);

}  // namespace dbmocker
