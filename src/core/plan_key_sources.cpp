// Unique keys over expressions and generated columns: the columns that these read are made distinct instead. Where that
// is enough, the key is kept by construction; else it makes collisions rare, and the index is asked.
// Read first: PlanBuilder::ReadKey, then PlaceKeySources.
#include <algorithm>

#include "keyed_json_set.h"
#include "plan_builder.h"
#include "provider_registry.h"

namespace dbmocker {
namespace {

bool IsJson(const Type& type) { return type.schema == "pg_catalog" && (type.name == "json" || type.name == "jsonb"); }

}  // namespace

std::vector<KeySource> PlanBuilder::ReadKey(const UniqueKey& key) const {
  std::vector<KeySource> sources;
  std::size_t next = 0;
  for (const AttributeNumber number : key.columns) {
    Expression column;
    column.kind = Expression::Kind::Column;
    column.column = number;
    column.columns = {number};
    if (number == 0 && next == key.expressions.size()) continue;
    sources.push_back(ReadKeySource(number == 0 ? key.expressions[next++] : column, table_));
  }
  return sources;
}

// Columns that the key reads by days, months or other units of time get moments in units of their own: that is exact.
void PlanBuilder::CutMoments(std::vector<KeySource>& sources) {
  for (KeySource& source : sources) {
    ColumnState* state = source.moment == 0 ? nullptr : Find(source.moment);
    if (state == nullptr || state->role != ColumnRole::Undecided || RuleOf(*state) != nullptr || state->is_judged ||
        state->limits.always_null || !state->limits.limits.IsUnlimited() ||
        std::ranges::any_of(groups_, [&](const CheckGroup& group) { return group.columns.contains(source.moment); }))
      continue;
    const auto unit = FindUnitOf(sources, source.moment);
    auto made = unit ? MakeUnitValueSet(*state->base.type, *unit, context_) : std::nullopt;
    if (!made) continue;
    state->disjoint = std::move(made->values);
    state->usual_disjoint = made->usual;
    if (!source.is_local) source.exact = source.moment;
  }
}

// The columns that are distinct only together with others, or not for sure: made distinct, if they are free.
bool PlanBuilder::PlaceKeySources(const UniqueKey& key, const std::vector<KeySource>& sources) {
  std::set<AttributeNumber> columns;
  for (const KeySource& source : sources) {
    if (PlaceMember(key, source)) return true;
    columns.insert(source.columns.begin(), source.columns.end());
  }
  const auto is_bound = [&](AttributeNumber number) {
    const ColumnState* state = Find(number);
    if (state == nullptr || (state->role != ColumnRole::Undecided && state->role != ColumnRole::Reference)) return true;
    return RuleOf(*state) != nullptr || state->limits.always_null || IsJson(*state->base.type) ||
           std::ranges::any_of(groups_, [&](const CheckGroup& group) { return group.columns.contains(number); });
  };
  const auto is_inside = [&](const std::set<AttributeNumber>& unique) {
    return std::ranges::includes(columns, unique);
  };
  std::erase_if(columns, is_bound);
  if (columns.empty() || std::ranges::any_of(unique_column_sets_, is_inside)) return false;
  UniqueKey distinct;
  distinct.name = key.name;
  distinct.columns.assign(columns.begin(), columns.end());
  distinct.predicate.emplace();  // too many rows are no reason to refuse
  ColumnState* first = Find(*columns.begin());
  if (columns.size() == 1 && first->role == ColumnRole::Undecided)
    PlaceSingleColumnKey(distinct, *first, true) || PlaceSingleColumnKey(distinct, *first, false);
  else
    PlaceCompositeKey(distinct, columns, false);
  return false;
}

// A member of a json document.
bool PlanBuilder::PlaceMember(const UniqueKey& key, const KeySource& source) {
  if (source.json_path.empty()) return false;
  ColumnState* state = Find(*source.columns.begin());
  if (state == nullptr || state->role != ColumnRole::Undecided || RuleOf(*state) != nullptr ||
      state->limits.always_null || !IsJson(*state->base.type) || state->limits.limits.has_allowed ||
      std::ranges::any_of(groups_,
                          [&](const CheckGroup& group) { return group.columns.contains(state->column->number); }))
    return false;
  if (const auto& json = state->limits.limits.json;
      json != nullptr && !json->types.empty() && std::ranges::find(json->types, "object") == json->types.end())
    return false;
  ValueSetPointer inner = MakeProvided(*state, GroupKind::None);
  if (inner == nullptr) inner = MakeTypeValues(*state, false);
  if (inner == nullptr) return false;
  state->values = MakeKeyedJsonSet(std::move(inner), source.json_path, source.json_number);
  const std::uint64_t size = state->values->Size();
  state->lane = AddSource(MakePermutedSource(KeyFor(state->column->name), std::uint64_t{1} << 20, size));
  state->role = ColumnRole::KeyPart;
  state->generator = state->values->Describe();
  state->reason = "unique key \"" + key.name + "\"";
  NoteUnique({state->column->number}, size);
  key_methods_[key.name] = {"construction", state->generator};
  return true;
}

}  // namespace dbmocker
