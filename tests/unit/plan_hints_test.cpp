// What hints change in plans: trees, rising moments, pools made once, shapes of stored texts, parents by Zipf's law.
// Read first: WithHint.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

PlanOptions WithHint(Hint hint, double null_probability = 0) {
  PlanOptions options = Options(null_probability);
  options.hints.bits = 1U << static_cast<int>(hint);
  return options;
}

TEST(PlanHintsTest, SelfReferencesFormATree) {
  TableBuilder table("id int8, parent_id int8");
  table.Identity("id").Primary("id").SelfReference("parent_id", "id").NotNull("parent_id");
  const Rows rows = GenerateRows(table.table, 5000, {}, WithHint(Hint::HasHierarchicalData));
  std::map<std::string, int> depth;
  std::map<std::string, int> children;
  for (std::size_t row = 0; row < 5000; ++row) {
    const std::string& id = *rows.at("id")[row];
    const std::string& parent = *rows.at("parent_id")[row];
    if (id == parent) continue;
    ASSERT_TRUE(row == 0 || depth.contains(parent) || parent == *rows.at("id")[0]) << "an earlier row";
    depth[id] = depth[parent] + 1;
    EXPECT_LE(++children[parent], 8);
    EXPECT_LE(depth[id], 5);
  }
  // Appended rows go on with the same tree.
  TargetFacts facts;
  facts.first_ordinal = 2000;
  facts.has_rows = true;
  facts.sequence_starts[1] = 2001;
  facts.parents[0] = DenseParents(2000);
  const Rows second = GenerateRows(table.table, 3000, facts, WithHint(Hint::HasHierarchicalData));
  EXPECT_TRUE(
      std::equal(second.at("parent_id").begin(), second.at("parent_id").end(), rows.at("parent_id").begin() + 2000));
}

TEST(PlanHintsTest, MomentsRiseWithTheRow) {
  TableBuilder table("created_at timestamp, reading timestamp, updated_at timestamp");
  const Rows rows = GenerateRows(table.table, 3000, {}, WithHint(Hint::HasTimeSeriesData));
  for (const char* column : {"created_at", "reading"}) EXPECT_TRUE(std::ranges::is_sorted(rows.at(column))) << column;
  EXPECT_GT(CountDistinct(rows, "created_at"), 2900U);
  for (std::size_t row = 0; row < 3000; ++row) EXPECT_GE(*rows.at("updated_at")[row], *rows.at("created_at")[row]);
  const Rows usual = GenerateRows(table.table, 3000, {}, Options(0));
  EXPECT_FALSE(std::ranges::is_sorted(usual.at("created_at")));
}

TEST(PlanHintsTest, RowsThatAreDrawnAgainKeepTheirMoment) {
  TableBuilder table("created_at timestamp, updated_at timestamp");
  const auto plan = BuildPlan(table.table, 100, WithHint(Hint::HasTimeSeriesData), {});
  const Rows first = MakeRows(*plan, table.table, 0, 100);
  const Rows again = MakeRows(*plan, table.table, 0, 100, 1000, 3);
  EXPECT_NE(first.at("created_at"), again.at("created_at"));
  EXPECT_TRUE(std::ranges::is_sorted(again.at("created_at")));
}

TEST(PlanHintsTest, PoolsThatAreKeptGiveTheSameValues) {
  TableBuilder table("a int4, b text, c date, d numeric(8,2), email text");
  for (const char* strategy : {"smart_duplicates", "cached_pool", "weighted_random", "allow_simple"}) {
    PlanOptions kept = WithHint(Hint::UsePrecomputedValues, 0.1);
    kept.duplicates = DuplicateOptions{strategy};
    PlanOptions computed = Options(0.1);
    computed.duplicates = kept.duplicates;
    TargetFacts facts;
    facts.cache = std::make_shared<ValueCache>(CacheLimits{});
    const Rows usual = GenerateRows(table.table, 3000, facts, computed);
    EXPECT_EQ(facts.cache->use().hits, 0U);
    EXPECT_EQ(GenerateRows(table.table, 3000, facts, kept), usual) << strategy;
    const bool has_pool = std::string_view(strategy) != "allow_simple";
    EXPECT_EQ(facts.cache->use().hits > 9000, has_pool) << strategy;
    facts.cache = std::make_shared<ValueCache>(CacheLimits{CacheStrategy::None});
    EXPECT_EQ(GenerateRows(table.table, 3000, facts, kept), usual);
    EXPECT_EQ(facts.cache->use().hits, 0U) << "no_cache keeps nothing";
  }
}

TEST(PlanHintsTest, TextsTakeTheShapeOfStoredOnes) {
  TableBuilder table("code text, other text");
  TargetFacts facts;
  facts.shapes[1] = "[A-Z]{2}-\\d{4}";
  const Rows rows = GenerateRows(table.table, 500, facts, Options(0));
  const std::regex shape("[A-Z]{2}-\\d{4}");
  for (const Cell& cell : rows.at("code")) EXPECT_TRUE(std::regex_match(*cell, shape)) << *cell;
  EXPECT_GT(CountDistinct(rows, "code"), 400U);
  EXPECT_FALSE(std::regex_match(*rows.at("other")[0], shape));
}

TEST(PlanHintsTest, QualityPrefersSomeParents) {
  TableBuilder table("parent_id int8");
  table.NotNull("parent_id").Reference("parent_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(100);
  std::map<std::string, int> uses;
  const Rows rows = GenerateRows(table.table, 20'000, facts, WithHint(Hint::PrioritizeQuality));
  for (const Cell& cell : rows.at("parent_id")) ++uses[*cell];
  EXPECT_EQ(uses.size(), 100U) << "all of them are reached";
  const auto most = std::ranges::max_element(uses, {}, [](const auto& use) { return use.second; });
  EXPECT_GT(most->second, 2000);
}

}  // namespace
}  // namespace dbmocker::sample
