// Unique keys: one column (or one combination, plan_composite_keys.cpp) of every key takes its indexes from a bijection
// of the row's position, so no two rows of a run meet and nothing needs to be remembered.
// Read first: PlanBuilder::PlaceKey.
#include <algorithm>
#include <limits>

#include "dbmocker/error.h"
#include "plan_builder.h"
#include "provider_registry.h"
#include "sequence_columns.h"

namespace dbmocker {
namespace {

std::int64_t LargestInteger(const Type& type) {
  if (type.name == "int2") return std::numeric_limits<std::int16_t>::max();
  if (type.name == "int4") return std::numeric_limits<std::int32_t>::max();
  return std::numeric_limits<std::int64_t>::max();
}

std::int64_t SmallestInteger(const Type& type) {
  if (type.name == "int2") return std::numeric_limits<std::int16_t>::min();
  if (type.name == "int4") return std::numeric_limits<std::int32_t>::min();
  return std::numeric_limits<std::int64_t>::min();
}

// How many steps fit between first and the end, first included.
std::uint64_t CountSteps(std::int64_t first, std::int64_t step, std::int64_t end) {
  if (step > 0 ? first > end : first < end) return 0;
  const std::uint64_t distance = step > 0 ? static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(first)
                                          : static_cast<std::uint64_t>(first) - static_cast<std::uint64_t>(end);
  const std::uint64_t width =
      step > 0 ? static_cast<std::uint64_t>(step) : std::uint64_t{0} - static_cast<std::uint64_t>(step);
  return std::min(distance / width, kMaxValueSetSize - 1) + 1;
}

bool LooksLikeIdentifier(const std::string& name) {
  return name == "id" || name.ends_with("_id") || name.ends_with("Id") || name.ends_with("ID");
}

std::string Plural(std::uint64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

void PlanBuilder::RefuseCapacity(const std::string& key, const std::vector<AttributeNumber>& columns,
                                 std::uint64_t capacity) const {
  throw CapacityError(
      capacity, {sqlstate::kInvalidParameterValue,
                 "cannot generate " + Plural(rows_, "row") + " for table \"" + table_.name + "\": unique key \"" + key +
                     "\" allows only " + std::to_string(capacity),
                 "The values that (" + JoinColumnNames(table_, columns) + ") can take are " +
                     Plural(capacity, "distinct one") + ".",
                 "Ask for at most " + Plural(capacity, "row") +
                     ", use option on_exhausted \"cap\", add rows to the referenced tables, or widen the columns or "
                     "their CHECK constraints."});
}

void PlanBuilder::NoteUnique(const std::set<AttributeNumber>& columns, std::uint64_t capacity) {
  unique_column_sets_.push_back(columns);
  if (capacity == 0) return;  // not decided by positions
  plan_->key_capacity = plan_->key_capacity == 0 ? capacity : std::min(plan_->key_capacity, capacity);
}

void PlanBuilder::PlaceSequences() {
  for (auto& [number, state] : columns_) {
    if (state.role != ColumnRole::Undecided || !TakesSequence(table_, *state.column)) continue;
    if (!IsInteger(*state.base.type)) {
      LeaveToDefault(state);
      state.reason = "its default takes values from a sequence";
      continue;
    }
    const SequenceInfo& sequence = *state.column->sequence;
    const auto found = facts_.sequence_starts.find(number);
    const std::int64_t start = found == facts_.sequence_starts.end() ? sequence.start : found->second;
    const std::int64_t end = sequence.increment > 0 ? std::min(sequence.maximum, LargestInteger(*state.base.type))
                                                    : std::max(sequence.minimum, SmallestInteger(*state.base.type));
    const std::uint64_t size = CountSteps(start, sequence.increment, end);
    if (size < rows_ && sequence.cycle) {
      LeaveToDefault(state);
      state.reason = "its sequence cycles";
      continue;
    }
    if (size < rows_)
      throw Error(sqlstate::kSequenceLimitExceeded,
                  "cannot generate " + Plural(rows_, "row") + " for table \"" + table_.name + "\": sequence " +
                      sequence.name + " has only " + Plural(size, "value") + " left for column \"" +
                      state.column->name + "\"",
                  "The next value is " + std::to_string(start) + ", the last possible one " + std::to_string(end) + ".",
                  "Restart the sequence, raise its MAXVALUE or widen the column's type.");
    state.role = ColumnRole::Sequential;
    state.lane = AddSource(MakeSequentialSource(facts_.first_ordinal));
    state.values = MakeSequenceValueSet(*state.base.type, start, sequence.increment, size);
    state.generator = "sequence " + sequence.name + " from " + std::to_string(start);
    NoteUnique({number}, 0);
    std::vector<std::string> demand = FindDemand(state);
    std::erase_if(demand, [&, &base = state.base](const std::string& text) {  // what the sequence has not passed yet
      const auto value = ParseOrderedValue(*base.type, base.type_modifier, text, true);
      return !value || (sequence.increment > 0 ? *value >= start : *value <= start);
    });
    PutDemandFirst(state, demand);
  }
}

void PlanBuilder::PlaceKeys() {
  std::vector<const UniqueKey*> keys;
  for (const UniqueKey& key : table_.unique_keys) {
    keys.push_back(&key);
    for (const KeySource& source : ReadKey(key))
      if (source.folds_case && source.exact != 0) case_folded_.insert(source.exact);
  }
  for (const UniqueKey& key : rule_keys_) keys.push_back(&key);
  std::ranges::stable_sort(keys, [](const UniqueKey* a, const UniqueKey* b) {
    const auto rank = [](const UniqueKey* key) {
      return std::tuple(key->predicate.has_value(), key->columns.size(), !key->is_primary);
    };
    return rank(a) < rank(b);
  });
  for (const UniqueKey* key : keys) PlaceKey(*key);
}

void PlanBuilder::PlaceKey(const UniqueKey& key) {
  std::vector<KeySource> sources = ReadKey(key);
  CutMoments(sources);
  std::set<AttributeNumber> columns;
  for (const KeySource& source : sources)
    if (Find(source.exact) != nullptr) columns.insert(source.exact);
  // What one key folds must be distinct without case in all of them, since any may be carried by another.
  const bool ignoring_case = std::ranges::any_of(columns, [&](AttributeNumber c) { return case_folded_.contains(c); });
  const auto is_inside = [&](const std::set<AttributeNumber>& unique) {
    return std::ranges::includes(columns, unique);
  };
  const auto is_null = [&](AttributeNumber number) {
    return Find(number)->role == ColumnRole::AlwaysNull || Find(number)->limits.always_null;
  };
  if (std::ranges::any_of(unique_column_sets_, is_inside)) {
    key_methods_[key.name] = {"construction", "carried by a column that is unique by itself"};
  } else if (!key.nulls_not_distinct && std::ranges::any_of(columns, is_null)) {
    key_methods_[key.name] = {"construction", "a column of it is always NULL"};
    return;
  } else if (columns.empty()) {
    if (PlaceKeySources(key, sources)) return ProbeStored(key, columns);
    return ProbeKey(key, "its expressions are looked up in the index");
  } else {
    ColumnState* first = Find(*columns.begin());
    const bool placed = columns.size() == 1 && first->role == ColumnRole::Undecided
                            ? PlaceSingleColumnKey(key, *first, ignoring_case)
                            : PlaceCompositeKey(key, columns, ignoring_case);
    if (!placed && !PlaceKeySources(key, sources))
      return ProbeKey(key, "its columns are decided by other constraints; conflicts are drawn again");
  }
  ProbeStored(key, columns);
}

// Keys of stored rows, where they can be met.
void PlanBuilder::ProbeStored(const UniqueKey& key, const std::set<AttributeNumber>& columns) {
  const bool is_counted = std::ranges::any_of(columns, [&](AttributeNumber number) {
    const ColumnRule* rule = RuleOf(*Find(number));
    return Find(number)->role == ColumnRole::Sequential && (rule == nullptr || !rule->sequence);
  });
  if (facts_.has_rows && !is_counted) plan_->probed_keys.push_back(key.name);
}

void PlanBuilder::ProbeKey(const UniqueKey& key, const std::string& why) {
  plan_->checked_keys.push_back(key.name);
  key_methods_[key.name] = {"probing", why};
}

bool PlanBuilder::PlaceSingleColumnKey(const UniqueKey& key, ColumnState& state, bool ignoring_case) {
  if (state.limits.always_null) return false;
  const std::vector<std::string> demand = FindDemand(state);
  state.limits.limits.excluded.insert(state.limits.limits.excluded.end(), demand.begin(), demand.end());
  const bool counts = key.is_primary || LooksLikeIdentifier(state.column->name);
  const ColumnRule* rule = RuleOf(state);
  const bool is_given = rule != nullptr && rule->generator;
  bool placed = counts && !is_given && IsInteger(*state.base.type) && PlaceSequentialKey(state);
  if (!placed) placed = PlaceProviderKey(state, ignoring_case);
  if (!placed) placed = PlaceTypeKey(key, state, ignoring_case);
  if (!placed) return false;
  PutDemandFirst(state, demand);
  key_methods_[key.name] = {"construction", state.generator};
  return true;
}

// Whole numbers upwards, past the largest one that is stored.
bool PlanBuilder::PlaceSequentialKey(ColumnState& state) {
  const ValueLimits& limits = state.limits.limits;
  if (state.is_judged || limits.has_allowed || !limits.excluded.empty() || limits.intervals.size() > 1 ||
      limits.periodic != nullptr)
    return false;
  std::int64_t start = 1;
  std::int64_t end = LargestInteger(*state.base.type);
  if (!limits.intervals.empty()) {
    const ValueInterval& interval = limits.intervals.front();
    const auto parse = [&](const std::string& text, bool up) {
      return ParseOrderedValue(*state.base.type, state.base.type_modifier, text, up);
    };
    if (interval.lower) {
      const auto lower = parse(*interval.lower, true);
      if (!lower) return false;
      start = *lower + (interval.lower_inclusive ? 0 : 1);
    }
    if (interval.upper) {
      const auto upper = parse(*interval.upper, false);
      if (!upper) return false;
      end = std::min(end, *upper - (interval.upper_inclusive ? 0 : 1));
      if (!interval.lower && start > end) start = SmallestInteger(*state.base.type);
    }
  }
  const auto stored = facts_.maxima.find(state.column->number);
  if (stored == facts_.maxima.end() && facts_.has_rows) return false;  // where the stored ones end is not known
  if (stored != facts_.maxima.end() && stored->second && *stored->second >= start) {
    if (*stored->second >= end) return false;
    start = *stored->second + 1;
  }
  const std::uint64_t size = CountSteps(start, 1, end);
  if (size < rows_) return false;
  state.role = ColumnRole::Sequential;
  state.lane = AddSource(MakeSequentialSource(facts_.first_ordinal));
  state.values = MakeSequenceValueSet(*state.base.type, start, 1, size);
  state.generator = "counting from " + std::to_string(start);
  NoteUnique({state.column->number}, 0);
  return true;
}

// Distinct values of the column's meaning that agree with the other columns of its group, or that make a list.
bool PlanBuilder::PlaceGroupKey(ColumnState& state, bool ignoring_case) {
  const GroupKind group = state.meaning->group;
  const std::uint64_t needed = facts_.first_ordinal + rows_;
  ValueSetPointer values = MakeProvided(state, group);
  if (values == nullptr) return false;
  const std::uint64_t block = GroupBlockSize(group, LocaleFor(state));
  const bool fits = group == GroupKind::Person ? values->Size() / block > needed / block
                                               : group == GroupKind::Place && values->Size() >= std::max(block, needed);
  if (fits && values->IsInjective(ignoring_case)) {
    state.lane = LaneOfGroup(*state.meaning, true);
    NoteUnique({state.column->number}, std::min(values->Size(), GroupSize(group)));
    state.values = std::move(values);
    return true;
  }
  values = MakeProvided(state, GroupKind::None);
  if (values == nullptr || !values->IsInjective(ignoring_case) || values->Size() < needed) return false;
  const std::uint64_t size = values->Size();
  LaneNumber lane = -1;
  const ProviderEntry* provider = FindProvider(state.meaning->provider);
  if (provider != nullptr && provider->group == GroupKind::Place) {
    const auto [found, is_new] = place_lists_.try_emplace(state.meaning->group_name, -1, size);
    if (is_new) found->second.first = AddSource(MakePermutedSource(KeyFor("places " + found->first), size, size));
    if (found->second.second == size) lane = found->second.first;
  }
  state.lane = lane >= 0 ? lane : AddSource(MakePermutedSource(KeyFor(state.column->name), size, size));
  NoteUnique({state.column->number}, size);
  state.values = std::move(values);
  return true;
}

// The column's meaning, if it gives distinct values: those of its group or list, or its texts with a number.
bool PlanBuilder::PlaceProviderKey(ColumnState& state, bool ignoring_case) {
  if (!state.meaning || state.limits.limits.has_allowed || state.disjoint != nullptr) return false;
  if (!PlaceGroupKey(state, ignoring_case)) {
    const ValueLimits& limits = state.limits.limits;
    ValueSetPointer values = MakeProvided(state, state.meaning->group);
    constexpr std::int64_t kSuffix = 2;  // characters that a suffix has at least
    if (values == nullptr || state.base.type->category != 'S' || limits.min_length.value_or(0) > kSuffix ||
        limits.pattern != nullptr)
      return false;
    constexpr std::int64_t kUnbounded = std::numeric_limits<std::int32_t>::max();
    const auto of_type = MaxLengthOfModifier(*state.base.type, state.base.type_modifier);
    const std::int64_t longest = std::min(limits.max_length.value_or(kUnbounded), of_type.value_or(kUnbounded));
    values =
        MakeSuffixedTextValueSet(std::move(values), longest == kUnbounded ? 0 : longest, facts_.first_ordinal + rows_);
    if (values == nullptr || !values->IsInjective(ignoring_case)) return false;
    constexpr std::uint64_t kBlock = 65536;  // small numbers first
    const std::uint64_t size = values->Size();
    state.lane = AddSource(MakePermutedSource(KeyFor(state.column->name), std::min(kBlock, size), size));
    NoteUnique({state.column->number}, size);
    state.values = std::move(values);
  }
  state.role = ColumnRole::KeyPart;
  state.generator = "distinct " + state.values->Describe();
  state.reason = state.meaning->reason;
  return true;
}

// Rows beyond the capacity get NULL in those of the columns that may be NULL; a unique key accepts any number of them.
// False if none may.
bool PlanBuilder::LeaveRestNull(const UniqueKey& key, const std::vector<ColumnState*>& states, std::uint64_t capacity) {
  if (key.is_primary || key.nulls_not_distinct) return false;
  std::vector<ColumnState*> nullable;
  for (ColumnState* state : states)
    if (!state->column->not_null && !state->limits.not_null) nullable.push_back(state);
  const ColumnState& first = *states.front();
  const bool is_full = first.role == ColumnRole::Reference && table_.foreign_keys[first.foreign_key].match == 'f';
  if (nullable.empty() || (is_full && nullable.size() < states.size())) return false;
  const double probability = NullShare(*nullable.front(), options_.null_probability);
  const LaneNumber lane = AddSource(MakeNullWordSource(KeyFor(key.name + " IS NULL"), std::nullopt, capacity));
  for (ColumnState* state : nullable) {
    state->null_lane = lane;
    state->null_below = std::max<std::uint64_t>(NullThreshold(probability), 1);
  }
  return true;
}

bool PlanBuilder::PlaceTypeKey(const UniqueKey& key, ColumnState& state, bool ignoring_case) {
  ValueSetPointer values = state.disjoint != nullptr ? state.disjoint : MakeTypeValues(state, true);
  if (values == nullptr || !values->IsInjective(ignoring_case)) return false;
  const std::uint64_t size = values->Size();
  const bool is_whole = key.columns.size() == 1 && !key.predicate;  // else rows may repeat values
  if (size < rows_ && !is_whole) return false;
  if (size < facts_.first_ordinal + rows_ && !LeaveRestNull(key, {&state}, size) && size < rows_)
    RefuseCapacity(key.name, key.columns, size);
  state.lane = AddSource(MakePermutedSource(KeyFor(state.column->name), CountUsual(state, size), size));
  NoteUnique({state.column->number}, size);
  state.role = ColumnRole::KeyPart;
  state.values = std::move(values);
  state.generator = state.values->Describe();
  if (!state.generator.starts_with("distinct")) state.generator = "distinct " + state.generator;
  return true;
}

// How many of a type's distinct values come first because they look plausible: small numbers, recent moments.
std::uint64_t PlanBuilder::CountUsual(ColumnState& state, std::uint64_t size) {
  const Type& type = *state.base.type;
  if (state.disjoint != nullptr && state.usual_disjoint > 0) return std::min(size, state.usual_disjoint);
  if (!state.limits.limits.IsUnlimited() || (type.category != 'N' && type.category != 'D')) return size;
  if (type.name == "time" || type.name == "timetz") return size;  // whole seconds are usual, but few
  const ValueSetPointer usual = MakeTypeValues(state, false);
  return usual != nullptr && usual->IsInjective() ? std::min(size, usual->Size()) : size;
}

}  // namespace dbmocker
