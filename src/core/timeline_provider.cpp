// Moments of one row in their order: created, ordered, … updated, deleted, and pairs of start and end. All come from
// one index. Steps are at least two days long, so that the order also holds where one column is a date, the other a
// timestamp with time zone, and the session's zone any. All moments are whole seconds: no type modifier rounds them.
// Read first: Moments, then MomentOf.
#include <algorithm>
#include <array>

#include "core/provider_registry.h"
#include "core/random_word.h"
#include "core/temporal_text.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kSize = std::uint64_t{1} << 48;
constexpr std::int64_t kDaySeconds = 86400;

std::int64_t FloorToDay(std::int64_t seconds) { return seconds - (seconds % kDaySeconds + kDaySeconds) % kDaySeconds; }

// Moments of one row. Created … Deleted are in order; the others follow rules of their own (see MomentOf).
enum class Moment {
  Created,
  Ordered,
  Confirmed,
  Paid,
  Shipped,
  Delivered,
  Closed,
  Event,
  Updated,
  Deleted,
  Due,  // 14, 30 or 60 days after Ordered
  Expires,  // after the reference
  Scheduled,  // after the reference
  StartDate,  // a pair of days to years
  EndDate,
  StartTime,  // a pair of minutes to hours
  EndTime,
};
constexpr int kSteps = static_cast<int>(Moment::Deleted);
constexpr std::int64_t kStep = 2 * kDaySeconds;
constexpr std::int64_t kOldest = 3 * 365 * kDaySeconds;
constexpr std::int64_t kNewest = (kSteps + 1) * kStep;  // before the reference, so that all steps fit

struct TimelineMap {
  Moment moment;
  std::int64_t reference;  // seconds since 2000
  bool follows_clock;  // then the row is made at the reference, and its steps took a second each
  std::uint64_t rising_rows;  // see ValueContext

  std::int64_t operator()(std::uint64_t index) const {
    IndexWords words(index, 0x54696D65);
    const auto age = AgeOf(index, words);
    const std::int64_t created = reference - (follows_clock ? kSteps : kNewest + age);
    if (moment == Moment::Created) return created;
    if (moment == Moment::Event && rising_rows > 0) return created + static_cast<int>(moment) * kStep;
    if (moment <= Moment::Deleted) return StepFrom(created, static_cast<int>(moment), words);
    const auto draw = [&words](std::int64_t n) {
      return static_cast<std::int64_t>(words.Below(static_cast<std::uint64_t>(n)));
    };
    switch (moment) {
      case Moment::Due: {
        static constexpr std::int64_t kTerms[] = {14, 30, 30, 60};
        return StepFrom(created, static_cast<int>(Moment::Ordered), words) + kTerms[Mix(index) & 3] * kDaySeconds;
      }
      case Moment::Expires:
      case Moment::Scheduled:
        return reference + 2 * kDaySeconds + draw(700 * kDaySeconds);
      case Moment::StartDate:
        return follows_clock ? created : created + kStep;
      case Moment::EndDate: {
        static constexpr std::int64_t kTerms[] = {7, 30, 90, 365, 730};
        const std::int64_t term = kTerms[draw(5)] * kDaySeconds;
        return created + 2 * kStep + draw(term);
      }
      default:
        break;
    }
    const std::int64_t start = (created + kStep) / kDaySeconds * kDaySeconds + (24 + draw(52)) * 900;
    return moment == Moment::StartTime ? start : start + (1 + draw(32)) * 900;
  }

 private:
  // From the oldest moment to the newest: at random, or falling as the index rises.
  std::int64_t AgeOf(std::uint64_t index, IndexWords& words) const {
    constexpr auto kRange = static_cast<std::uint64_t>(kOldest - kNewest);
    if (rising_rows == 0) return static_cast<std::int64_t>(words.Below(kRange));
    const double share = static_cast<double>(index % rising_rows) / static_cast<double>(rising_rows);
    const std::uint64_t step = kRange / rising_rows;
    const auto passed = static_cast<std::uint64_t>(share * static_cast<double>(kRange - step)) + words.Below(step + 1);
    return static_cast<std::int64_t>(kRange - std::min(passed, kRange));
  }

  // Each step takes two days and a share of the slack that is left; early steps follow soon after each other.
  std::int64_t StepFrom(std::int64_t at, int step, IndexWords& words) const {
    if (follows_clock) return at + step;
    std::int64_t slack = reference - kDaySeconds - at - kSteps * kStep;
    for (int i = 1; i <= step; ++i) {
      const std::int64_t bound = i < static_cast<int>(Moment::Closed) ? slack / 16 : slack / 2;
      const auto share = static_cast<std::int64_t>(words.Below(static_cast<std::uint64_t>(bound) + 1));
      at += kStep + share;
      slack -= share;
    }
    return at;
  }
};

// Times of day: microseconds since midnight; the end is later than the start and before midnight.
struct DayTimeMap {
  bool is_end;
  std::int64_t operator()(std::uint64_t index) const {
    IndexWords words(index, 0x44617954);
    const auto start = static_cast<std::int64_t>(24 + words.Below(56));
    return (is_end ? start + 1 + static_cast<std::int64_t>(words.Below(14)) : start) * 900;
  }
};

// Dates of birth of persons between 18 and 90 years old at the reference.
struct BirthMap {
  std::int64_t reference;
  std::int64_t operator()(std::uint64_t index) const {
    IndexWords words(index, 0x42697274);
    constexpr std::int64_t kYoungest = 18 * 366;
    constexpr std::uint64_t kDays = 90 * 365 - kYoungest;
    const std::uint64_t day = (words.Below(kDays) + words.Below(kDays)) / 2;
    return FloorToDay(reference) - (kYoungest + static_cast<std::int64_t>(day)) * kDaySeconds;
  }
};

enum class TimeForm { Date, Timestamp, TimestampWithZone, Time, UnixSeconds, UnixMilliseconds };

constexpr std::int64_t kUnixEpoch = -946'684'800;  // 1970 in seconds since 2000

// A number of an integer column; seconds are since 2000.
std::int64_t UnixNumber(std::int64_t seconds, TimeForm form) {
  return (seconds - kUnixEpoch) * (form == TimeForm::UnixMilliseconds ? 1000 : 1);
}

template <class Map>
class TimeSet final : public ValueSet {
 public:
  TimeSet(TimeForm form, std::string_view description, Map map) : form_(form), description_(description), map_(map) {}

  std::uint64_t Size() const override { return kSize; }
  bool IsInjective(bool) const override { return false; }
  Encoding encoding() const override { return Encoding::Word; }
  std::string Describe() const override { return std::string(description_); }

  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::int64_t seconds = map_(index % kSize);
    switch (form_) {
      case TimeForm::Date:
        return AppendDate(FloorToDay(seconds) / kDaySeconds, out);
      case TimeForm::Time:
        return AppendTime(seconds * kMicrosPerSecond, out);
      case TimeForm::UnixSeconds:
      case TimeForm::UnixMilliseconds:
        out += std::to_string(UnixNumber(seconds, form_));
        return;
      case TimeForm::Timestamp:
      case TimeForm::TimestampWithZone:
        return AppendTimestamp(seconds * kMicrosPerSecond, form_ == TimeForm::Timestamp ? "" : "+00", out);
    }
  }

  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const auto words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const std::int64_t seconds = map_(indexes[row] % kSize);
      const bool is_number = form_ == TimeForm::UnixSeconds || form_ == TimeForm::UnixMilliseconds;
      words[row] = static_cast<std::uint64_t>(is_number                 ? UnixNumber(seconds, form_)
                                              : form_ == TimeForm::Date ? FloorToDay(seconds) / kDaySeconds
                                                                        : seconds * kMicrosPerSecond);
    }
  }

 private:
  TimeForm form_;
  std::string_view description_;
  Map map_;
};

// True if the limits allow every moment of [lower, upper] (seconds since 2000).
bool AllowsAll(const ProviderRequest& request, std::int64_t lower, std::int64_t upper,
               std::optional<TimeForm> number = std::nullopt) {
  const ValueLimits& limits = request.limits;
  if (limits.has_allowed || !limits.excluded.empty() || limits.min_length || limits.max_length) return false;
  if (limits.intervals.empty()) return true;
  const bool is_date = request.type_class == type_class::kDate;
  const auto position = [&](std::int64_t seconds) {
    if (number) return UnixNumber(seconds, *number);
    return is_date ? FloorToDay(seconds) / kDaySeconds : seconds * kMicrosPerSecond;
  };
  const std::int64_t first = position(lower);
  const std::int64_t last = position(upper);
  for (const ValueInterval& interval : limits.intervals) {
    const auto parse = [&](const std::optional<std::string>& text) {
      return text ? ParseOrderedValue(request.type, request.type_modifier, *text, false) : std::nullopt;
    };
    const auto from = parse(interval.lower);
    const auto to = parse(interval.upper);
    if ((interval.lower && (!from || *from >= first)) || (interval.upper && (!to || *to <= last))) continue;
    return true;
  }
  return false;
}

template <class Map>
ValueSetPointer MakeTimeSet(const ProviderRequest& request, std::string_view description, Map map,
                            std::optional<TimeForm> number = std::nullopt) {
  TimeForm form = TimeForm::Timestamp;
  if (request.type_class == type_class::kDate) form = TimeForm::Date;
  if (request.type_class == type_class::kTime) form = TimeForm::Time;
  if (request.type.name == "timestamptz") form = TimeForm::TimestampWithZone;
  if (number) form = *number;
  return std::make_shared<TimeSet<Map>>(form, description, map);
}

std::int64_t ReferenceSeconds(const ProviderRequest& request) {
  const std::int64_t microseconds = request.context.reference_time;
  return (microseconds - (microseconds % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond) / kMicrosPerSecond;
}

template <Moment kMoment>
ValueSetPointer MakeMoment(const ProviderRequest& request) {
  static constexpr std::string_view kNames[] = {"time of creation",
                                                "time of order",
                                                "time of confirmation",
                                                "time of payment",
                                                "time of shipping",
                                                "time of delivery",
                                                "time of closing",
                                                "past event",
                                                "time of update",
                                                "time of deletion",
                                                "due date",
                                                "expiry in the future",
                                                "date in the future",
                                                "start of a period",
                                                "end of a period",
                                                "start",
                                                "end"};
  const std::int64_t reference = ReferenceSeconds(request);
  const std::string_view description = kNames[static_cast<std::size_t>(kMoment)];
  if (request.type_class == type_class::kTime) {
    if (!AllowsAll(request, 0, kDaySeconds - 1)) return nullptr;
    return MakeTimeSet(request, description, DayTimeMap{kMoment == Moment::EndTime || kMoment == Moment::EndDate});
  }
  const bool is_past = kMoment <= Moment::Deleted || kMoment == Moment::StartDate;
  const std::int64_t last = is_past ? reference : reference + 800 * kDaySeconds;
  const TimelineMap map{kMoment, reference, request.context.follows_clock, request.context.rising_rows};
  if (request.type_class == type_class::kInteger) {
    if (request.type.name == "int2") return nullptr;
    for (const TimeForm number : {TimeForm::UnixSeconds, TimeForm::UnixMilliseconds}) {
      if (number == TimeForm::UnixMilliseconds && request.type.name != "int8") break;
      if (AllowsAll(request, reference - kOldest, last, number)) return MakeTimeSet(request, description, map, number);
    }
    return nullptr;
  }
  if (!AllowsAll(request, reference - kOldest, last)) return nullptr;
  return MakeTimeSet(request, description, map);
}

ValueSetPointer MakeBirthDate(const ProviderRequest& request) {
  const std::int64_t reference = ReferenceSeconds(request);
  if (!AllowsAll(request, reference - 90 * 366 * kDaySeconds, reference - 18 * 365 * kDaySeconds)) return nullptr;
  return MakeTimeSet(request, "date of birth", BirthMap{reference});
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr unsigned kDays = kDate | kTimestamp;
constexpr GroupKind kGroup = GroupKind::Timeline;
constexpr ProviderEntry kEntries[] = {
    {"birth_date", GroupKind::None, kDays, 0, MakeBirthDate},
    {"closed_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Closed>},
    {"confirmed_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Confirmed>},
    {"created_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Created>},
    {"deleted_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Deleted>},
    {"delivered_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Delivered>},
    {"due_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Due>},
    {"end_date", kGroup, kDays | kTime | kInteger, 0, MakeMoment<Moment::EndDate>},
    {"end_time", kGroup, kTimestamp | kTime | kInteger, 0, MakeMoment<Moment::EndTime>},
    {"event_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Event>},
    {"expires_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Expires>},
    {"ordered_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Ordered>},
    {"paid_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Paid>},
    {"scheduled_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Scheduled>},
    {"shipped_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Shipped>},
    {"start_date", kGroup, kDays | kTime | kInteger, 0, MakeMoment<Moment::StartDate>},
    {"start_time", kGroup, kTimestamp | kTime | kInteger, 0, MakeMoment<Moment::StartTime>},
    {"updated_at", kGroup, kDays | kInteger, 0, MakeMoment<Moment::Updated>},
};

}  // namespace

ProviderEntries TimelineProviders() { return kEntries; }

}  // namespace dbmocker
