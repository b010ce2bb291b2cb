// Sources that are not uniform: their shares against the law that they are to follow, by chi-square and by moments.
// Read first: ExpectShares.
#include "core/rule_sources.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "dbmocker/error.h"
#include "sample_tables.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

constexpr StreamKey kKey{0x1234567};

class NoLanes final : public LaneReader {
 public:
  std::span<const std::uint64_t> Read(LaneNumber) override { return {}; }
  void Evaluate(LaneNumber, const RowSet&, std::span<std::uint64_t>) override {}
};

std::vector<std::uint64_t> DrawMany(const IndexSource& source, std::uint64_t count, std::uint64_t first = 0) {
  std::vector<std::uint64_t> ordinals(count), out(count);
  std::iota(ordinals.begin(), ordinals.end(), first);
  NoLanes lanes;
  source.Draw(RowSet{ordinals, ordinals, 0}, lanes, out);
  return out;
}

// Chi-square against shares; the bound is far beyond what a right source ever shows (about 7 standard deviations).
void ExpectShares(const IndexSource& source, const std::vector<double>& shares) {
  constexpr std::uint64_t kRows = 200'000;
  std::vector<double> seen(shares.size(), 0);
  for (const std::uint64_t index : DrawMany(source, kRows)) {
    ASSERT_LT(index, shares.size());
    seen[index] += 1;
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  double chi_square = 0;
  int degrees = -1;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double expected = shares[i] / sum * static_cast<double>(kRows);
    if (expected == 0) {
      EXPECT_EQ(seen[i], 0);
      continue;
    }
    if (expected < 5) continue;
    chi_square += (seen[i] - expected) * (seen[i] - expected) / expected;
    ++degrees;
  }
  EXPECT_LT(chi_square, degrees + 7 * std::sqrt(2.0 * std::max(degrees, 1)));
}

TEST(RuleSourcesTest, WeightsAreKept) {
  ExpectShares(*MakeWeightedSource(kKey, {0.8, 0.15, 0.05}), {0.8, 0.15, 0.05});
  ExpectShares(*MakeWeightedSource(kKey, {1, 0, 7, 2, 0}), {1, 0, 7, 2, 0});
  ExpectShares(*MakeWeightedSource(kKey, {3}), {1});
  std::vector<double> many;
  for (int i = 0; i < 500; ++i) many.push_back(i % 7 + 0.5);
  ExpectShares(*MakeWeightedSource(kKey, many), many);
}

TEST(RuleSourcesTest, ZipfFollowsItsLaw) {
  for (const double exponent : {0.3, 1.0, 1.07, 2.5}) {
    std::vector<double> shares;
    for (int rank = 1; rank <= 300; ++rank) shares.push_back(std::pow(rank, -exponent));
    ExpectShares(*MakeZipfSource(kKey, exponent, 300), shares);
  }
  for (const std::uint64_t index : DrawMany(*MakeZipfSource(kKey, 1, 1), 100)) EXPECT_EQ(index, 0U);
  const auto far = DrawMany(*MakeZipfSource(kKey, 0.5, std::uint64_t{1} << 40), 1000);
  EXPECT_GT(*std::ranges::max_element(far), std::uint64_t{1} << 35) << "every rank can come";
}

TEST(RuleSourcesTest, ARowDoesNotDependOnItsBatch) {
  const auto source = MakeZipfSource(kKey, 1.2, 1000);
  const auto all = DrawMany(*source, 100);
  const auto rest = DrawMany(*source, 40, 60);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), all.begin() + 60));
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

// Of the numbers that a distribution draws for a type within limits.
Moments Measure(const char* distribution, const char* type_name, const ValueInterval& interval) {
  Faults faults;
  const ColumnRule rule = ReadColumnRule(ReadJson(std::string("{\"distribution\": ") + distribution + "}"), "", faults);
  EXPECT_TRUE(faults.empty()) << distribution;
  const TypePointer type = WithCatalogFacts(BaseType(type_name));
  ValueLimits limits;
  limits.intervals.push_back(interval);
  const ValueSetPointer values = MakeTypeValueSet(*type, -1, limits, false, kContext);
  const TypeOfColumn column{type.get(), -1};
  const auto source = MakeDistributedSource(kKey, *rule.distribution, column, values);
  double sum = 0, squares = 0;
  constexpr int kRows = 100'000;
  for (const std::uint64_t index : DrawMany(*source, kRows)) {
    std::string text;
    values->AppendText(index, text);
    const double number = *dbmocker::Measure(column, text);
    sum += number;
    squares += number * number;
  }
  Moments moments;
  moments.mean = sum / kRows;
  moments.deviation = std::sqrt(squares / kRows - moments.mean * moments.mean);
  return moments;
}

void ExpectMoments(const char* distribution, const char* type, const ValueInterval& interval, double mean,
                   double deviation) {
  const Moments seen = Measure(distribution, type, interval);
  EXPECT_NEAR(seen.mean, mean, deviation * 0.03) << distribution;
  EXPECT_NEAR(seen.deviation, deviation, deviation * 0.05) << distribution;
}

ValueInterval From(const char* lower, const char* upper) { return {lower, upper, true, true}; }

TEST(RuleSourcesTest, NumbersHaveTheMomentsOfTheirDistribution) {
  ExpectMoments(R"({"kind": "normal", "mean": 40, "stddev": 5})", "int4", From("0", "100"), 40, 5);
  ExpectMoments(R"({"kind": "normal", "mean": 0.5, "stddev": 0.01})", "float8", From("0", "1"), 0.5, 0.01);
  ExpectMoments(R"({"kind": "lognormal", "mean": 1, "stddev": 0.5})", "numeric", From("0", "500.00"), 3.08, 1.64);
  ExpectMoments(R"({"kind": "exponential", "mean": 30})", "numeric", From("10.00", "2000.00"), 40, 30);
  ExpectMoments(R"({"kind": "pareto", "scale": 2, "shape": 5})", "numeric", From("0.0000", "200.0000"), 2.5, 0.6455);
  ExpectMoments(R"({"kind": "beta", "alpha": 2, "beta": 6})", "int4", From("0", "1000"), 250, 144.3);
  ExpectMoments(R"({"kind": "gamma", "shape": 3, "scale": 10})", "int8", From("0", "500"), 30, 17.3);
  ExpectMoments(R"({"kind": "poisson", "mean": 4})", "int2", From("0", "60"), 4, 2);
  ExpectMoments(R"({"kind": "binomial", "trials": 20, "probability": 0.3})", "int4", From("0", "20"), 6, 2.05);
  ExpectMoments(R"({"kind": "histogram", "bounds": [0, 10, 100], "shares": [3, 1]})", "numeric", From("0.00", "100.00"),
                17.5, 25.4);
  ExpectMoments(R"({"kind": "normal", "mean": "2024-07-01", "stddev": 20})", "date", From("2024-01-01", "2024-12-31"),
                8948, 20);
}

TEST(RuleSourcesTest, WhatLiesOutsideIsRefused) {
  EXPECT_THROW(Measure(R"({"kind": "poisson", "mean": 4})", "int4", From("1000", "2000")), Error);
  EXPECT_THROW(Measure(R"({"kind": "normal", "mean": 5, "stddev": 1})", "uuid", {}), Error);
}

}  // namespace
}  // namespace dbmocker::sample
