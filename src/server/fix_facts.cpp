// Recording and applying the facts of a long run; see fix_facts.h. Calls no server function.
// Read first: RecordFacts.
#include "server/fix_facts.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "dbmocker/error.h"

namespace dbmocker::server {
namespace {

constexpr int kNumbersPerFact = 4;

enum Kind : std::int64_t {
  kSequence = 1,  // column, first value, 0
  kMaximum = 2,  // counted column, the value before the first one, 0
  kOwnRows = 3,  // foreign key that refers to its own table: constraint, rows stored, key of the first one
  kStoredRows = 4,  // the same where the stored keys are no range: constraint, 0, 0
  kSample = 5,  // there is a sample: 0, its rows, 0
  kSampledRow = 6,  // table, block, offset
};

struct Fact {
  std::int64_t kind, object, first, second;
};

Fact FactAt(const RunSlice& slice, int place) {
  const std::int64_t* numbers = slice.facts + place;
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

bool FindFact(const RunSlice& slice, std::int64_t kind, std::int64_t object, Fact& found) {
  for (int place = 0; place + kNumbersPerFact <= slice.fact_count; place += kNumbersPerFact) {
    found = FactAt(slice, place);
    if (found.kind == kind && found.object == object) return true;
  }
  return false;
}

// The integer that the plan gives to the first row of a column, if it counts there.
std::optional<std::int64_t> FirstValue(const Plan& plan, AttributeNumber number) {
  for (const ColumnPlan& column : plan.columns) {
    if (column.column != number || column.values == nullptr || column.values->Size() == 0) continue;
    std::string text;
    column.values->AppendText(0, text);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (is_whole && value > std::numeric_limits<std::int64_t>::min()) return value;
  }
  return std::nullopt;
}

[[noreturn]] void RefuseChangedTable(const Table& table, AttributeNumber number) {
  throw Error("55000", "table \"" + table.name + "\" has changed since the run began",
              "Column \"" + table.FindColumn(number)->name + "\" takes values that were not reserved.",
              "Start a new run for the rows that are missing.");
}

}  // namespace

std::vector<std::int64_t> RecordFacts(const Table& table, const TargetFacts& facts, const Plan& plan) {
  std::vector<std::int64_t> numbers;
  const auto add = [&](const Fact& fact) {
    numbers.insert(numbers.end(), {fact.kind, fact.object, fact.first, fact.second});
  };
  for (const auto& [column, start] : facts.sequence_starts) add({kSequence, column, start, 0});
  for (const AttributeNumber number : FindFactRequests(table).maxima)
    if (const auto first = FirstValue(plan, number)) add({kMaximum, number, *first - 1, 0});
  for (const auto& [place, parents] : facts.parents) {
    const ForeignKey& key = table.foreign_keys[place];
    if (key.referenced_oid != table.oid || parents.count == 0) continue;
    if (parents.dense_first)
      add({kOwnRows, key.constraint_oid, static_cast<std::int64_t>(parents.count), *parents.dense_first});
    else
      add({kStoredRows, key.constraint_oid, 0, 0});
  }
  if (!facts.sample_places.empty()) add({kSample, 0, facts.sample_places.front(), 0});
  for (std::size_t i = 1; i + 2 < facts.sample_places.size(); i += 3)
    add({kSampledRow, facts.sample_places[i], facts.sample_places[i + 1], facts.sample_places[i + 2]});
  return numbers;
}

std::optional<std::vector<std::int64_t>> FindSamplePlaces(const RunSlice& slice) {
  Fact fact = {};
  if (!FindFact(slice, kSample, 0, fact)) return std::nullopt;
  std::vector<std::int64_t> places;
  for (int place = 0; place + kNumbersPerFact <= slice.fact_count; place += kNumbersPerFact) {
    fact = FactAt(slice, place);
    if (fact.kind == kSampledRow) places.insert(places.end(), {fact.object, fact.first, fact.second});
  }
  return places;
}

void ApplyFacts(const Table& table, const RunSlice& slice, TargetFacts& facts) {
  Fact fact = {};
  for (const AttributeNumber number : FindFactRequests(table).sequences) {
    if (!FindFact(slice, kSequence, number, fact)) RefuseChangedTable(table, number);
    facts.sequence_starts[number] = fact.first;
  }
  for (const std::size_t place : FindFactRequests(table).foreign_keys) {
    const ForeignKey& key = table.foreign_keys[place];
    if (key.referenced_oid != table.oid || !FindFact(slice, kOwnRows, key.constraint_oid, fact)) continue;
    ParentKeys parents;
    parents.count = static_cast<std::uint64_t>(fact.first);
    parents.dense_first = fact.second;
    parents.columns.push_back(
        MakeSequenceValueSet(*table.FindColumn(key.columns.front())->type, fact.second, 1, parents.count));
    parents.description = "keys " + std::to_string(fact.second) + " to " + std::to_string(fact.second + fact.first - 1);
    facts.parents[place] = std::move(parents);
  }
}

bool MoveMaxima(const RunSlice& slice, TargetFacts& facts) {
  bool is_moved = false;
  Fact fact = {};
  for (auto& [number, maximum] : facts.maxima) {
    if (!FindFact(slice, kMaximum, number, fact)) continue;
    const std::int64_t moved = maximum ? *maximum - slice.offset : fact.first;
    is_moved |= moved > fact.first;
    maximum = std::max(moved, fact.first);
  }
  return is_moved;
}

bool ReadsOwnRows(const RunSlice& slice, const ForeignKey& key) {
  Fact fact = {};
  return FindFact(slice, kStoredRows, key.constraint_oid, fact);
}

}  // namespace dbmocker::server
