// Rules that choose values by other things than the row: patterns, parents' keys, the value of another column, stored
// rows that are repeated; and rules that stored values suggest.
// Read first: WithRules.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "core/json_node.h"
#include "core/suggest_rule.h"
#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

using Rules = std::map<std::string, std::string>;

TargetFacts WithRules(TableBuilder& table, const Rules& rules) {
  TargetFacts facts;
  for (const auto& [column, json] : rules) facts.rules[table.Number(column)] = {json, "rule"};
  return facts;
}

double ShareOf(const Cells& cells, const std::string& text) {
  return static_cast<double>(std::ranges::count(cells, Cell(text))) / static_cast<double>(cells.size());
}

// The values of `column` by those of `by`.
std::map<Cell, std::set<Cell>> Group(const Rows& rows, const char* by, const char* column) {
  std::map<Cell, std::set<Cell>> groups;
  for (std::size_t i = 0; i < rows.at(by).size(); ++i) groups[rows.at(by)[i]].insert(rows.at(column)[i]);
  return groups;
}

TEST(RuleChoicesTest, PatternsAreWholeTexts) {
  TableBuilder table("code text, key text");
  table.AllNotNull().Unique("key");
  const std::string json = R"({"pattern": "[A-Z]{2}-\\d{3}"})";
  const Rows rows = GenerateRows(table.table, 5000, WithRules(table, {{"code", json}, {"key", json}}));
  const std::regex expected("[A-Z]{2}-[0-9]{3}");
  for (const char* column : {"code", "key"})
    for (const Cell& cell : rows.at(column)) ASSERT_TRUE(std::regex_match(*cell, expected)) << *cell;
  EXPECT_EQ(CountDistinct(rows, "key"), 5000U);
  EXPECT_GT(CountDistinct(rows, "code"), 4500U);
  EXPECT_EQ(RefusalOf(table.table, 10, WithRules(table, {{"key", R"({"pattern": "(a)\\1"})"}})).sqlstate,
            sqlstate::kInvalidParameterValue);
}

TEST(RuleChoicesTest, EqualValuesThereGiveEqualValuesHere) {
  TableBuilder table("kind text, rate int4, label text, note text");
  const Rows rows = GenerateRows(
      table.table, 20'000,
      WithRules(table,
                {{"kind", R"({"possible_values": ["a", "b", "c", "d", "e", "f", "g", "h"], "null_probability": 0.1})"},
                 {"rate", R"({"depends_on": "kind", "min": 1, "max": 1000000, "null_probability": 0})"},
                 {"label", R"({"depends_on": "kind", "possible_values": {"a": ["A", "AA"], "b": "B"}})"},
                 {"note", R"({"depends_on": "rate", "null_probability": 0.5})"}}));
  std::set<Cell> rates;
  for (const auto& [kind, values] : Group(rows, "kind", "rate")) {
    EXPECT_EQ(values.size(), 1U);
    rates.insert(values.begin(), values.end());
  }
  EXPECT_EQ(rates.size(), 9U) << "eight kinds and NULL";
  for (const auto& [rate, values] : Group(rows, "rate", "note")) EXPECT_EQ(values.size(), 1U);
  auto labels = Group(rows, "kind", "label");
  EXPECT_EQ(labels["a"], (std::set<Cell>{std::nullopt, "A", "AA"}));
  EXPECT_EQ(labels["b"], (std::set<Cell>{std::nullopt, "B"}));
  EXPECT_EQ(labels["c"], (std::set<Cell>{std::nullopt}));
}

TEST(RuleChoicesTest, WhatCannotDependIsRefused) {
  TableBuilder table("kind text, key text, made text");
  table.AllNotNull().Unique("key");
  table.At("made").is_generated = true;
  const auto refusal = [&](const char* column, const char* json) {
    return RefusalOf(table.table, 10, WithRules(table, {{column, json}})).message;
  };
  EXPECT_NE(refusal("key", R"({"depends_on": "kind"})").find("decided by a key"), std::string::npos);
  EXPECT_NE(refusal("kind", R"({"depends_on": "made"})").find("the server makes"), std::string::npos);
  EXPECT_NE(refusal("kind", R"({"depends_on": "kind"})").find("no other column"), std::string::npos);
  EXPECT_NE(refusal("kind", R"({"depends_on": "key", "possible_values": {"a": ["b"]}})").find("must not be NULL"),
            std::string::npos);
  const ErrorReport circle = RefusalOf(
      table.table, 10, WithRules(table, {{"kind", R"({"depends_on": "key"})"}, {"key", R"({"depends_on": "kind"})"}}));
  EXPECT_NE(circle.message.find("circle"), std::string::npos) << circle.message;
}

TEST(RuleChoicesTest, ListsChooseAndWeighParents) {
  TableBuilder table("parent int8, note text");
  table.AllNotNull().Reference("parent");
  TargetFacts facts = WithRules(table, {{"parent", R"({"weighted_values": {"5": 3, "70": 1}})"}});
  facts.parents[0] = DenseParents(100);
  const Rows weighted = GenerateRows(table.table, 20'000, facts);
  EXPECT_NEAR(ShareOf(weighted.at("parent"), "5"), 0.75, 0.015);
  EXPECT_EQ(CountDistinct(weighted, "parent"), 2U);
  facts.rules[1].json = R"({"possible_values": ["5", "101"]})";
  EXPECT_NE(RefusalOf(table.table, 10, facts).message.find("101"), std::string::npos);
  facts.rules[1].json = R"({"min": "90"})";
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 5000, facts), "parent"), 11U);
}

TEST(RuleChoicesTest, StoredRowsAreRepeatedWhole) {
  TableBuilder table("key text, a text, b int4, c int4, d int4");
  table.Unique("key").Check(Compare(ColumnAt(4), "<", ColumnAt(5)));
  table.NotNull("key, c, d");
  TargetFacts facts;
  for (int i = 0; i < 50; ++i) {
    facts.sample[table.Number("key")].push_back("stored" + std::to_string(i));
    facts.sample[table.Number("a")].push_back("text " + std::to_string(i));
    facts.sample[table.Number("b")].push_back(i % 5 == 0 ? std::nullopt : Cell(std::to_string(1'000'000 + i)));
    facts.sample[table.Number("c")].push_back(std::to_string(-i));
    facts.sample[table.Number("d")].push_back(std::to_string(-i + 1));
  }
  PlanOptions options;
  options.duplicates = DuplicateOptions{"fast_data_reuse"};
  options.duplicates->reuse_probability = 0.4;
  const Rows rows = GenerateRows(table.table, 20'000, facts, options);
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < 20'000; ++i) {
    EXPECT_FALSE(rows.at("key")[i]->starts_with("stored"));
    const Cell& a = rows.at("a")[i];
    if (!a || !a->starts_with("text ")) continue;
    ++repeated;
    const int number = std::stoi(a->substr(5));
    EXPECT_EQ(rows.at("b")[i], number % 5 == 0 ? std::nullopt : Cell(std::to_string(1'000'000 + number)));
    EXPECT_EQ(rows.at("c")[i], Cell(std::to_string(-number)));
    EXPECT_EQ(rows.at("d")[i], Cell(std::to_string(-number + 1)));
  }
  EXPECT_NEAR(static_cast<double>(repeated) / 20'000, 0.4, 0.02);
  EXPECT_EQ(CountDistinct(rows, "key"), 20'000U);
  facts.rules[table.Number("key")] = {R"({"duplicate_strategy": "fast_data_reuse"})", "rule"};
  EXPECT_NE(RefusalOf(table.table, 10, facts).message.find("key_0"), std::string::npos);
}

std::string Suggest(const char* columns, const std::vector<std::optional<std::string>>& values) {
  TableBuilder table(columns);
  return SuggestRule(table.table, table.table.columns.front(), values);
}

TEST(RuleChoicesTest, StoredValuesSuggestRules) {
  std::vector<std::optional<std::string>> codes, numbers, words, dates;
  for (int i = 0; i < 200; ++i) {
    codes.push_back("X" + std::to_string(1000 + i * 7));
    numbers.push_back(std::to_string(i * i));
    words.push_back(i % 4 == 0 ? std::nullopt : Cell(i % 4 == 1 ? "one" : "more"));
    dates.push_back("19" + std::to_string(50 + i % 50) + "-0" + std::to_string(1 + i % 9) + "-1" +
                    std::to_string(i % 10));
  }
  EXPECT_EQ(Suggest("c text", codes), R"({"pattern": "[A-Z]\\d{4}", "null_probability": 0})");
  EXPECT_EQ(Suggest("c text", words),
            R"({"weighted_values": {"more": 0.6667, "one": 0.3333}, "null_probability": 0.25})");
  const JsonNode rule = ReadJson(Suggest("n int4", numbers));
  EXPECT_EQ(rule.Find("min")->text, "0");
  EXPECT_EQ(rule.Find("max")->text, "39601");
  EXPECT_EQ(rule.Find("distribution")->Find("bounds")->items.size(), 11U);
  const JsonNode of_dates = ReadJson(Suggest("d text", dates));
  EXPECT_EQ(of_dates.Find("pattern")->text, "19[5-9]\\d-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])");
  EXPECT_EQ(Suggest("c text", {{"a"}, {"b"}}), "") << "too few";
  TableBuilder key("c text");
  key.Unique("c");
  EXPECT_EQ(SuggestRule(key.table, key.table.columns.front(), codes), "");
}

}  // namespace
}  // namespace dbmocker::sample
