// What a column means: its name is split into words and looked up in the rules; type, table and other columns decide
// between rules; a comment helps where the name says nothing. A provider is named only if it can serve the column.
// Must not draw values. Read first: DetectMeaning.
#include <algorithm>

#include "core/detect_moment.h"
#include "core/meaning_rules.h"
#include "core/name_words.h"
#include "core/provider_registry.h"
#include "dbmocker/provider.h"

namespace dbmocker {
namespace {

using Words = std::vector<std::string>;

// The column's type and modifier below its domains, and what can serve it.
struct BaseOfColumn {
  explicit BaseOfColumn(const Column& column) : type(column.type.get()), modifier(column.type_modifier) {
    while (type->kind == TypeKind::Domain && type->element) {
      modifier = type->element_modifier;
      type = type->element.get();
    }
    type_class = ClassOfType(*type);
  }

  bool IsServedBy(std::string_view provider) const {
    const ProviderEntry* entry = FindProvider(provider);
    if (entry == nullptr || (entry->classes & type_class) == 0) return false;
    const ValueLimits no_limits;
    if (type_class == type_class::kText) {
      const auto room = TextRoom(*type, modifier, no_limits);
      if (room && *room < entry->min_room) return false;
    }
    return entry->make(ProviderRequest{*type, modifier, no_limits, ValueContext{}, type_class}) != nullptr;
  }

  const Type* type;
  int modifier;
  unsigned type_class;
};

class Detector {
 public:
  Detector(const Table& table, const Column& column)
      : facts_(table), base_(column), is_unique_(IsUnique(table, column)) {}

  std::optional<Meaning> FromName(const Words& words) const {
    if (auto meaning = FromRules(words)) return meaning;
    Words singular = words;
    singular.back() = Singular(singular.back());
    if (singular != words)
      if (auto meaning = FromRules(singular)) return meaning;
    constexpr unsigned kMoments = type_class::kDate | type_class::kTimestamp | type_class::kTime;
    if ((base_.type_class & kMoments) != 0) return Served(DetectMoment(words, base_.type_class, facts_));
    if (base_.type_class == type_class::kBoolean) return Served(DetectFlag(words));
    if (base_.type_class == type_class::kInteger) {
      // Moments as numbers: "created_unix", "expires_at".
      constexpr std::string_view kMomentEnds = " unix epoch ts at timestamp ";
      if (ListHolds(kMomentEnds, words.back())) return Served(DetectMoment(words, type_class::kTimestamp, facts_));
      return Served(DetectCount(words));
    }
    // As long as a UUID, and an identifier by its name.
    if (base_.type_class == type_class::kText && ListHolds(" id gid ", words.back()) &&
        TextRoom(*base_.type, base_.modifier, {}) == 36)
      return Served(Meaning{"uuid", GroupKind::None, "", "column name"});
    return std::nullopt;
  }

  // The longest words of a rule among the first words of the comment.
  std::optional<Meaning> FromComment(const std::string& comment) const {
    Words words = SplitWords(comment);
    constexpr std::size_t kFirstWords = 8;
    if (words.size() > kFirstWords) words.resize(kFirstWords);
    for (std::size_t size = std::min<std::size_t>(3, words.size()); size > 0; --size)
      for (std::size_t first = 0; first + size <= words.size(); ++first) {
        const std::string joined = JoinWords(std::span(words).subspan(first, size));
        if (const MeaningRule* rule = FindRule(joined, [](const MeaningRule& r) { return r.in_comments; }))
          return MakeMeaning(*rule, {}, "comment");
      }
    return std::nullopt;
  }

 private:
  std::optional<Meaning> FromRules(const Words& words) const {
    const auto all = std::span<const std::string>(words);
    // The whole name, then without roles and the table's own name before it, then the longest tail.
    for (std::size_t first = 0; first < words.size(); ++first) {
      const std::string joined = JoinWords(all.subspan(first));
      if (const MeaningRule* rule = FindRule(joined, [](const MeaningRule&) { return true; }))
        return MakeMeaning(*rule, all.first(first), "column name");
      if (!IsRoleWord(words[first]) && !facts_.IsTableWord(Singular(words[first]))) break;
    }
    for (std::size_t first = 1; first < words.size(); ++first) {
      const std::string joined = JoinWords(all.subspan(first));
      if (const MeaningRule* rule = FindRule(joined, IsTailRule))
        return MakeMeaning(*rule, all.first(first), "column name");
    }
    return std::nullopt;
  }

  static bool IsTailRule(const MeaningRule& rule) { return rule.match == Match::Tail; }

  // The first rule of these words that fits the column and that `accepts` takes.
  template <class Accepts>
  const MeaningRule* FindRule(const std::string& joined, Accepts accepts) const {
    for (std::span<const MeaningRule> rules : MeaningRules())
      for (const MeaningRule& rule : rules)
        if (rule.words == joined && accepts(rule) && Fits(rule)) return &rule;
    return nullptr;
  }

  bool Fits(const MeaningRule& rule) const { return facts_.Holds(rule.context) && base_.IsServedBy(rule.provider); }

  Meaning MakeMeaning(const MeaningRule& rule, std::span<const std::string> before, std::string_view reason) const {
    Meaning meaning;
    meaning.provider = rule.provider;
    meaning.group = FindProvider(rule.provider)->group;
    meaning.reason = rule.context == Context::Any ? reason : std::string_view("column and table name");
    // Places repeat in a group; a column of its own that must not repeat takes them from a list.
    if (meaning.group == GroupKind::Place && is_unique_) meaning.group = GroupKind::None;
    if (meaning.group == GroupKind::None) return meaning;
    Words names;
    for (const std::string& word : before)
      if (!facts_.IsTableWord(Singular(word))) names.push_back(word);
    // A second number of the same person: not the same digits again.
    for (std::string_view word : {"fax", "mobile", "cell"})
      if (rule.words.starts_with(word)) names.emplace_back(word);
    // "customer_name" is a rule whose first word is a role.
    const Words own = SplitWords(rule.words);
    if (own.size() > 1 && IsRoleWord(own[0]) && own.back() == "name" && own[0] != "user" && !facts_.IsTableWord(own[0]))
      names.push_back(own[0]);
    meaning.group_name = JoinWords(names);
    return meaning;
  }

  std::optional<Meaning> Served(std::optional<Meaning> meaning) const {
    if (meaning && !base_.IsServedBy(meaning->provider)) meaning.reset();
    return meaning;
  }

  static std::optional<Meaning> DetectFlag(const Words& words) {
    constexpr std::string_view kMostlyTrue =
        " active enabled verified confirmed visible available public published valid approved current ";
    constexpr std::string_view kMostlyFalse =
        " deleted archived blocked banned disabled locked suspended hidden admin superuser staff expired revoked "
        "featured flagged spam cancelled canceled removed failed inactive discontinued test ";
    constexpr std::string_view kPrefixes = " is has can was are should allow allows use uses enable must needs ";
    for (const std::string& word : words) {
      if (ListHolds(kMostlyFalse, word)) return Meaning{"flag_mostly_false", GroupKind::None, "", "column name"};
      if (ListHolds(kMostlyTrue, word)) return Meaning{"flag_mostly_true", GroupKind::None, "", "column name"};
    }
    if (ListHolds(kPrefixes, words[0])) return Meaning{"flag", GroupKind::None, "", "column name"};
    return std::nullopt;
  }

  // "max_students", "num_retries", "total_users", "upload_limit".
  static std::optional<Meaning> DetectCount(const Words& words) {
    constexpr std::string_view kFew = " max min maximum minimum limit threshold quota ";
    constexpr std::string_view kMany = " num total nb ";
    if (words.size() < 2) return std::nullopt;
    if (ListHolds(kFew, words.front()) || ListHolds(kFew, words.back()))
      return Meaning{"quantity", GroupKind::None, "", "column name"};
    if (ListHolds(kMany, words.front())) return Meaning{"count", GroupKind::None, "", "column name"};
    return std::nullopt;
  }

  static bool IsUnique(const Table& table, const Column& column) {
    return std::any_of(table.unique_keys.begin(), table.unique_keys.end(), [&column](const UniqueKey& key) {
      return key.columns.size() == 1 && key.columns[0] == column.number;
    });
  }

  TableFacts facts_;
  BaseOfColumn base_;
  bool is_unique_;
};

}  // namespace

std::optional<Meaning> DetectMeaning(const Table& table, const Column& column) {
  if (!column.type) return std::nullopt;
  const Detector detector(table, column);
  const Words words = SplitWords(column.name);
  if (!words.empty())
    if (auto meaning = detector.FromName(words)) return meaning;
  if (!column.comment.empty()) return detector.FromComment(column.comment);
  return std::nullopt;
}

}  // namespace dbmocker
