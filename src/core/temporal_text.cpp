// Calendar arithmetic and ISO text. The civil-calendar formulas count days in 400-year eras that begin on 1 March, so
// that the leap day is the last day of its year.
// Read first: DaysFromCivil, then ParseTimestamp.
#include "temporal_text.h"

#include "decimal_text.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kDaysPerEra = 146'097;
constexpr std::int64_t kDaysFromEraToEpoch = 730'425;  // 0000-03-01 … 2000-01-01

// Reads text from the left.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool NextIsDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  // A number of 1 … max_digits digits.
  std::optional<std::int64_t> TakeNumber(int max_digits) {
    std::int64_t number = 0;
    int count = 0;
    for (; NextIsDigit(); ++count) {
      if (count == max_digits) return std::nullopt;
      number = number * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (count == 0) return std::nullopt;
    return number;
  }
  // The digit that NextIsDigit() has seen.
  std::int64_t TakeDigit() {
    const std::int64_t digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }
  std::string_view TakeLetters() {
    std::size_t length = 0;
    while (length < rest_.size() && rest_[length] >= 'a' && rest_[length] <= 'z') ++length;
    const std::string_view letters = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return letters;
  }

 private:
  std::string_view rest_;
};

struct ClockReading {
  std::int64_t micros = 0;
  bool exact = true;
};

// ".123456789" after the seconds.
void TakeFraction(TextCursor& text, ClockReading& reading) {
  if (!text.Take('.')) return;
  std::int64_t unit = 100'000;
  while (text.NextIsDigit()) {
    const std::int64_t digit = text.TakeDigit();
    reading.micros += digit * unit;
    if (unit == 0 && digit != 0) reading.exact = false;
    unit /= 10;
  }
}

std::optional<ClockReading> TakeClock(TextCursor& text, int max_hour_digits) {
  const auto hour = text.TakeNumber(max_hour_digits);
  if (!hour || !text.Take(':')) return std::nullopt;
  const auto minute = text.TakeNumber(2);
  if (!minute || *minute > 59) return std::nullopt;
  ClockReading reading{(*hour * 3600 + *minute * 60) * kMicrosPerSecond, true};
  if (!text.Take(':')) return reading;
  const auto second = text.TakeNumber(2);
  if (!second || *second > 60) return std::nullopt;
  reading.micros += *second * kMicrosPerSecond;
  TakeFraction(text, reading);
  return reading;
}

// "Z", "+02", "-03:30", "+01:00:00"; microseconds east of UTC.
std::optional<std::int64_t> TakeZone(TextCursor& text) {
  if (text.Take('Z') || text.TakeWord("UTC")) return 0;
  const bool west = text.Take('-');
  if (!west && !text.Take('+')) return 0;
  std::int64_t seconds = 0;
  for (std::int64_t unit = 3600; unit > 0; unit /= 60) {
    const auto number = text.TakeNumber(2);
    if (!number) return std::nullopt;
    seconds += *number * unit;
    if (!text.Take(':')) break;
  }
  return (west ? -seconds : seconds) * kMicrosPerSecond;
}

int DaysOfMonth(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysFromEraToEpoch;
}

std::optional<OrderedPoint> ParseTimestamp(std::string_view text, bool with_zone) {
  TextCursor cursor(TrimSpaces(text));
  const auto year = cursor.TakeNumber(7);
  if (!year || !cursor.Take('-')) return std::nullopt;
  const auto month = cursor.TakeNumber(2);
  if (!month || *month < 1 || *month > 12 || !cursor.Take('-')) return std::nullopt;
  const auto day = cursor.TakeNumber(2);
  if (!day || *day < 1) return std::nullopt;

  ClockReading clock;
  std::int64_t zone = 0;
  bool before_christ = false;
  if (!cursor.Take('T')) cursor.Take(' ');
  if (cursor.NextIsDigit()) {
    const auto reading = TakeClock(cursor, 2);
    if (!reading) return std::nullopt;
    clock = *reading;
    cursor.Take(' ');
    const auto offset = TakeZone(cursor);
    if (!offset) return std::nullopt;
    zone = with_zone ? *offset : 0;
    cursor.Take(' ');
  }
  before_christ = cursor.TakeWord("BC");
  if (!cursor.AtEnd()) return std::nullopt;

  const std::int64_t civil_year = before_christ ? 1 - *year : *year;
  if (*day > DaysOfMonth(civil_year, static_cast<int>(*month))) return std::nullopt;
  const std::int64_t days = DaysFromCivil(civil_year, static_cast<int>(*month), static_cast<int>(*day));
  return OrderedPoint{static_cast<Int128>(days) * kMicrosPerDay + clock.micros - zone, clock.exact};
}

std::optional<OrderedPoint> ParseDate(std::string_view text) {
  const auto moment = ParseTimestamp(text, false);
  if (!moment) return std::nullopt;
  Int128 days = moment->floor / kMicrosPerDay;
  const Int128 rest = moment->floor % kMicrosPerDay;
  if (rest < 0) --days;
  return OrderedPoint{days, rest == 0 && moment->exact};
}

std::optional<OrderedPoint> ParseTime(std::string_view text) {
  TextCursor cursor(TrimSpaces(text));
  const auto reading = TakeClock(cursor, 2);
  if (!reading || !cursor.AtEnd() || reading->micros > kMicrosPerDay) return std::nullopt;
  return OrderedPoint{reading->micros, reading->exact};
}

std::optional<OrderedPoint> ParseInterval(std::string_view text) {
  TextCursor cursor(TrimSpaces(text));
  OrderedPoint total;
  if (cursor.AtEnd()) return std::nullopt;
  while (!cursor.AtEnd()) {
    const bool negative = cursor.Take('-');
    if (!negative) cursor.Take('+');
    TextCursor ahead = cursor;
    Int128 amount = 0;
    if (const auto clock = TakeClock(ahead, 9)) {
      cursor = ahead;
      amount = clock->micros;
      total.exact = total.exact && clock->exact;
    } else {
      const auto number = cursor.TakeNumber(9);
      if (!number) return std::nullopt;
      cursor.Take(' ');
      const std::string_view unit = cursor.TakeLetters();
      Int128 days = 0;
      if (unit == "year" || unit == "years") days = 360;
      if (unit == "mon" || unit == "mons" || unit == "month" || unit == "months") days = 30;
      if (unit == "day" || unit == "days") days = 1;
      if (days == 0) return std::nullopt;
      amount = days * *number * kMicrosPerDay;
    }
    total.floor += negative ? -amount : amount;
    cursor.Take(' ');
  }
  return total;
}

void AppendDate(std::int64_t days, std::string& out) {
  const std::int64_t shifted = days + kDaysFromEraToEpoch;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kDaysPerEra - 1)) / kDaysPerEra;
  const std::int64_t day_of_era = shifted - era * kDaysPerEra;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

  AppendPadded(Magnitude(year <= 0 ? 1 - year : year), 4, out);
  out.push_back('-');
  AppendPadded(static_cast<std::uint64_t>(month), 2, out);
  out.push_back('-');
  AppendPadded(static_cast<std::uint64_t>(day), 2, out);
  if (year <= 0) out.append(" BC");
}

void AppendTime(std::int64_t micros, std::string& out) {
  const auto of_day = static_cast<std::uint64_t>(micros);
  const std::uint64_t seconds = of_day / 1'000'000;
  AppendPadded(seconds / 3600, 2, out);
  out.push_back(':');
  AppendPadded(seconds / 60 % 60, 2, out);
  out.push_back(':');
  AppendPadded(seconds % 60, 2, out);
  if (of_day % 1'000'000 != 0) {
    out.push_back('.');
    AppendPadded(of_day % 1'000'000, 6, out);
  }
}

void AppendTimestamp(std::int64_t micros, std::string_view zone, std::string& out) {
  std::int64_t days = micros / kMicrosPerDay;
  std::int64_t of_day = micros % kMicrosPerDay;
  if (of_day < 0) {
    --days;
    of_day += kMicrosPerDay;
  }
  std::string date;
  AppendDate(days, date);
  const bool before_christ = date.back() == 'C';
  out.append(date, 0, date.size() - (before_christ ? 3 : 0));
  out.push_back(' ');
  AppendTime(of_day, out);
  out.append(zone);
  if (before_christ) out.append(" BC");
}

}  // namespace dbmocker
