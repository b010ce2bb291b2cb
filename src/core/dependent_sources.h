// Index sources of columns whose values are a function of another column's: equal values there give equal indexes here.
// Values are compared as their texts.
// Read first: Determinant, then MakeDependentSource.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "dbmocker/index_source.h"
#include "dbmocker/plan.h"

namespace dbmocker {

// The column that decides.
struct Determinant {
  LaneNumber lane = -1;
  ValueSetPointer values;  // nullptr: always NULL
  LaneNumber null_lane = -1;
  std::uint64_t null_below = 0;
};

// Takes from lane `inner` what it gives for a row number that stands for the other column's value. Where both columns
// are drawn from one index, so that their values agree, `shared_size` is its size: then the value is that of the first
// index which gives the other column's value.
IndexSourcePointer MakeDependentSource(StreamKey key, Determinant determinant, LaneNumber inner,
                                       std::uint64_t shared_size);

// Words for ColumnPlan::null_lane that are a function of the other column's value.
IndexSourcePointer MakeDependentNullSource(StreamKey key, Determinant determinant);

// Which indexes go with which value of the other column.
struct ValueChoices {
  std::unordered_map<std::string, std::vector<std::uint64_t>> listed;
  std::vector<std::uint64_t> others;  // for values that are not listed; empty: NULL
};

// One of the listed indexes, drawn for each row.
IndexSourcePointer MakeChosenSource(StreamKey key, Determinant determinant, ValueChoices choices);

// Words for ColumnPlan::null_lane: 0, which is always below, where there is no index to choose, else a row's own word.
IndexSourcePointer MakeChosenNullSource(StreamKey key, Determinant determinant, ValueChoices choices);

}  // namespace dbmocker
