// Unique keys of several columns or of foreign keys: the position's permuted index is split into one digit per component
// (a column, or all columns of a foreign key), in a mixed radix. So the combinations are distinct while each digit looks
// drawn at random.
// Read first: PlanBuilder::PlaceCompositeKey.
#include <algorithm>

#include "dbmocker/error.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

std::uint64_t Multiply(std::uint64_t a, std::uint64_t b) { return a > kMaxValueSetSize / b ? kMaxValueSetSize : a * b; }

}  // namespace

// The components that are still free to choose: foreign keys that lie wholly in the key, and undecided columns.
// `widest`: columns take all values of their type instead of the plausible ones.
std::vector<PlanBuilder::KeyComponent> PlanBuilder::FindKeyComponents(const std::set<AttributeNumber>& columns,
                                                                      bool ignoring_case, bool widest) {
  std::vector<KeyComponent> components;
  std::set<std::size_t> seen;
  for (const AttributeNumber number : columns) {
    ColumnState* state = Find(number);
    if (state->role == ColumnRole::Reference) {
      const std::size_t place = state->foreign_key;
      const ForeignKey& reference = table_.foreign_keys[place];
      const bool lies_inside = std::ranges::all_of(reference.columns, [&](AttributeNumber c) { return columns.contains(c); });
      const auto parents = facts_.parents.find(place);
      if (!lies_inside || state->values == nullptr || key_references_.contains(place) || !seen.insert(place).second) continue;
      if (parents == facts_.parents.end()) continue;
      KeyComponent component{{}, parents->second.count, true, false};
      for (const AttributeNumber c : reference.columns) component.states.push_back(Find(c));
      components.push_back(std::move(component));
      continue;
    }
    if (state->role != ColumnRole::Undecided || state->limits.always_null) continue;
    ValueSetPointer values;
    if (!widest && state->meaning && state->meaning->group == GroupKind::None && !state->limits.limits.has_allowed)
      values = MakeProviderValueSet(*state->meaning, *state->base.type, state->base.type_modifier, state->limits.limits, context_);
    if (values == nullptr || !values->IsInjective(ignoring_case)) values = MakeTypeValues(*state, widest);
    if (values != nullptr && !values->IsInjective(ignoring_case)) values = MakeTypeValues(*state, true);
    if (values == nullptr || !values->IsInjective(ignoring_case)) continue;
    state->values = values;
    components.push_back({{state}, values->Size(), false, IsInteger(*state->base.type)});
  }
  std::ranges::stable_sort(components, [](const KeyComponent& a, const KeyComponent& b) {
    const auto rank = [](const KeyComponent& c) { return c.is_reference ? 0 : c.counts_up ? 2 : 1; };
    return rank(a) < rank(b);
  });
  return components;
}

bool PlanBuilder::PlaceCompositeKey(const UniqueKey& key, const std::set<AttributeNumber>& columns, bool ignoring_case) {
  for (const bool widest : {false, true}) {
    const std::vector<KeyComponent> components = FindKeyComponents(columns, ignoring_case, widest);
    std::uint64_t capacity = components.empty() ? 0 : 1;
    for (const KeyComponent& component : components) capacity = Multiply(capacity, component.size);
    if (capacity >= rows_ && !components.empty()) {
      BindKeyComponents(key, components);
      return true;
    }
    if (!widest) continue;
    for (const KeyComponent& component : components)
      if (!component.is_reference) component.states.front()->values = nullptr;
    std::size_t decided = 0;
    for (const KeyComponent& component : components) decided += component.states.size();
    const bool is_whole = decided == columns.size() && columns.size() == key.columns.size();
    if (is_whole && !key.predicate) RefuseCapacity(key.name, key.columns, capacity);
  }
  return false;
}

// One permuted lane for the key; an integer component at the end numbers the blocks of the others' combinations, so that
// e.g. order lines are numbered 1, 2, 3 within each order.
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
  const bool has_reference = std::ranges::any_of(used, [](const KeyComponent* c) { return c->is_reference; });
  if (!has_reference || block == 1) block = capacity;
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
    if (!component.is_reference && component.states.front()->role == ColumnRole::Undecided) component.states.front()->values = nullptr;
  NoteUnique(columns, capacity);
  key_methods_[key.name] = {"construction", "distinct combinations of (" +
                                                JoinColumnNames(table_, {columns.begin(), columns.end()}) + "), " +
                                                (capacity == kMaxValueSetSize ? "2^62" : std::to_string(capacity)) +
                                                " possible"};
}

}  // namespace dbmocker
