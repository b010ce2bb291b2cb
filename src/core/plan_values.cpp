// Which values a column takes: those of its meaning where it has one, else those of its type, within its limits.
// Read first: PlanBuilder::MakeValues.
#include <algorithm>

#include "core/locale_lists.h"
#include "dbmocker/error.h"
#include "derived_value_set.h"
#include "duplicate_sources.h"
#include "plan_builder.h"
#include "text_language.h"

namespace dbmocker {
namespace {

// A group's permuted index at the first attempt; a plain draw when a row is drawn again.
class RedrawableSource final : public IndexSource {
 public:
  RedrawableSource(IndexSourcePointer first, IndexSourcePointer again)
      : first_(std::move(first)), again_(std::move(again)) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    (rows.attempt == 0 ? first_ : again_)->Draw(rows, lanes, out);
  }
  std::string Describe() const override { return first_->Describe(); }

 private:
  IndexSourcePointer first_;
  IndexSourcePointer again_;
};

}  // namespace

const Type& TextType() {
  static const Type* const type = [] {
    auto* text = new Type;
    text->oid = 25;
    text->schema = "pg_catalog";
    text->name = "text";
    text->length = -1;
    text->storage = 'x';
    text->category = 'S';
    return text;
  }();
  return *type;
}

namespace {

// A domain that has values of its own stays one.
const Type& TypeToMake(const ColumnState& state) {
  const Type& base = *state.base.type;
  if (state.column->type->extension == "earthdistance") return *state.column->type;
  return base.extension == "citext" && base.name == "citext" ? TextType() : base;
}

}  // namespace

void PlanBuilder::RefuseColumn(const ColumnState& state, const Error& why) const {
  const ErrorReport& report = why.report();
  if (const ColumnRule* rule = RuleOf(state); rule != nullptr && rule->DecidesValues())
    RefuseRule(state, report.message, report.detail);
  std::string detail = report.detail;
  const auto add = [&detail](const std::string& constraint) {
    detail += (detail.empty() ? "" : " ") + constraint + ".";
  };
  for (const CheckConstraint& check : table_.checks) {
    if (std::ranges::count(check.check.columns, state.column->number) > 0)
      add("Constraint \"" + check.name + "\" is " + check.text);
  }
  for (const DomainConstraint& constraint : state.column->type->constraints)
    if (!constraint.text.empty()) add("Domain constraint \"" + constraint.name + "\" is " + constraint.text);
  throw Error(report.sqlstate,
              "cannot generate values for column \"" + state.column->name + "\" of table \"" + table_.name +
                  "\": " + report.message,
              std::move(detail),
              report.hint.empty() ? "Check the column's type, domain and CHECK constraints." : report.hint);
}

ValueSetPointer PlanBuilder::MakeTypeValues(ColumnState& state, bool unique) {
  try {
    const Type& type = TypeToMake(state);
    const ValueLimits& limits = state.limits.limits;
    if (limits.pattern != nullptr && !limits.has_allowed) {
      // Plain words, if those match anyway.
      ValueLimits plain = limits;
      plain.pattern = nullptr;
      ValueSetPointer values = MakeTypeValueSet(type, state.base.type_modifier, plain, unique, context_);
      if (values != nullptr) values = FitToPattern(std::move(values), *limits.pattern, unique);
      if (values != nullptr) return values;
    }
    return MakeTypeValueSet(type, state.base.type_modifier, limits, unique, context_);
  } catch (const Error& error) {
    RefuseColumn(state, error);
  }
}

ValueSetPointer PlanBuilder::MakeValues(ColumnState& state, bool unique) {
  ValueSetPointer values;
  if (state.meaning && !unique) values = MakeProvided(state, state.meaning->group);
  if (values != nullptr) {
    const auto list = place_lists_.find(state.meaning->group_name);
    if (state.meaning->group == GroupKind::Place && list != place_lists_.end()) {  // a table of countries, say
      ValueSetPointer listed = MakeProvided(state, GroupKind::None);
      if (listed != nullptr && listed->Size() == list->second.second) {
        values = std::move(listed);
        state.lane = list->second.first;
      }
    }
    if (state.lane < 0 && state.meaning->group != GroupKind::None) {
      const std::uint64_t block = GroupBlockSize(state.meaning->group, LocaleFor(state));
      if (values->Size() / block > (facts_.first_ordinal + rows_) / block) {
        state.lane = LaneOfGroup(*state.meaning, false);
        state.repeats = UsualDuplicates(TextType(), block).has_value();
        if (state.meaning->group == GroupKind::Timeline && context_.rising_rows > 0)
          state.meaning->reason += ", rising with the row's number";
      } else {
        state.lane = AddSource(MakeUniformSource(KeyFor(state.column->name), values->Size()));
      }
    }
    state.reason = state.meaning->reason;
  } else {
    if (const ColumnRule* rule = RuleOf(state); rule != nullptr && rule->generator)
      RefuseRule(state, "generator \"" + *rule->generator + "\" cannot make values within the column's limits");
    values = MakeTypeValues(state, unique);
    state.reason = state.limits.limits.IsUnlimited() ? "type" : "type and constraints";
  }
  if (values != nullptr) state.generator = values->Describe();
  return values;
}

// nullptr if the column has no meaning, or one that cannot serve its limits. Without a group, the values of a place are
// those of a list.
ValueSetPointer PlanBuilder::MakeProvided(const ColumnState& state, GroupKind group) {
  if (!state.meaning || state.limits.limits.has_allowed) return nullptr;
  Meaning meaning = *state.meaning;
  meaning.group = group;
  ValueContext context = context_;
  context.locale = LocaleFor(state);
  try {
    const auto& elements = state.limits.limits.elements;  // no limits: none of them is NULL
    if ((elements != nullptr && !elements->IsUnlimited()) || !state.limits.limits.members.empty()) return nullptr;
    if (state.limits.limits.json != nullptr) {  // only that it is an object: so are the documents of a meaning
      JsonLimits other = *state.limits.limits.json;
      const bool may_be_object = std::ranges::count(other.types, "object") > 0;
      other.types.clear();
      if (other != JsonLimits{} || !may_be_object || !meaning.provider.starts_with("json_")) return nullptr;
    }
    if (state.limits.limits.pattern == nullptr)
      return MakeProviderValueSet(meaning, *state.base.type, state.base.type_modifier, state.limits.limits, context);
    ValueLimits plain = state.limits.limits;
    plain.pattern = nullptr;
    ValueSetPointer values = MakeProviderValueSet(meaning, *state.base.type, state.base.type_modifier, plain, context);
    return values == nullptr ? nullptr : FitToPattern(std::move(values), *state.limits.limits.pattern, false);
  } catch (const Error& error) {
    RefuseColumn(state, error);
  }
}

// The locale of the columns that share a group's index: that of the first one which a rule gives one.
int PlanBuilder::LocaleOfGroup(const Meaning& meaning) const {
  for (const auto& [number, rule] : rules_) {
    const ColumnState* state = Find(number);
    const bool is_of_group = meaning.group != GroupKind::None && state->meaning &&
                             state->meaning->group == meaning.group && state->meaning->group_name == meaning.group_name;
    if (rule.locale && is_of_group) return FindLocale(*rule.locale);
  }
  return options_.locale;
}

int PlanBuilder::LocaleFor(const ColumnState& state) const {
  const ColumnRule* rule = RuleOf(state);
  if (rule != nullptr && rule->locale) return FindLocale(*rule->locale);
  return state.meaning ? LocaleOfGroup(*state.meaning) : options_.locale;
}

// `unique`: a key depends on the lane, so that it follows the rows' positions also when rows are drawn again. Keys are
// placed first.
LaneNumber PlanBuilder::LaneOfGroup(const Meaning& meaning, bool unique) {
  const auto [found, is_new] = group_lanes_.try_emplace({meaning.group, meaning.group_name}, -1);
  if (!is_new) return found->second;
  const StreamKey key = KeyFor("group " + std::to_string(static_cast<int>(meaning.group)) + " " + meaning.group_name);
  const std::uint64_t size = GroupSize(meaning.group);
  const std::uint64_t block = GroupBlockSize(meaning.group, LocaleOfGroup(meaning));
  if (unique) return found->second = AddSource(MakePermutedSource(key, block, size));
  if (meaning.group == GroupKind::Timeline && context_.rising_rows > 0)
    return found->second = AddSource(MakeRisingSource(key, facts_.first_ordinal, context_.rising_rows, size));
  const std::uint64_t usual_size = meaning.group == GroupKind::Person ? block : size;
  if (const auto usual = UsualDuplicates(TextType(), usual_size))
    return found->second = AddSource(MakeDuplicateSource(key, *usual, usual_size));
  if (meaning.group != GroupKind::Person) return found->second = AddSource(MakeUniformSource(key, size));
  return found->second = AddSource(std::make_unique<RedrawableSource>(MakePermutedSource(key, block, size),
                                                                      MakeUniformSource(Derive(key, 0), block)));
}

}  // namespace dbmocker
