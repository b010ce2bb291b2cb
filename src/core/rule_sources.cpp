// See rule_sources.h. Boost.Random's distributions draw from the words of a row's own stream; Zipf's law is not among
// them: W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions",
// ACM TOMACS 6 (1996).
// Read first: DistributedSource.
#include "rule_sources.h"

#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/lognormal_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>
#include <cstdlib>

#include "dbmocker/error.h"
#include "dbmocker/value_set.h"

namespace dbmocker {
namespace {

using Kind = DistributionRule::Kind;

StreamKey KeyOfAttempt(StreamKey key, std::uint32_t attempt) { return attempt > 0 ? Derive(key, attempt) : key; }

// ------------------------------------------------------------------------------------------------------------ weights

// Walker's alias table in Vose's form: slot i keeps its own index below `limit`, else gives `other`.
class WeightedSource final : public IndexSource {
 public:
  WeightedSource(StreamKey key, const std::vector<double>& weights) : key_(key), slots_(weights.size()) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    std::vector<double> scaled;
    std::vector<std::size_t> small, large;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      scaled.push_back(weights[i] / sum * static_cast<double>(weights.size()));
      (scaled[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
      const std::size_t from = small.back();
      const std::size_t to = large.back();
      small.pop_back();
      slots_[from] = {static_cast<std::uint64_t>(std::ldexp(scaled[from], 64)), to};
      scaled[to] -= 1 - scaled[from];
      if (scaled[to] >= 1) continue;
      large.pop_back();
      small.push_back(to);
    }
    for (const auto* rest : {&small, &large})  // 1 but for rounding
      for (const std::size_t i : *rest) slots_[i] = {~std::uint64_t{0}, i};
  }

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    __extension__ using Wide = unsigned __int128;
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Wide product = static_cast<Wide>(Word(key, rows.ordinals[i])) * slots_.size();
      const auto place = static_cast<std::size_t>(product >> 64);
      const Slot& slot = slots_[place];
      out[i] = static_cast<std::uint64_t>(product) < slot.limit ? place : slot.other;
    }
  }
  std::string Describe() const override { return std::to_string(slots_.size()) + " weights"; }

 private:
  struct Slot {
    std::uint64_t limit = 0;
    std::uint64_t other = 0;
  };
  StreamKey key_;
  std::vector<Slot> slots_;
};

// --------------------------------------------------------------------------------------------------------------- zipf

class ZipfSource final : public IndexSource {
 public:
  ZipfSource(StreamKey key, double exponent, std::uint64_t size)
      : key_(key),
        exponent_(exponent),
        size_(static_cast<double>(size)),
        from_(Integral(1.5) - 1),
        to_(Integral(size_ + 0.5)),
        shortcut_(2 - Inverse(Integral(2.5) - std::pow(2, -exponent))) {}

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = DrawRank(key, rows.ordinals[i]) - 1;
  }
  std::string Describe() const override { return "zipf"; }

 private:
  std::uint64_t DrawRank(StreamKey key, std::uint64_t ordinal) const {
    for (std::uint64_t k = 0;; ++k) {
      const double u = to_ + ToUnit(Word(key, ordinal, k)) * (from_ - to_);
      const double x = Inverse(u);
      const double rank = std::clamp(std::floor(x + 0.5), 1.0, size_);
      if (rank - x <= shortcut_ || u >= Integral(rank + 0.5) - std::pow(rank, -exponent_))
        return static_cast<std::uint64_t>(rank);
    }
  }
  // The integral of x^-exponent from 1, and its inverse; well behaved about exponent 1.
  double Integral(double x) const {
    const double log = std::log(x);
    return log * ExpRatio((1 - exponent_) * log);
  }
  double Inverse(double y) const {
    const double t = std::max(y * (1 - exponent_), -1.0);
    return std::exp(y * LogRatio(t));
  }
  static double ExpRatio(double x) { return std::fabs(x) > 1e-8 ? std::expm1(x) / x : 1 + x / 2; }
  static double LogRatio(double x) { return std::fabs(x) > 1e-8 ? std::log1p(x) / x : 1 - x / 2; }

  StreamKey key_;
  double exponent_;
  double size_;
  double from_;
  double to_;
  double shortcut_;
};

// ------------------------------------------------------------------------------------------------------------ numbers

// What a distribution's parameters are once the column's range is known.
struct NumberDrawer {
  Kind kind = Kind::Uniform;
  double a = 0;
  double b = 0;
  NumberRange range;
  std::vector<double> bounds;
  std::vector<double> sums;  // of shares, rising to 1

  double Draw(RowEngine& engine) const {
    switch (kind) {
      case Kind::Normal:
        return boost::random::normal_distribution<double>(a, b)(engine);
      case Kind::Lognormal:
        return boost::random::lognormal_distribution<double>(a, b)(engine);
      case Kind::Exponential:
        return range.lower + boost::random::exponential_distribution<double>(1 / a)(engine);
      case Kind::Pareto:
        return a * std::pow(1 - ToUnit(engine()), -1 / b);
      case Kind::Beta:
        return range.lower + boost::random::beta_distribution<double>(a, b)(engine) * (range.upper - range.lower);
      case Kind::Gamma:
        return boost::random::gamma_distribution<double>(a, b)(engine);
      case Kind::Poisson:
        return static_cast<double>(boost::random::poisson_distribution<std::int64_t, double>(a)(engine));
      case Kind::Binomial:
        return static_cast<double>(
            boost::random::binomial_distribution<std::int64_t, double>(static_cast<std::int64_t>(a), b)(engine));
      case Kind::Histogram: {
        const double share = ToUnit(engine());
        const auto bucket = static_cast<std::size_t>(std::ranges::upper_bound(sums, share) - sums.begin());
        const std::size_t place = std::min(bucket, sums.size() - 1);
        return bounds[place] + ToUnit(engine()) * (bounds[place + 1] - bounds[place]);
      }
      case Kind::Uniform:
      case Kind::Zipf:
        break;
    }
    return range.lower + ToUnit(engine()) * (range.upper - range.lower);
  }
};

NumberDrawer MakeDrawer(const DistributionRule& rule, const TypeOfColumn& type, const NumberRange& range) {
  NumberDrawer drawer;
  drawer.kind = rule.kind;
  drawer.range = range;
  const double width = range.upper - range.lower;
  const auto number = [&](const char* name, double usual) { return rule.Number(name).value_or(usual); };
  switch (rule.kind) {
    case Kind::Normal: {
      const auto moment = rule.mean ? Measure(type, *rule.mean) : std::nullopt;
      drawer.a = moment.value_or(number("mean", range.lower + width / 2));
      drawer.b = number("stddev", width > 0 ? width / 6 : 1);
      break;
    }
    case Kind::Lognormal:
      drawer.a = number("mean", 0);
      drawer.b = number("stddev", 1);
      break;
    case Kind::Exponential:
      drawer.a = number("mean", width > 0 ? width / 5 : 1);
      break;
    case Kind::Pareto:
      drawer.a = number("scale", 1);
      drawer.b = number("shape", 1);
      break;
    case Kind::Beta:
      drawer.a = number("alpha", 1);
      drawer.b = number("beta", 1);
      break;
    case Kind::Gamma:
      drawer.a = number("shape", 1);
      drawer.b = number("scale", 1);
      break;
    case Kind::Poisson:
      drawer.a = number("mean", 1);
      break;
    case Kind::Binomial:
      drawer.a = std::floor(number("trials", 1));
      drawer.b = number("probability", 0.5);
      break;
    case Kind::Histogram: {
      drawer.bounds = rule.bounds;
      for (std::size_t i = 0; i < rule.bound_texts.size(); ++i)
        drawer.bounds[i] = Measure(type, rule.bound_texts[i]).value_or(0);
      double sum = 0;
      for (const double share : rule.shares) drawer.sums.push_back(sum += share);
      for (double& part : drawer.sums) part /= sum;
      break;
    }
    case Kind::Uniform:
    case Kind::Zipf:
      break;
  }
  return drawer;
}

class DistributedSource final : public IndexSource {
 public:
  DistributedSource(StreamKey key, NumberDrawer drawer, const TypeOfColumn& type, ValueSetPointer values)
      : key_(key), drawer_(std::move(drawer)), type_(type), values_(std::move(values)) {
    last_ = values_->Size() - 1;
    first_value_ = ValueAt(0);
    step_ = last_ > 0 ? (ValueAt(last_) - first_value_) / static_cast<double>(last_) : 1;
    is_even_ = step_ > 0;
    constexpr std::uint64_t kProbes = 64;
    double before = first_value_;
    for (std::uint64_t probe = 1; probe <= kProbes; ++probe) {
      const auto index = static_cast<std::uint64_t>(static_cast<double>(last_) / kProbes * static_cast<double>(probe));
      const double value = ValueAt(std::min(index, last_));
      if (value < before)
        throw Error(sqlstate::kInvalidParameterValue, "the values are not in order, as a distribution needs them");
      before = value;
      is_even_ &= std::fabs(value - first_value_ - step_ * static_cast<double>(std::min(index, last_))) <= step_ / 2;
    }
  }

  // The share of numbers that lie in the values' range, from a few draws.
  double Reach() const {
    constexpr int kDraws = 1000;
    int inside = 0;
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      RowEngine engine(Derive(key_, ~std::uint64_t{0}), i);
      inside += IsInside(drawer_.Draw(engine)) ? 1 : 0;
    }
    return static_cast<double>(inside) / kDraws;
  }

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) {
      RowEngine engine(key, rows.ordinals[i]);
      double number = drawer_.Draw(engine);
      for (int again = 0; again < kMostDraws && !IsInside(number); ++again) number = drawer_.Draw(engine);
      out[i] = IndexOf(number);
    }
  }
  std::string Describe() const override { return NameOf(drawer_.kind); }

 private:
  static constexpr int kMostDraws = 10'000;

  bool IsInside(double number) const {
    return number >= drawer_.range.lower - step_ / 2 && number <= drawer_.range.upper + step_ / 2;
  }
  double ValueAt(std::uint64_t index) const {
    std::string text;
    values_->AppendText(index, text);
    return Measure(type_, text).value_or(0);
  }
  std::uint64_t IndexOf(double number) const {
    // A bucket's values lie within its bounds, the upper one excluded; other numbers go to the nearest value.
    const bool rounds_down = drawer_.kind == Kind::Histogram;
    if (is_even_) {
      const double place = std::floor((number - first_value_) / step_ + (rounds_down ? 1e-9 : 0.5));
      return place <= 0 ? 0 : std::min(static_cast<std::uint64_t>(place), last_);
    }
    std::uint64_t low = 0, high = last_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (ValueAt(middle) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return rounds_down && low > 0 && ValueAt(low) > number ? low - 1 : low;
  }

  StreamKey key_;
  NumberDrawer drawer_;
  TypeOfColumn type_;
  ValueSetPointer values_;
  std::uint64_t last_ = 0;
  double first_value_ = 0;
  double step_ = 1;
  bool is_even_ = true;
};

bool IsOfDays(const Type& type) {
  return type.schema == "pg_catalog" && (type.name == "date" || type.name == "timestamp" || type.name == "timestamptz");
}

}  // namespace

IndexSourcePointer MakeWeightedSource(StreamKey key, const std::vector<double>& weights) {
  return std::make_unique<WeightedSource>(key, weights);
}

IndexSourcePointer MakeZipfSource(StreamKey key, double exponent, std::uint64_t size) {
  return std::make_unique<ZipfSource>(key, exponent, size);
}

bool IsOfRanks(Kind kind) { return kind == Kind::Uniform || kind == Kind::Zipf; }

bool IsMeasurable(const Type& type) {
  if (type.schema != "pg_catalog") return false;
  static constexpr const char* kNames[] = {"int2",   "int4", "int8", "numeric",   "money",       "float4",
                                           "float8", "date", "time", "timestamp", "timestamptz", "oid"};
  return std::ranges::any_of(kNames, [&](const char* name) { return type.name == name; });
}

std::optional<double> Measure(const TypeOfColumn& type, const std::string& text) {
  constexpr double kMicrosPerSecond = 1e6;
  constexpr double kMicrosPerDay = 86400e6;
  if (IsOfDays(*type.type) || type.type->name == "time") {
    const auto position = ParseOrderedValue(*type.type, type.type_modifier, text, false);
    if (!position) return std::nullopt;
    const auto number = static_cast<double>(*position);
    return type.type->name == "date" ? number : number / (type.type->name == "time" ? kMicrosPerSecond : kMicrosPerDay);
  }
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<NumberRange> UsualRange(const DistributionRule& rule) {
  const auto number = [&](const char* name) { return rule.Number(name).value_or(1); };
  switch (rule.kind) {
    case Kind::Normal:
      if (!rule.Number("mean") || !rule.Number("stddev")) return std::nullopt;
      return NumberRange{number("mean") - 6.2 * number("stddev"), number("mean") + 6.2 * number("stddev")};
    case Kind::Lognormal:
      return NumberRange{0, std::exp(std::min(number("mean") + 6.2 * number("stddev"), 40.0))};
    case Kind::Exponential:
      if (!rule.Number("mean")) return std::nullopt;
      return NumberRange{0, 21 * number("mean")};
    case Kind::Pareto:
      return NumberRange{number("scale"), number("scale") * std::pow(10, std::min(9 / number("shape"), 15.0))};
    case Kind::Gamma: {
      const double shape = number("shape");
      return NumberRange{0, number("scale") * (shape + 6.2 * std::sqrt(shape) + 21)};
    }
    case Kind::Poisson:
      return NumberRange{0, std::ceil(number("mean") + 6.2 * std::sqrt(number("mean")) + 21)};
    case Kind::Binomial:
      return NumberRange{0, std::floor(number("trials"))};
    case Kind::Histogram:
      return NumberRange{rule.bounds.front(), rule.bounds.back()};
    case Kind::Uniform:
    case Kind::Zipf:
    case Kind::Beta:
      break;
  }
  return std::nullopt;
}

IndexSourcePointer MakeDistributedSource(StreamKey key, const DistributionRule& rule, const TypeOfColumn& type,
                                         const ValueSetPointer& values) {
  if (rule.kind == Kind::Uniform) return MakeUniformSource(key, values->Size());
  if (rule.kind == Kind::Zipf) return MakeZipfSource(key, rule.Number("exponent").value_or(1), values->Size());
  std::string first, last;
  values->AppendText(0, first);
  values->AppendText(values->Size() - 1, last);
  const auto lower = Measure(type, first);
  const auto upper = Measure(type, last);
  if (!lower || !upper)
    throw Error(sqlstate::kInvalidParameterValue, "the values are no numbers, as the distribution needs them");
  auto source = std::make_unique<DistributedSource>(key, MakeDrawer(rule, type, {*lower, *upper}), type, values);
  constexpr double kLeastReach = 0.01;
  if (source->Reach() < kLeastReach)
    throw Error(sqlstate::kInvalidParameterValue,
                "distribution \"" + std::string(NameOf(rule.kind)) + "\" lies outside of the column's range",
                "The column's values go from " + first + " to " + last + ".",
                "Change the parameters of the distribution, or min and max.");
  return source;
}

}  // namespace dbmocker
