// Rules and JSON: what is read, what is refused and under which path.
// Read first: RuleTest.
#include "core/rule.h"

#include <gtest/gtest.h>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

Faults FaultsOf(const std::string& json) {
  Faults faults;
  ReadColumnRule(ReadJson(json), "", faults);
  return faults;
}

std::string Again(const std::string& json) {
  std::string text;
  WriteJson(ReadJson(json), text);
  return text;
}

TEST(JsonNodeTest, TextsComeBackAsTheyWere) {
  const std::string json = R"({"a": [1, -2.50, 1e10, true, null], "b": {"c": "x\"y\\z\u0001ü"}, "d": {}, "e": []})";
  EXPECT_EQ(Again(json), json);
  EXPECT_EQ(ReadJson(R"("\u00fc\ud83d\ude00\n")").text, "ü😀\n");
  EXPECT_EQ(ReadJson(R"({"a": 1, "a": 2})").Find("a")->text, "2");
}

TEST(JsonNodeTest, WhatIsNoJsonIsRefused) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "tru", "01x", "1.", "\"a", "[1] 2", "{a: 1}", "\"\\q\""})
    EXPECT_THROW(ReadJson(text), Error) << text;
  EXPECT_THROW(ReadJson(std::string(100'000, '[')), Error);
}

TEST(RuleTest, EveryKeyIsRead) {
  Faults faults;
  const ColumnRule rule = ReadColumnRule(ReadJson(R"({"min": 18, "max": "80", "null_probability": 0.25,
                   "distribution": {"kind": "normal", "mean": 40, "stddev": 12}})"),
                                         "", faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(rule.min, "18");
  EXPECT_EQ(rule.max, "80");
  EXPECT_EQ(rule.null_probability, 0.25);
  EXPECT_EQ(rule.distribution->kind, DistributionRule::Kind::Normal);
  EXPECT_EQ(rule.distribution->Number("stddev"), 12);
  const ColumnRule list = ReadColumnRule(ReadJson(R"({"possible_values": ["a", 1, true, {"x": 1}]})"), "", faults);
  EXPECT_EQ(list.possible_values, (std::vector<std::string>{"a", "1", "true", R"({"x": 1})"}));
  const ColumnRule weights = ReadColumnRule(ReadJson(R"({"weighted_values": {"a": 3, "b": 0, "c": 1}})"), "", faults);
  EXPECT_EQ(weights.weighted_values.size(), 2U) << "a value without weight never comes";
  const ColumnRule counted = ReadColumnRule(ReadJson(R"({"sequence": {"start": -5, "step": 10}})"), "", faults);
  EXPECT_EQ(counted.sequence->start, -5);
  EXPECT_EQ(counted.sequence->step, 10);
  EXPECT_TRUE(faults.empty());
}

TEST(RuleTest, AllFaultsAreToldWithTheirPaths) {
  Faults faults;
  ReadColumnRule(ReadJson(R"({"min": [], "colour": 1, "null_probability": 2, "min_length": -1,
                              "distribution": {"kind": "gamma", "shape": 0, "size": 1}})"),
                 "tables.users.columns.age", faults);
  std::vector<std::string> paths;
  for (const Fault& fault : faults) paths.push_back(fault.path.substr(std::string("tables.users.columns.age.").size()));
  EXPECT_EQ(paths, (std::vector<std::string>{"min", "colour", "null_probability", "min_length", "distribution.shape",
                                             "distribution.size", "distribution.scale"}));
  EXPECT_NE(faults[1].message.find("weighted_values"), std::string::npos) << "the valid keys are listed";
}

TEST(RuleTest, BadValuesAreRefused) {
  for (const char* json : {"1",
                           "{\"possible_values\": []}",
                           "{\"possible_values\": [null]}",
                           "{\"weighted_values\": {\"a\": 0}}",
                           "{\"weighted_values\": {\"a\": -1, \"b\": 2}}",
                           "{\"sequence\": {\"step\": 0}}",
                           "{\"sequence\": {\"begin\": 1}}",
                           "{\"distribution\": \"bell\"}",
                           "{\"distribution\": {\"kind\": \"histogram\"}}",
                           "{\"distribution\": {\"kind\": \"histogram\", \"bounds\": [1, 1], \"shares\": [1]}}",
                           "{\"distribution\": {\"kind\": \"histogram\", \"bounds\": [1, 2], \"shares\": [1, 1]}}",
                           "{\"generator\": \"\"}",
                           "{\"generator\": \"email\", \"possible_values\": [1]}",
                           "{\"sequence\": {}, \"min\": 1}",
                           "{\"weighted_values\": {\"a\": 1}, \"distribution\": \"zipf\"}",
                           "{\"min_length\": 5, \"max_length\": 4}",
                           "{\"per_parent\": {\"min\": 1}}",
                           "{\"per_parent\": {\"min\": 3, \"max\": 2}}",
                           "{\"unique\": 1}",
                           "{\"expression\": \"\"}",
                           "{\"expression\": \"a\", \"null_probability\": 0.1}",
                           "{\"template\": \"a\", \"min\": 1}",
                           "{\"duplicate_strategy\": \"always\"}",
                           "{\"pool_size\": 3}",
                           "{\"duplicate_probability\": 0.5}",
                           "{\"duplicate_strategy\": \"cached_pool\", \"pool_size\": 0}",
                           "{\"duplicate_strategy\": \"cached_pool\", \"distribution\": \"zipf\"}",
                           "{\"per_parent\": {\"max\": 2}, \"null_probability\": 0.5}"})
    EXPECT_FALSE(FaultsOf(json).empty()) << json;
}

}  // namespace
}  // namespace dbmocker
