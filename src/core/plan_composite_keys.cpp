// Unique keys of several columns or of foreign keys: the position's permuted index is split into one digit per
// component (a column, or all columns of a foreign key), in a mixed radix. So the combinations are distinct while each
// digit looks drawn at random.
// Read first: PlanBuilder::PlaceCompositeKey.
#include <algorithm>
#include <limits>

#include "dbmocker/error.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

std::uint64_t Multiply(std::uint64_t a, std::uint64_t b) { return a > kMaxValueSetSize / b ? kMaxValueSetSize : a * b; }

std::uint64_t LargestInteger(const Type& type) {
  if (type.name == "int2") return std::numeric_limits<std::int16_t>::max();
  if (type.name == "int4") return std::numeric_limits<std::int32_t>::max();
  return kMaxValueSetSize;
}

}  // namespace

// An undecided column as a component. Numbers below a reference count from 1; columns whose meaning would repeat are
// left to PlaceOneColumnOf. `widest`: all values of the type instead of the plausible ones.
std::optional<PlanBuilder::KeyComponent> PlanBuilder::FindColumnComponent(ColumnState& state, bool ignoring_case,
                                                                          bool widest) {
  const bool is_integer = IsInteger(*state.base.type);
  const ValueLimits& limits = state.limits.limits;
  ValueSetPointer values;
  if (state.disjoint != nullptr) {
    state.values = state.disjoint;
    const std::uint64_t enough = std::max(state.usual_disjoint, 2 * (facts_.first_ordinal + rows_));
    const std::uint64_t size = state.values->Size();
    return KeyComponent{{&state}, state.usual_disjoint > 0 ? std::min(size, enough) : size, false, false};
  }
  if (!widest && state.meaning) {
    values = MakeProvided(state, GroupKind::None);  // a year, a month
    if (is_integer && values != nullptr && values->IsInjective()) {
      state.values = values;
      return KeyComponent{{&state}, values->Size(), false, false};
    }
    values = nullptr;
  }
  if (!widest && is_integer && limits.intervals.size() <= 1 && !limits.has_allowed && limits.excluded.empty() &&
      limits.periodic == nullptr) {
    values = MakeTypeValues(state, true);
    if (limits.intervals.empty())
      values = MakeSequenceValueSet(*state.base.type, 1, 1, LargestInteger(*state.base.type));
  } else if (!widest) {
    values = MakeProvided(state, GroupKind::None);
    const bool has_meaning = values != nullptr;
    if (has_meaning && !values->IsInjective(ignoring_case)) values = nullptr;
    if (values == nullptr && has_meaning && state.base.type->category == 'S') return std::nullopt;
    if (values == nullptr) values = MakeTypeValues(state, false);
  }
  if (values == nullptr || !values->IsInjective(ignoring_case)) values = MakeTypeValues(state, true);
  if (values == nullptr || !values->IsInjective(ignoring_case)) return std::nullopt;
  state.values = values;
  return KeyComponent{{&state}, values->Size(), false, is_integer};
}

// The components that are still free to choose: foreign keys that lie wholly in the key, and undecided columns.
std::vector<PlanBuilder::KeyComponent> PlanBuilder::FindKeyComponents(const std::set<AttributeNumber>& columns,
                                                                      bool ignoring_case, bool widest) {
  std::vector<KeyComponent> components;
  std::set<std::size_t> seen;
  for (const AttributeNumber number : columns) {
    ColumnState* state = Find(number);
    if (state->role == ColumnRole::Undecided && !state->limits.always_null) {
      if (auto component = FindColumnComponent(*state, ignoring_case, widest))
        components.push_back(std::move(*component));
    }
    if (state->role != ColumnRole::Reference) continue;
    const std::size_t place = state->foreign_key;
    const ForeignKey& reference = table_.foreign_keys[place];
    const auto is_free = [&](AttributeNumber c) {
      const ColumnState* other = Find(c);
      return other->foreign_key == place && (columns.contains(c) || other->role == ColumnRole::Generated);
    };
    const auto parents = facts_.parents.find(place);
    if (state->values == nullptr || parents == facts_.parents.end() || key_references_.contains(place)) continue;
    if (!std::ranges::all_of(reference.columns, is_free) || !seen.insert(place).second) continue;
    KeyComponent component{{}, parents->second.count, true, false};
    for (const AttributeNumber c : reference.columns)
      if (Find(c)->role != ColumnRole::Generated) component.states.push_back(Find(c));
    components.push_back(std::move(component));
  }
  std::ranges::stable_sort(components, [](const KeyComponent& a, const KeyComponent& b) {
    const auto rank = [](const KeyComponent& c) { return c.is_reference ? 0 : c.counts_up ? 2 : 1; };
    if (a.counts_up && b.counts_up) return a.size < b.size;  // numbers of a list go through it, the others count
    return rank(a) < rank(b);
  });
  // Of several numbers and nothing else, all but the last are small ones.
  constexpr std::uint64_t kSmall = 1000;
  const bool is_all_numbers = std::ranges::all_of(components, &KeyComponent::counts_up);
  for (std::size_t i = 0; !widest && is_all_numbers && i + 1 < components.size(); ++i) {
    if (components[i].size <= kSmall) continue;
    ColumnState& state = *components[i].states.front();
    if (!state.limits.limits.IsUnlimited()) continue;
    state.values = MakeSequenceValueSet(*state.base.type, 1, 1, kSmall);
    components[i] = {{&state}, kSmall, false, false};
  }
  return components;
}

// One column that is distinct by its own meaning carries the whole key: an email address, a title with a number.
bool PlanBuilder::PlaceOneColumnOf(const UniqueKey& key, const std::set<AttributeNumber>& columns, bool ignoring_case,
                                   bool of_person) {
  for (const AttributeNumber number : columns) {
    ColumnState* state = Find(number);
    if (state->role != ColumnRole::Undecided || state->limits.always_null || !state->meaning) continue;
    if (of_person && state->meaning->group != GroupKind::Person) continue;
    state->values = nullptr;
    if (of_person) {
      const ValueSetPointer values = MakeProvided(*state, GroupKind::Person);
      if (values == nullptr || !values->IsInjective(ignoring_case)) continue;
    }
    if (!PlaceProviderKey(*state, ignoring_case)) continue;
    key_methods_[key.name] = {"construction", state->column->name + ": " + state->generator};
    return true;
  }
  return false;
}

// First and last name together: within one block of persons no two have both in common.
bool PlanBuilder::PlaceNamesKey(const UniqueKey& key, const std::set<AttributeNumber>& columns) {
  constexpr std::int64_t kLongestName = 12;
  ColumnState* names[2] = {};
  for (const AttributeNumber number : columns) {
    ColumnState* state = Find(number);
    const bool is_person = state->meaning && state->meaning->group == GroupKind::Person;
    if (!is_person || state->role != ColumnRole::Undecided || !state->limits.limits.IsUnlimited()) continue;
    if (MaxLengthOfModifier(*state->base.type, state->base.type_modifier).value_or(kLongestName) < kLongestName)
      continue;
    if (state->meaning->provider == "first_name") names[0] = state;
    if (state->meaning->provider == "last_name") names[1] = state;
  }
  if (names[0] == nullptr || names[1] == nullptr) return false;
  if (names[0]->meaning->group_name != names[1]->meaning->group_name) return false;
  if (LocaleFor(*names[0]) != LocaleFor(*names[1])) return false;
  const std::uint64_t block = GroupBlockSize(GroupKind::Person, LocaleFor(*names[0]));
  if (facts_.first_ordinal + rows_ > block) return false;
  for (ColumnState* state : names) {
    state->values = MakeProvided(*state, GroupKind::Person);
    if (state->values == nullptr) return false;
  }
  for (ColumnState* state : names) {
    state->lane = LaneOfGroup(*state->meaning, true);
    state->role = ColumnRole::KeyPart;
    state->generator = state->values->Describe();
    state->reason = "part of unique key \"" + key.name + "\"";
  }
  NoteUnique({names[0]->column->number, names[1]->column->number}, block);
  key_methods_[key.name] = {"construction", "distinct persons"};
  return true;
}

bool PlanBuilder::PlaceCompositeKey(const UniqueKey& key, const std::set<AttributeNumber>& columns,
                                    bool ignoring_case) {
  if (PlaceOneColumnOf(key, columns, ignoring_case, true) || PlaceNamesKey(key, columns)) return true;
  for (const bool widest : {false, true}) {
    const std::vector<KeyComponent> components = FindKeyComponents(columns, ignoring_case, widest);
    // Parents alone would have to differ from row to row: better a name that does.
    const bool is_bound = !components.empty() && std::ranges::all_of(components, &KeyComponent::is_reference);
    if (is_bound && !widest && PlaceOneColumnOf(key, columns, ignoring_case, false)) return true;
    std::uint64_t capacity = components.empty() ? 0 : 1;
    for (const KeyComponent& component : components) capacity = Multiply(capacity, component.size);
    if (capacity >= rows_ && !components.empty()) {
      BindKeyComponents(key, components);
      return true;
    }
    for (const KeyComponent& component : components)
      if (!component.is_reference && !widest) component.states.front()->values = nullptr;
    if (!widest && PlaceOneColumnOf(key, columns, ignoring_case, false)) return true;
    if (!widest) continue;
    std::size_t decided = 0;
    std::vector<ColumnState*> states;
    for (const KeyComponent& component : components) {
      decided += component.states.size();
      states.insert(states.end(), component.states.begin(), component.states.end());
    }
    const bool is_whole = decided == columns.size() && columns.size() == key.columns.size() && !key.predicate;
    if (components.size() > 1)  // the columns of one foreign key become NULL together, else one column is enough
      std::erase_if(states, [&](const ColumnState* state) {
        return state->column->not_null ||
               (state->role == ColumnRole::Reference && table_.foreign_keys[state->foreign_key].columns.size() > 1);
      });
    if (is_whole && !states.empty() && capacity > 0 && LeaveRestNull(key, states, capacity)) {
      BindKeyComponents(key, components);
      return true;
    }
    for (const KeyComponent& component : components)
      if (!component.is_reference) component.states.front()->values = nullptr;
    if (is_whole) RefuseCapacity(key.name, key.columns, capacity);
  }
  return false;
}

// One permuted lane for the key; an integer component at the end numbers the blocks of the others' combinations, so
// that e.g. order lines are numbered 1, 2, 3 within each order.
void PlanBuilder::BindKeyComponents(const UniqueKey& key, const std::vector<KeyComponent>& components) {
  std::vector<const KeyComponent*> used;
  std::uint64_t capacity = 1;
  for (const KeyComponent& component : components) {
    if (capacity > kMaxValueSetSize / component.size && !used.empty() && capacity >= (std::uint64_t{1} << 40)) continue;
    used.push_back(&component);
    capacity = Multiply(capacity, component.size);
  }
  std::uint64_t block = 1;
  for (const KeyComponent* component : used)
    if (!component->counts_up) block = Multiply(block, component->size);
  constexpr std::uint64_t kFewCombinations = 65536;
  const bool has_reference = std::ranges::any_of(used, [](const KeyComponent* c) { return c->is_reference; });
  if ((!has_reference && block > kFewCombinations) || block == 1) block = capacity;
  // Where the end of the run asks for a row of every parent, all of them come before any comes again.
  const bool is_asked_for =
      used.front()->is_reference && table_.foreign_keys[used.front()->states.front()->foreign_key].needs_children;
  if (is_asked_for) block = used.front()->size;
  const LaneNumber joint = AddSource(MakePermutedSource(KeyFor("UNIQUE " + key.name), block, capacity));
  std::set<AttributeNumber> columns;
  std::uint64_t divisor = 1;
  for (const KeyComponent* component : used) {
    const std::uint64_t radix = std::min(component->size, kMaxValueSetSize / divisor);
    const LaneNumber lane = used.size() == 1 ? joint : AddSource(MakeDigitSource(joint, divisor, radix));
    for (ColumnState* state : component->states) {
      state->lane = lane;
      columns.insert(state->column->number);
      if (component->is_reference) {
        key_references_.insert(state->foreign_key);
        continue;
      }
      state->role = ColumnRole::KeyPart;
      state->generator = state->values->Describe();
      state->reason = "part of unique key \"" + key.name + "\"";
    }
    divisor = Multiply(divisor, radix);
  }
  for (const KeyComponent& component : components)
    if (!component.is_reference && component.states.front()->role == ColumnRole::Undecided)
      component.states.front()->values = nullptr;
  NoteUnique(columns, capacity);
  key_methods_[key.name] = {
      "construction", "distinct combinations of (" + JoinColumnNames(table_, {columns.begin(), columns.end()}) + "), " +
                          (capacity == kMaxValueSetSize ? "2^62" : std::to_string(capacity)) + " possible"};
}

}  // namespace dbmocker
