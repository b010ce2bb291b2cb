// Numbers in a range: how ranges meet limits and types, and how a number is written in each type's encoding.
// Read first: CutToLimits, then DecimalSet::Emit.
#include "core/decimal_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/random_word.h"
#include "core/text_cursor.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kPowers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
constexpr int kMaxScale = 9;

// What a type and its modifier hold: the largest value * 10^scale, the decimals kept and the decimals shown.
struct NumberFormat {
  enum class Kind { Word, Numeric, Float4, Float8 };
  Kind kind = Kind::Word;
  int scale = 0;  // decimals that values have
  int shown_scale = 0;  // numeric: its display scale
  std::int64_t bound = std::numeric_limits<std::int64_t>::max() / 4;
};

std::optional<NumberFormat> FormatOf(const ProviderRequest& request, int scale) {
  NumberFormat format;
  const std::string& name = request.type.name;
  if (name == "int2") format.bound = std::numeric_limits<std::int16_t>::max();
  if (name == "int4") format.bound = std::numeric_limits<std::int32_t>::max();
  if (request.type_class == type_class::kInteger) return format;
  format.scale = format.shown_scale = scale;
  if (name == "float4") format.kind = NumberFormat::Kind::Float4;
  if (name == "float8") format.kind = NumberFormat::Kind::Float8;
  if (request.type_class == type_class::kFloat) return format;
  if (name == "money") {
    format.scale = format.shown_scale = 2;
    return format;
  }
  if (name != "numeric") return std::nullopt;
  format.kind = NumberFormat::Kind::Numeric;
  if (request.type_modifier < 4) return format;
  const int precision = ((request.type_modifier - 4) >> 16) & 0xFFFF;
  const int modifier_scale = (((request.type_modifier - 4) & 0x7FF) ^ 1024) - 1024;  // 11 bits, signed
  if (modifier_scale < 0 || modifier_scale > 60) return std::nullopt;
  format.shown_scale = modifier_scale;
  format.scale = std::min({scale, modifier_scale, kMaxScale});
  const int digits = precision - modifier_scale + format.scale;
  if (digits <= 0) return std::nullopt;
  if (digits < 18) {
    format.bound = 1;
    for (int i = 0; i < digits; ++i) format.bound *= 10;
    format.bound -= 1;
  }
  return format;
}

std::int64_t Rescale(std::int64_t value, int from, int to, bool round_up) {
  if (to >= from) return value * kPowers[to - from];
  const std::int64_t divisor = kPowers[from - to];
  std::int64_t result = value / divisor;
  if (value % divisor != 0) result += value < 0 ? (round_up ? 0 : -1) : (round_up ? 1 : 0);
  return result;
}

void AddDecimal(std::int64_t value, int scale, TextCursor& text) {
  if (value < 0) text.Add('-');
  const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
  const auto power = static_cast<std::uint64_t>(kPowers[scale]);
  text.AddNumber(size / power);
  if (scale == 0) return;
  text.Add('.');
  text.AddPadded(size % power, scale);
}

// PostgreSQL's short numeric (src/backend/utils/adt/numeric.c, NumericShort): a header of sign, display scale and
// weight, then base-10000 digits without leading and trailing zeros.
std::size_t WriteNumeric(std::int64_t value, int scale, int shown_scale, char* out) {
  std::uint16_t digits[12];
  auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
  const auto power = static_cast<std::uint64_t>(kPowers[scale]);
  std::uint64_t whole = size / power;
  std::uint64_t fraction = size % power * static_cast<std::uint64_t>(kPowers[(4 - scale % 4) % 4]);
  const int fraction_groups = (scale + 3) / 4;
  int count = 0;
  std::uint16_t whole_digits[6];
  int whole_count = 0;
  for (; whole != 0; whole /= 10000) whole_digits[whole_count++] = static_cast<std::uint16_t>(whole % 10000);
  for (int i = whole_count - 1; i >= 0; --i) digits[count++] = whole_digits[i];
  for (int i = fraction_groups - 1; i >= 0; --i, fraction /= 10000)
    digits[count + i] = static_cast<std::uint16_t>(fraction % 10000);
  count += fraction_groups;
  int weight = whole_count - 1;
  int first = 0;
  while (first < count && digits[first] == 0) ++first, --weight;
  while (count > first && digits[count - 1] == 0) --count;
  if (first == count) weight = 0;
  unsigned header = 0x8000U | static_cast<unsigned>(shown_scale) << 7;
  if (value < 0) header |= 0x2000U;
  header |= weight < 0 ? 0x40U | (static_cast<unsigned>(weight) & 0x3FU) : static_cast<unsigned>(weight);
  const auto short_header = static_cast<std::uint16_t>(header);
  const auto digit_bytes = static_cast<std::size_t>(count - first) * sizeof(std::uint16_t);
  std::memcpy(out, &short_header, sizeof short_header);
  std::memcpy(out + sizeof short_header, digits + first, digit_bytes);
  return sizeof short_header + digit_bytes;
}

template <class Map>
class DecimalSet final : public ValueSet {
 public:
  DecimalSet(NumberFormat format, std::string description, std::uint64_t size, bool injective, Map map)
      : format_(format),
        description_(std::move(description)),
        size_(size),
        injective_(injective),
        map_(std::move(map)) {}

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool) const override { return injective_; }
  Encoding encoding() const override {
    return format_.kind == NumberFormat::Kind::Numeric ? Encoding::Varlena : Encoding::Word;
  }
  std::string Describe() const override { return description_; }

  void AppendText(std::uint64_t index, std::string& out) const override {
    char buffer[64];
    TextCursor text(buffer);
    AddDecimal(ValueOf(index), format_.scale, text);
    out.append(text.view());
  }

  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const auto words = out.words();
    const auto power = static_cast<double>(kPowers[format_.scale]);
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const std::int64_t value = ValueOf(indexes[row]);
      switch (format_.kind) {
        case NumberFormat::Kind::Word:
          words[row] = static_cast<std::uint64_t>(value);
          break;
        case NumberFormat::Kind::Float4:
          words[row] = std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<double>(value) / power));
          break;
        case NumberFormat::Kind::Float8:
          words[row] = std::bit_cast<std::uint64_t>(static_cast<double>(value) / power);
          break;
        case NumberFormat::Kind::Numeric: {
          char bytes[32];
          out.SetVarlena(row, {bytes, WriteNumeric(value, format_.scale, format_.shown_scale, bytes)});
          break;
        }
      }
    }
  }

 private:
  std::int64_t ValueOf(std::uint64_t index) const { return map_(index < size_ ? index : index % size_); }

  NumberFormat format_;
  std::string description_;
  std::uint64_t size_;
  bool injective_;
  Map map_;
};

template <class Map>
ValueSetPointer Make(const NumberFormat& format, std::string description, std::uint64_t size, bool injective, Map map) {
  return std::make_shared<DecimalSet<Map>>(format, std::move(description), size, injective, std::move(map));
}

// Draws from [lower, upper], each octave of the distance from just below `lower` as often as any other.
class LogarithmicMap {
 public:
  LogarithmicMap(std::int64_t lower, std::int64_t upper, std::int64_t unit, bool is_price)
      : lower_(lower), upper_(upper), unit_(unit), is_price_(is_price) {
    const double base = static_cast<double>(std::max<std::int64_t>(1, lower > 0 ? lower : unit));
    const double range = std::log(1.0 + static_cast<double>(upper - lower) / base);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(steps_.size() - 1);
      steps_[i] = std::min(upper - lower, static_cast<std::int64_t>(base * std::expm1(range * share)));
    }
    steps_.back() = upper - lower;
  }

  std::int64_t operator()(std::uint64_t index) const {
    IndexWords words(index, 0x6C6F67);
    const auto step = static_cast<std::size_t>(words.Below(steps_.size() - 1));
    const std::int64_t from = steps_[step];
    const auto width = static_cast<std::uint64_t>(steps_[step + 1] - from) + 1;
    const std::int64_t value = lower_ + from + static_cast<std::int64_t>(words.Below(width));
    return is_price_ ? RoundToPrice(value, words) : value;
  }

 private:
  std::int64_t RoundToPrice(std::int64_t value, IndexWords& words) const {
    const std::uint64_t draw = words.Below(100);
    if (draw >= 85 || unit_ < 100) return value;
    const std::int64_t whole = value / unit_ * unit_;
    const std::int64_t rounded = draw < 50 ? whole + unit_ * 99 / 100 : draw < 65 ? whole + unit_ / 2 : whole;
    return rounded < lower_ || rounded > upper_ ? value : rounded;
  }

  std::array<std::int64_t, 257> steps_{};
  std::int64_t lower_;
  std::int64_t upper_;
  std::int64_t unit_;
  bool is_price_;
};

}  // namespace

std::optional<std::int64_t> ParseScaled(std::string_view text, int scale, bool round_up) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  int decimals = -1;
  bool has_rest = false;
  for (char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (decimals >= scale) {
      has_rest |= c != '0';
      continue;
    }
    if (value > std::numeric_limits<std::int64_t>::max() / 20) return std::nullopt;
    value = value * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = std::max(decimals, 0); i < scale; ++i) {
    if (value > std::numeric_limits<std::int64_t>::max() / 20) return std::nullopt;
    value *= 10;
  }
  if (negative) return has_rest && !round_up ? -value - 1 : -value;
  return has_rest && round_up ? value + 1 : value;
}

std::optional<DecimalTraits> CutToLimits(const ProviderRequest& request, const DecimalTraits& traits) {
  const auto format = FormatOf(request, traits.scale);
  if (!format || request.limits.has_allowed || request.limits.min_length || request.limits.max_length)
    return std::nullopt;
  if (request.limits.max_decimals && *request.limits.max_decimals < format->scale) return std::nullopt;
  DecimalTraits cut = traits;
  cut.scale = format->scale;
  cut.lower = std::max(Rescale(traits.lower, traits.scale, cut.scale, true), -format->bound);
  cut.upper = std::min(Rescale(traits.upper, traits.scale, cut.scale, false), format->bound);
  std::optional<DecimalTraits> best;
  if (request.limits.intervals.empty()) best = cut;
  for (const ValueInterval& interval : request.limits.intervals) {
    DecimalTraits part = cut;
    if (interval.lower) {
      auto lower = ParseScaled(*interval.lower, cut.scale, true);
      if (!lower) return std::nullopt;
      if (!interval.lower_inclusive && lower == ParseScaled(*interval.lower, cut.scale, false)) ++*lower;
      part.lower = std::max(part.lower, *lower);
    }
    if (interval.upper) {
      auto upper = ParseScaled(*interval.upper, cut.scale, false);
      if (!upper) return std::nullopt;
      if (!interval.upper_inclusive && upper == ParseScaled(*interval.upper, cut.scale, true)) --*upper;
      part.upper = std::min(part.upper, *upper);
    }
    if (part.lower <= part.upper && (!best || part.upper - part.lower > best->upper - best->lower)) best = part;
  }
  for (int pass = 0; best && pass < 2; ++pass)
    for (const std::string& excluded : request.limits.excluded) {
      const auto value = ParseScaled(excluded, cut.scale, false);
      if (!value) return std::nullopt;
      if (value == best->lower) ++best->lower;
      if (value == best->upper) --best->upper;
      if (pass == 1 && *value > best->lower && *value < best->upper) return std::nullopt;
    }
  if (!best || best->lower > best->upper) return std::nullopt;
  return best;
}

ValueSetPointer MakeDecimalSet(const ProviderRequest& request, const DecimalTraits& traits) {
  const auto range = CutToLimits(request, traits);
  if (!range) return nullptr;
  const auto format = FormatOf(request, traits.scale);
  char buffer[96];
  TextCursor text(buffer);
  text.Add(' ');
  AddDecimal(range->lower, range->scale, text);
  text.Add(std::string_view(" \xE2\x80\xA6 "));
  AddDecimal(range->upper, range->scale, text);
  const std::string description = std::string(traits.description) + std::string(text.view());
  const std::int64_t lower = range->lower;
  const auto size = static_cast<std::uint64_t>(range->upper - lower) + 1;
  const std::uint64_t draws = std::uint64_t{1} << 48;
  switch (size < 3 ? DecimalShape::Uniform : traits.shape) {
    case DecimalShape::Uniform:
      return Make(*format, description, size, true,
                  [lower](std::uint64_t index) { return lower + static_cast<std::int64_t>(index); });
    case DecimalShape::Bell:
      return Make(*format, description, draws, false, [lower, size](std::uint64_t index) {
        IndexWords words(index, 0x62656C6C);
        const std::uint64_t sum = words.Below(size) + words.Below(size) + words.Below(size);
        return lower + static_cast<std::int64_t>(sum / 3);
      });
    case DecimalShape::Logarithmic:
    case DecimalShape::Price:
      break;
  }
  return Make(*format, description, draws, false,
              LogarithmicMap(lower, range->upper, kPowers[range->scale], traits.shape == DecimalShape::Price));
}

ValueSetPointer MakeMappedDecimalSet(const ProviderRequest& request, const DecimalTraits& traits, std::uint64_t size,
                                     DecimalMap map) {
  const auto format = FormatOf(request, traits.scale);
  const auto range = CutToLimits(request, traits);
  if (!format || !range) return nullptr;
  const int from = traits.scale;
  const int to = format->scale;
  if (range->lower > Rescale(traits.lower, from, to, true) || range->upper < Rescale(traits.upper, from, to, false))
    return nullptr;
  const auto rescaled = [inner = std::move(map), from, to](std::uint64_t index) {
    return Rescale(inner(index), from, to, false);
  };
  return Make(*format, std::string(traits.description), size, false, rescaled);
}

}  // namespace dbmocker
