// Numbers and booleans whose range follows from their meaning: prices, quantities, ages, ratings, flags.
// Read first: kRanges.
#include <array>

#include "core/decimal_set.h"

namespace dbmocker {
namespace {

struct NumberRange {
  std::string_view name;
  DecimalTraits traits;
};

constexpr DecimalShape kUniform = DecimalShape::Uniform;
constexpr DecimalShape kLogarithmic = DecimalShape::Logarithmic;
constexpr DecimalShape kPrice = DecimalShape::Price;
constexpr DecimalShape kBell = DecimalShape::Bell;

// Bounds are values * 10^scale.
constexpr NumberRange kRanges[] = {
    {"age", {"age", 18, 90, 0, kUniform}},
    {"amount", {"amount", 100, 500000, 2, kLogarithmic}},
    {"balance", {"balance", 0, 2500000, 2, kLogarithmic}},
    {"cents", {"amount in cents", 100, 500000, 0, kLogarithmic}},
    {"count", {"count", 0, 1000, 0, kLogarithmic}},
    {"day", {"day of the month", 1, 28, 0, kUniform}},
    {"dimension", {"length in centimetres", 10, 2500, 1, kLogarithmic}},
    {"discount", {"discount in percent", 0, 5000, 2, kUniform}},
    {"duration", {"duration", 1, 7200, 0, kLogarithmic}},
    {"exchange_rate", {"exchange rate", 500, 2000000, 4, kLogarithmic}},
    {"file_size", {"size in bytes", 100, 50000000, 0, kLogarithmic}},
    {"height", {"height in centimetres", 1450, 2100, 1, kBell}},
    {"hour", {"hour", 0, 23, 0, kUniform}},
    {"level", {"level", 0, 9, 0, kUniform}},
    {"milliseconds", {"milliseconds", 1, 600000, 0, kLogarithmic}},
    {"minute", {"minute", 0, 59, 0, kUniform}},
    {"month", {"month", 1, 12, 0, kUniform}},
    {"percentage", {"percentage", 0, 10000, 2, kUniform}},
    {"pixels", {"pixels", 16, 4096, 0, kLogarithmic}},
    {"position", {"position", 1, 100, 0, kUniform}},
    {"price", {"price", 99, 99999, 2, kPrice}},
    {"quantity", {"quantity", 1, 100, 0, kLogarithmic}},
    {"ratio", {"ratio", 0, 10000, 4, kUniform}},
    {"salary", {"salary", 1800000, 18000000, 2, kLogarithmic}},
    {"score", {"score", 0, 10000, 2, kBell}},
    {"stock", {"stock", 0, 2000, 0, kLogarithmic}},
    {"tax", {"tax", 10, 50000, 2, kLogarithmic}},
    {"tax_rate", {"tax rate in percent", 0, 2500, 2, kUniform}},
    {"temperature", {"temperature in degrees Celsius", -200, 400, 1, kBell}},
    {"weight", {"weight in kilograms", 100, 120000, 3, kLogarithmic}},
};

template <std::size_t kPlace>
ValueSetPointer MakeRange(const ProviderRequest& request) {
  return MakeDecimalSet(request, kRanges[kPlace].traits);
}

// Stars from 1 to 5, mostly many.
ValueSetPointer MakeRating(const ProviderRequest& request) {
  const bool is_whole = request.type_class == type_class::kInteger;
  const DecimalTraits traits{
      .description = "rating", .lower = is_whole ? 1 : 10, .upper = is_whole ? 5 : 50, .scale = is_whole ? 0 : 1};
  static constexpr std::int64_t kStars[] = {1, 2, 3, 3, 4, 4, 4, 5, 5, 5};
  if (is_whole) {
    auto mapped = MakeMappedDecimalSet(request, traits, std::size(kStars), [](std::uint64_t i) { return kStars[i]; });
    if (mapped) return mapped;
  }
  return MakeDecimalSet(request, traits);
}

ValueSetPointer MakeYear(const ProviderRequest& request) {
  const std::int64_t now = 2000 + request.context.reference_time / 31556952000000;
  return MakeDecimalSet(request, {.description = "year", .lower = now - 30, .upper = now});
}

ValueSetPointer MakeBirthYear(const ProviderRequest& request) {
  const std::int64_t now = 2000 + request.context.reference_time / 31556952000000;
  return MakeDecimalSet(request, {.description = "year of birth", .lower = now - 89, .upper = now - 19});
}

// True for the first `true_of_hundred` of a hundred indexes.
class FlagSet final : public ValueSet {
 public:
  explicit FlagSet(unsigned true_of_hundred) : true_of_hundred_(true_of_hundred) {}
  std::uint64_t Size() const override { return 100; }
  bool IsInjective(bool) const override { return false; }
  Encoding encoding() const override { return Encoding::Word; }
  std::string Describe() const override { return "true for " + std::to_string(true_of_hundred_) + " %"; }
  void AppendText(std::uint64_t index, std::string& out) const override { out += ValueOf(index) ? "true" : "false"; }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const auto words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = ValueOf(indexes[row]) ? 1 : 0;
  }

 private:
  bool ValueOf(std::uint64_t index) const { return index % 100 < true_of_hundred_; }
  unsigned true_of_hundred_;
};

template <unsigned kTrueOfHundred>
ValueSetPointer MakeFlag(const ProviderRequest& request) {
  if (!request.limits.IsUnlimited()) return nullptr;
  return std::make_shared<FlagSet>(kTrueOfHundred);
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kOthers[] = {
    {"birth_year", GroupKind::None, kNumber, 0, MakeBirthYear},
    {"flag", GroupKind::None, kBoolean, 0, MakeFlag<50>},
    {"flag_mostly_false", GroupKind::None, kBoolean, 0, MakeFlag<8>},
    {"flag_mostly_true", GroupKind::None, kBoolean, 0, MakeFlag<88>},
    {"rating", GroupKind::None, kNumber, 0, MakeRating},
    {"year", GroupKind::None, kNumber, 0, MakeYear},
};

template <std::size_t... kPlaces>
constexpr auto MakeEntries(std::index_sequence<kPlaces...>) {
  std::array<ProviderEntry, sizeof...(kPlaces) + std::size(kOthers)> entries{
      ProviderEntry{kRanges[kPlaces].name, GroupKind::None, kNumber, 0, MakeRange<kPlaces>}...};
  for (std::size_t i = 0; i < std::size(kOthers); ++i) entries[sizeof...(kPlaces) + i] = kOthers[i];
  return entries;
}
constexpr auto kEntries = MakeEntries(std::make_index_sequence<std::size(kRanges)>());

}  // namespace

ProviderEntries NumberProviders() { return kEntries; }

}  // namespace dbmocker
