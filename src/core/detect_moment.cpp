// Verbs of moments, and pairs of start and end.
// Read first: DetectMoment.
#include "core/detect_moment.h"

#include <string_view>

#include "core/name_words.h"
#include "core/provider_registry.h"

namespace dbmocker {
namespace {

struct Verbs {
  std::string_view provider;
  std::string_view words;
};

constexpr std::string_view kChangeVerbs =
    " updated update modified modification changed change edited edit amended touched ";
constexpr std::string_view kFutureWords =
    " scheduled planned next appointment upcoming estimated expected reminder remind ";
constexpr Verbs kVerbs[] = {
    {"event_at",
     " last latest recent seen login activity access accessed visited active used run sync synced "
     "checked "},
    {"created_at",
     " created create creation inserted insert registered registration signup joined join added "
     "made recorded logged opened founded imported entry "},
    {"updated_at", kChangeVerbs},
    {"deleted_at", " deleted delete deletion removed archived trashed discarded "},
    {"ordered_at",
     " ordered order placed submitted booked booking issued issue requested request invoice purchase "
     "purchased rented rental transaction application applied reported enrolled enrollment queued sold sale "},
    {"confirmed_at",
     " confirmed confirmation approved approval verified verification accepted activated activation "
     "acknowledged assigned reviewed signed "},
    {"paid_at", " paid payment charged captured billed processed "},
    {"shipped_at",
     " shipped shipping sent dispatched published publication posted publish released release launched "
     "started departed departure "},
    {"delivered_at", " delivered delivery received arrived arrival opened read installed "},
    {"closed_at",
     " completed completion finished ended closed resolved cancelled canceled cancellation refunded "
     "returned return revoked failed rejected expired locked banned suspended disabled resigned "},
    {"due_at", " due deadline required "},
    {"expires_at", " expires expiry expiration expire renewal renews "},
    {"scheduled_at", kFutureWords},
    {"start_date", " hire hired employment effective "},
};

constexpr std::string_view kMomentWords = " at on date time timestamp ts dt datetime utc unix epoch ";

bool IsPeriodWord(std::string_view word) { return IsStartWord(word) || IsEndWord(word); }

// The words before the one that starts or ends the period name it: "trial" of trial_ends_at.
std::string PeriodName(const std::vector<std::string>& words, std::size_t at, const TableFacts& facts) {
  std::string name;
  for (std::size_t i = 0; i < at; ++i) {
    if (ListHolds(kMomentWords, words[i]) || facts.IsTableWord(words[i])) continue;
    if (!name.empty()) name += '_';
    name += words[i];
  }
  return name;
}

std::optional<Meaning> DetectPeriod(const std::vector<std::string>& words, bool has_moment_word, unsigned type_class,
                                    const TableFacts& facts) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!IsPeriodWord(word)) continue;
    // "started_at", "ended_at", "closed" are steps unless a period is meant; "to" and "from" only at the end.
    if (ListHolds(" started ended ", word) && !facts.has_period_start()) continue;
    if (ListHolds(" from to open close ", word) && i + 1 < words.size() && !has_moment_word) continue;
    const bool is_end = IsEndWord(word);
    const std::string name = PeriodName(words, i, facts);
    if (is_end && word == "until" && !facts.has_period_start())
      return Meaning{"expires_at", GroupKind::Timeline, "", "column name"};
    const bool is_long = type_class == type_class::kDate || facts.has_long_periods();
    std::string provider = is_end ? (is_long ? "end_date" : "end_time") : (is_long ? "start_date" : "start_time");
    return Meaning{std::move(provider), GroupKind::Timeline, name, "column name"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Meaning> DetectMoment(const std::vector<std::string>& words, unsigned type_class,
                                    const TableFacts& facts) {
  bool has_moment_word = false;
  for (const std::string& word : words) has_moment_word |= ListHolds(kMomentWords, word);
  if (auto period = DetectPeriod(words, has_moment_word, type_class, facts)) return period;
  if (type_class == type_class::kTime) return std::nullopt;
  const auto moment = [](std::string_view provider) {
    return Meaning{std::string(provider), GroupKind::Timeline, "", "column name"};
  };
  if (!words.empty() && words[0] == "last")
    return moment(words.size() > 1 && ListHolds(kChangeVerbs, words[1]) ? "updated_at" : "event_at");
  if (!words.empty() && ListHolds(kFutureWords, words[0])) return moment("scheduled_at");
  // The verb that comes last decides: password_reset_requested_at, order_cancelled_at.
  for (std::size_t i = words.size(); i-- > 0;)
    for (const Verbs& verbs : kVerbs)
      if (ListHolds(verbs.words, words[i])) return moment(verbs.provider);
  if (has_moment_word) return moment("event_at");
  return std::nullopt;
}

}  // namespace dbmocker
