// Recording and applying the facts of a long run; see fix_facts.h. Calls no server function.
// Read first: RecordFacts.
#include "server/fix_facts.h"

#include "dbmocker/error.h"

namespace dbmocker::server {
namespace {

constexpr int kNumbersPerFact = 4;

enum Kind : std::int64_t {
  kSequence = 1,  // column, first value, 0
  kMaximum = 2,  // column, 1 if there is one, the largest stored value
  kOwnRows = 3,  // foreign key that refers to its own table: constraint, rows stored, key of the first one
  kStoredRows = 4,  // the same where the stored keys are no range: constraint, 0, 0
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

[[noreturn]] void RefuseChangedTable(const Table& table, AttributeNumber number) {
  throw Error("55000", "table \"" + table.name + "\" has changed since the run began",
              "Column \"" + table.FindColumn(number)->name + "\" takes values that were not reserved.",
              "Start a new run for the rows that are missing.");
}

}  // namespace

std::vector<std::int64_t> RecordFacts(const Table& table, const TargetFacts& facts) {
  std::vector<std::int64_t> numbers;
  const auto add = [&](const Fact& fact) {
    numbers.insert(numbers.end(), {fact.kind, fact.object, fact.first, fact.second});
  };
  for (const auto& [column, start] : facts.sequence_starts) add({kSequence, column, start, 0});
  for (const auto& [column, maximum] : facts.maxima) add({kMaximum, column, maximum.has_value(), maximum.value_or(0)});
  for (const auto& [place, parents] : facts.parents) {
    const ForeignKey& key = table.foreign_keys[place];
    if (key.referenced_oid != table.oid || parents.count == 0) continue;
    if (parents.dense_first)
      add({kOwnRows, key.constraint_oid, static_cast<std::int64_t>(parents.count), *parents.dense_first});
    else
      add({kStoredRows, key.constraint_oid, 0, 0});
  }
  return numbers;
}

void ApplyFacts(const Table& table, const RunSlice& slice, TargetFacts& facts) {
  Fact fact = {};
  for (const AttributeNumber number : FindFactRequests(table).sequences) {
    if (!FindFact(slice, kSequence, number, fact)) RefuseChangedTable(table, number);
    facts.sequence_starts[number] = fact.first;
  }
  for (const AttributeNumber number : FindFactRequests(table).maxima)
    if (FindFact(slice, kMaximum, number, fact))
      facts.maxima[number] = fact.first != 0 ? std::optional(fact.second) : std::nullopt;
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

bool ReadsOwnRows(const RunSlice& slice, const ForeignKey& key) {
  Fact fact = {};
  return FindFact(slice, kStoredRows, key.constraint_oid, fact);
}

}  // namespace dbmocker::server
