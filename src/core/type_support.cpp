// What the families of types share: unwrapping domains, length limits, saturating sizes, the error of contradictory
// limits. Must not know single types' encodings. Read first: ResolveLengths.
#include <algorithm>

#include "dbmocker/error.h"
#include "decimal_text.h"
#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

bool IsCharacterByte(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::string DescribeLimits(const ValueLimits& limits) {
  std::string text;
  for (const ValueInterval& interval : limits.intervals) {
    if (!text.empty()) text += " or ";
    text += interval.lower ? (interval.lower_inclusive ? ">= " : "> ") + *interval.lower : "";
    if (interval.lower && interval.upper) text += " and ";
    text += interval.upper ? (interval.upper_inclusive ? "<= " : "< ") + *interval.upper : "";
  }
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (limits.has_allowed) add("one of " + std::to_string(limits.allowed.size()) + " listed values");
  if (!limits.excluded.empty()) add(std::to_string(limits.excluded.size()) + " excluded values");
  if (limits.min_length) add("length >= " + std::to_string(*limits.min_length));
  if (limits.max_length) add("length <= " + std::to_string(*limits.max_length));
  if (limits.pattern != nullptr) add("a pattern");
  return text;
}

constexpr int kUnmodifiedNumericScale = 6;
constexpr std::int64_t kLongestValue = 1'000'000'000;  // PostgreSQL's values end at 1 GB

}  // namespace

const Type& UnwrapDomains(const Type& type, int& modifier) {
  const Type* base = &type;
  while (base->kind == TypeKind::Domain && base->element != nullptr) {
    if (base->element_modifier >= 0 || base->element->kind != TypeKind::Domain) modifier = base->element_modifier;
    base = base->element.get();
  }
  return *base;
}

bool IsBuiltIn(const Type& type, std::string_view name) { return type.schema == "pg_catalog" && type.name == name; }

void ThrowNoValue(const Type& type, const ValueLimits& limits) {
  throw Error(sqlstate::kInvalidParameterValue, "no value of type " + type.name + " satisfies its limits",
              "The limits are: " + DescribeLimits(limits) + ".",
              "Check the constraints and rules of the column against each other.");
}

std::optional<NumericModifier> ReadNumericModifier(int modifier) {
  if (modifier < 4) return std::nullopt;
  const int packed = modifier - 4;
  return NumericModifier{(packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024};
}

std::int64_t TemporalUnit(int modifier) {
  std::int64_t unit = 1;
  if (modifier >= 0) {
    for (int decimals = std::min(modifier, 6); decimals < 6; ++decimals) unit *= 10;
  }
  return unit;
}

PointParser FindPointParser(const Type& type, int modifier) {
  if (type.schema != "pg_catalog") return {};
  if (type.name == "int2" || type.name == "int4" || type.name == "int8" || type.name == "oid") {
    return [](std::string_view text) { return ParseDecimal(text, 0); };
  }
  if (type.name == "numeric") {
    const auto numeric = ReadNumericModifier(modifier);
    const int scale = numeric ? numeric->scale : kUnmodifiedNumericScale;
    return [scale](std::string_view text) { return ParseDecimal(text, scale); };
  }
  if (type.name == "money") {
    return [](std::string_view text) {
      std::string plain;
      for (const char c : text) {
        if (c != '$' && c != ',') plain.push_back(c);
      }
      return ParseDecimal(plain, 2);
    };
  }
  if (type.name == "date") return ParseDate;
  if (type.name == "time") return ParseTime;
  if (type.name == "timestamp") return [](std::string_view text) { return ParseTimestamp(text, false); };
  if (type.name == "timestamptz") return [](std::string_view text) { return ParseTimestamp(text, true); };
  return {};
}

std::optional<std::int64_t> ParseOrderedValue(const Type& type, int type_modifier, const std::string& text,
                                              bool round_up) {
  int modifier = type_modifier;
  const Type& base = UnwrapDomains(type, modifier);
  const PointParser parse = FindPointParser(base, modifier);
  if (!parse) return std::nullopt;
  const auto point = parse(text);
  if (!point) return std::nullopt;
  const Int128 value = point->floor + (round_up && !point->exact ? 1 : 0);
  return static_cast<std::int64_t>(std::clamp<Int128>(value, INT64_MIN, INT64_MAX));
}

std::optional<std::int64_t> MaxLengthOfModifier(const Type& type, int type_modifier) {
  int modifier = type_modifier;
  const Type& base = UnwrapDomains(type, modifier);
  if (base.schema != "pg_catalog") return std::nullopt;
  if (base.name == "name") return 63;
  if (modifier < 0) return std::nullopt;
  if (base.name == "varchar" || base.name == "bpchar") {
    return modifier >= 4 ? std::optional<std::int64_t>(modifier - 4) : std::nullopt;
  }
  if (base.name == "bit" || base.name == "varbit") return modifier;
  return std::nullopt;
}

LengthLimits ResolveLengths(const TypeRequest& request) {
  LengthLimits lengths;
  lengths.minimum = std::max<std::int64_t>(0, request.limits.min_length.value_or(0));
  lengths.maximum = MaxLengthOfModifier(request.type, request.modifier);
  if (request.limits.max_length) {
    lengths.maximum = std::min(lengths.maximum.value_or(INT64_MAX), *request.limits.max_length);
  }
  if (lengths.minimum > kLongestValue) {
    throw Error(sqlstate::kProgramLimitExceeded, "values cannot be as long as their limits ask for",
                "At least " + std::to_string(lengths.minimum) + " characters or elements are asked for.");
  }
  if (lengths.maximum && *lengths.maximum < lengths.minimum) ThrowNoValue(request.type, request.limits);
  return lengths;
}

std::int64_t CountCharacters(std::string_view text) { return std::count_if(text.begin(), text.end(), IsCharacterByte); }

std::size_t PrefixBytes(std::string_view text, std::int64_t characters) {
  for (std::size_t place = 0; place < text.size(); ++place) {
    if (IsCharacterByte(text[place]) && characters-- == 0) return place;
  }
  return text.size();
}

std::uint64_t MultiplySizes(std::uint64_t a, std::uint64_t b) {
  if (a != 0 && b > kMaxValueSetSize / a) return kMaxValueSetSize;
  return a * b;
}

std::uint64_t AddSizes(std::uint64_t a, std::uint64_t b) {
  return a >= kMaxValueSetSize || b >= kMaxValueSetSize - a ? kMaxValueSetSize : a + b;
}

std::uint64_t PowerSize(std::uint64_t base, std::int64_t exponent) {
  std::uint64_t power = 1;
  for (std::int64_t i = 0; i < exponent && power < kMaxValueSetSize; ++i) power = MultiplySizes(power, base);
  return power;
}

}  // namespace dbmocker
