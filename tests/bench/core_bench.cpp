// What a row costs: Plan::Fill in batches of 1000 rows, for a table of users with ten columns and for each of its
// columns alone. The time per row is the counter "per_row"; writing the rows is not part of it.
// Read first: UsersTable.
#include <benchmark/benchmark.h>

#include <numeric>

#include "../unit/table_builder.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kBatch = 1000;

sample::TableBuilder UsersTable() {
  sample::TableBuilder users(
      "id int8, username text, email text, first_name text, last_name text, age int4, created_at timestamptz, "
      "is_active bool, balance numeric(10,2), country char(2)",
      "users");
  users.AllNotNull().Identity("id").Primary("id").Unique("username").Unique("email");
  return users;
}

void FillRows(benchmark::State& state, const Table& table) {
  const auto plan = BuildPlan(table, 1'000'000, sample::Options(), {});
  Batch batch;
  std::vector<std::uint64_t> ordinals(kBatch);
  std::uint64_t first = 0;
  for (auto _ : state) {
    std::iota(ordinals.begin(), ordinals.end(), first);
    first = (first + kBatch) % 1'000'000;
    plan->Fill(RowSet{ordinals, ordinals, 0}, batch);
    benchmark::DoNotOptimize(batch.columns.data());
    benchmark::ClobberMemory();
  }
  const auto rows = static_cast<double>(state.iterations()) * static_cast<double>(kBatch);
  state.counters["per_row"] = benchmark::Counter(rows, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void FillUsers(benchmark::State& state) { FillRows(state, UsersTable().table); }
BENCHMARK(FillUsers);

// One column of the users, with the keys and the table that it has there.
void FillColumn(benchmark::State& state) {
  sample::TableBuilder users = UsersTable();
  const Column column = users.table.columns[static_cast<std::size_t>(state.range(0))];
  state.SetLabel(column.name);
  for (Column& other : users.table.columns) other.may_insert = other.number == column.number;
  std::erase_if(users.table.unique_keys, [&](const UniqueKey& key) { return key.columns.front() != column.number; });
  FillRows(state, users.table);
}
BENCHMARK(FillColumn)->DenseRange(0, 9);

}  // namespace
}  // namespace dbmocker
