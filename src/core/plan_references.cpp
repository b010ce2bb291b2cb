// Foreign keys: the columns of a key are drawn together from the parents' keys. References to the table itself come
// last, since they read the lanes of the key that they refer to.
// Read first: PlanBuilder::PlaceReference, then PlaceSelfReference.
#include <algorithm>
#include <numeric>
#include <tuple>

#include "dbmocker/error.h"
#include "plan_builder.h"

namespace dbmocker {

bool PlanBuilder::MayBeNull(AttributeNumber number) const {
  const ColumnState* state = Find(number);
  return state != nullptr && state->role != ColumnRole::Generated && !state->column->not_null &&
         !state->limits.not_null && !state->is_referred_to;
}

bool PlanBuilder::ReferenceIsOptional(const ForeignKey& key) const {
  const auto may_be_null = [&](AttributeNumber number) { return MayBeNull(number); };
  return key.match == 'f' ? std::ranges::all_of(key.columns, may_be_null)
                          : std::ranges::any_of(key.columns, may_be_null);
}

void PlanBuilder::RefuseEmptyParent(const ForeignKey& key) const {
  const auto place = static_cast<std::size_t>(&key - table_.foreign_keys.data());
  const auto parents = facts_.parents.find(place);
  if (parents != facts_.parents.end() && parents->second.is_filtered)
    throw Error(sqlstate::kForeignKeyViolation,
                "cannot generate rows for table \"" + table_.name + "\": no row of " + key.referenced_table +
                    " can be referred to",
                "Foreign key \"" + key.name + "\": the CHECK constraints, domains and partition bounds of (" +
                    JoinColumnNames(table_, key.columns) + ") accept no key of that table.",
                "Add rows to " + key.referenced_table + " whose keys they accept.");
  throw Error(
      sqlstate::kForeignKeyViolation,
      "cannot generate rows for table \"" + table_.name + "\": referenced table " + key.referenced_table + " is empty",
      "Foreign key \"" + key.name + "\" (" + JoinColumnNames(table_, key.columns) + ") needs a row to refer to.",
      "Fill " + key.referenced_table + " first, or fill the whole schema with dbmocker.generate_schema().");
}

// Rows whose reference stays NULL: those columns of the key that may be.
void PlanBuilder::LeaveReferenceNull(std::size_t place, const std::string& why) {
  const ForeignKey& key = table_.foreign_keys[place];
  for (const AttributeNumber number : key.columns) {
    ColumnState* state = Find(number);
    if (state == nullptr || state->column->not_null || state->limits.not_null) {
      if (state != nullptr && state->role == ColumnRole::Reference) state->role = ColumnRole::Undecided;
      continue;
    }
    if (state->role == ColumnRole::Generated) continue;
    state->role = ColumnRole::AlwaysNull;
    state->values = nullptr;
    state->generator = "NULL";
    state->reason = why;
  }
  reference_methods_[key.name] = {"construction", "NULL: " + why};
}

void PlanBuilder::SetReferenceNulls(std::size_t place, bool first_is_null) {
  const ForeignKey& key = table_.foreign_keys[place];
  if (!ReferenceIsOptional(key)) return;
  const double share = NullShareOf(key);
  if (share <= 0 && !first_is_null) return;
  const auto is_strict = [&](AttributeNumber number) {
    return std::ranges::any_of(table_.unique_keys, [&](const UniqueKey& unique) {
      return unique.nulls_not_distinct && std::ranges::count(unique.columns, number) > 0;
    });
  };
  if (key.match == 'f' && std::ranges::any_of(key.columns, is_strict)) return;
  const auto null_ordinal = first_is_null ? std::optional(facts_.first_ordinal) : std::nullopt;
  const LaneNumber lane = AddSource(MakeNullWordSource(KeyFor(key.name + " IS NULL"), null_ordinal));
  for (const AttributeNumber number : key.columns) {
    ColumnState* state = Find(number);
    if (!MayBeNull(number) || (is_strict(number) && !first_is_null)) continue;
    state->null_lane = lane;
    state->null_below = std::max<std::uint64_t>(NullThreshold(share), first_is_null ? 1 : 0);
  }
}

// Keys of several columns first: a key of one of their columns alone usually follows from them, as tenant_id does from
// (tenant_id, customer_id). References to the table itself take what is left.
void PlanBuilder::PlaceReferences() {
  std::vector<std::size_t> places(table_.foreign_keys.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto rank = [&](std::size_t place) {
    const ForeignKey& key = table_.foreign_keys[place];
    const auto parents = facts_.parents.find(place);
    const bool is_empty = parents == facts_.parents.end() || parents->second.count == 0;
    return std::tuple(key.referenced_oid == table_.oid, is_empty, -static_cast<std::ptrdiff_t>(key.columns.size()));
  };
  std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  for (const std::size_t place : places) PlaceReference(place);
}

void PlanBuilder::PlaceReference(std::size_t place) {
  const ForeignKey& key = table_.foreign_keys[place];
  if (std::ranges::count(options_.trigger_filled, place) > 0) {
    reference_methods_[key.name] = {"server", "a trigger inserts the row of " + key.referenced_table};
    return;
  }
  const auto is_free = [&](AttributeNumber number) {
    const ColumnState* state = Find(number);
    return state != nullptr && state->role == ColumnRole::Undecided;
  };
  // Of the parents, only those are known whose key has what the server will compute.
  const auto is_computed = [&](AttributeNumber number) {
    const ColumnState* state = Find(number);
    return state != nullptr && state->role == ColumnRole::Generated && key.referenced_oid != table_.oid;
  };
  if (!std::ranges::all_of(key.columns, [&](auto number) { return is_free(number) || is_computed(number); }) ||
      std::ranges::none_of(key.columns, is_free))
    return PlaceSharedReference(place);
  const bool always_null =
      std::ranges::any_of(key.columns, [&](AttributeNumber number) { return Find(number)->limits.always_null; });
  if (always_null) return LeaveReferenceNull(place, "a CHECK constraint asks for it");
  const bool is_bound = std::ranges::any_of(key.columns, [&](AttributeNumber n) { return FindEqual(n, place); });
  if (is_bound && key.referenced_oid != table_.oid && MatchSharedColumns(place)) return;
  for (const AttributeNumber number : key.columns) {
    ColumnState* state = Find(number);
    state->foreign_key = place;
    if (state->role != ColumnRole::Generated) state->role = ColumnRole::Reference;
  }
  if (key.referenced_oid == table_.oid) return;  // PlaceSelfReferences
  const auto parents = facts_.parents.find(place);
  if (parents == facts_.parents.end() || parents->second.count == 0) {
    if (!ReferenceIsOptional(key)) RefuseEmptyParent(key);
    return LeaveReferenceNull(place, key.referenced_table + " is empty");
  }
  ReferToParents(place, parents->second);
}

void PlanBuilder::ReferToParents(std::size_t place, const ParentKeys& parents) {
  const ForeignKey& key = table_.foreign_keys[place];
  std::string shape;
  const LaneNumber lane = AddParentLane(key, parents, shape);
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    ColumnState* state = Find(key.columns[i]);
    if (state->role == ColumnRole::Generated) continue;
    state->lane = lane;
    state->values = parents.columns[i];
    state->generator = "key of " + key.referenced_table;
    state->reason = parents.description;
  }
  reference_methods_[key.name] = {"construction",
                                  shape + " over " + parents.description + " of " + key.referenced_table};
  SetReferenceNulls(place, false);
}

void PlanBuilder::PlaceSelfReferences() {
  for (std::size_t place = 0; place < table_.foreign_keys.size(); ++place) {
    const ForeignKey& key = table_.foreign_keys[place];
    const ColumnState* first = Find(key.columns.front());
    if (key.referenced_oid != table_.oid || first->role != ColumnRole::Reference || first->foreign_key != place)
      continue;
    if (first->values == nullptr) PlaceSelfReference(place);
  }
}

void PlanBuilder::PlaceSelfReference(std::size_t place) {
  if (ReferToCountedRows(place)) return;
  const auto parents = facts_.parents.find(place);
  if (parents != facts_.parents.end() && parents->second.count > 0) return ReferToParents(place, parents->second);
  if (ReferToEarlierRows(place)) return;
  const ForeignKey& key = table_.foreign_keys[place];
  if (!ReferenceIsOptional(key)) RefuseEmptyParent(key);
  LeaveReferenceNull(place, "the key that it refers to is not generated");
}

namespace {

constexpr std::uint64_t kFanOut = 8;  // of trees

std::string DescribeOwnRows(const std::string& usual, Hints hints) {
  if (!hints.Has(Hint::HasHierarchicalData)) return usual;
  return usual + ", as a tree: at most " + std::to_string(kFanOut) + " rows below each";
}

}  // namespace

IndexSourcePointer PlanBuilder::MakeOwnRowSource(const ForeignKey& key, LaneNumber key_lane,
                                                 std::uint64_t first) const {
  const StreamKey stream = KeyFor("FOREIGN KEY " + key.name);
  return options_.hints.Has(Hint::HasHierarchicalData) ? MakeTreeSource(stream, key_lane, first, kFanOut)
                                                       : MakeEarlierRowSource(stream, key_lane, first);
}

// The key that it refers to counts up by one, from where the stored keys end: any stored or earlier row is a number.
bool PlanBuilder::ReferToCountedRows(std::size_t place) {
  const ForeignKey& key = table_.foreign_keys[place];
  if (key.columns.size() != 1) return false;
  const ColumnState* referenced = Find(key.referenced_columns.front());
  if (referenced == nullptr || referenced->role != ColumnRole::Sequential || referenced->null_lane >= 0) return false;
  const auto start = facts_.sequence_starts.find(referenced->column->number);
  std::int64_t first = 0;
  if (start != facts_.sequence_starts.end()) {
    if (referenced->column->sequence && referenced->column->sequence->increment != 1) return false;
    first = start->second;
  } else {
    if (referenced->column->sequence && referenced->column->sequence->increment != 1) return false;
    std::string text;
    referenced->values->AppendText(0, text);
    first = std::stoll(text);
  }
  const auto parents = facts_.parents.find(place);
  const std::uint64_t stored = parents == facts_.parents.end() ? 0 : parents->second.count;
  if (stored > 0) {
    const auto dense = parents->second.dense_first;
    if (!dense || *dense + static_cast<std::int64_t>(stored) != first) return false;
    first = *dense;
  }
  ColumnState* state = Find(key.columns.front());
  if (!IsInteger(*state->base.type)) return false;
  const std::uint64_t first_row = facts_.first_ordinal - stored;
  const LaneNumber counted = AddSource(MakeSequentialSource(first_row));
  state->lane = AddSource(MakeOwnRowSource(key, counted, first_row));
  state->values = MakeSequenceValueSet(*state->base.type, first, 1, stored + rows_ + 1);
  state->generator = "key of an earlier row";
  reference_methods_[key.name] = {"construction", DescribeOwnRows("an earlier row of the table", options_.hints)};
  plan_->same_table_references.push_back(place);
  SetReferenceNulls(place, stored == 0 && ReferenceIsOptional(key));
  return true;
}

// The lanes of the key's columns, read at an earlier row of this run.
bool PlanBuilder::ReferToEarlierRows(std::size_t place) {
  const ForeignKey& key = table_.foreign_keys[place];
  for (const AttributeNumber number : key.referenced_columns) {
    const ColumnState* referenced = Find(number);
    if (referenced == nullptr || referenced->values == nullptr || referenced->lane < 0) return false;
    if (referenced->null_lane >= 0) return false;
  }
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    ColumnState* referenced = Find(key.referenced_columns[i]);
    referenced->is_referred_to = true;
    ColumnState* state = Find(key.columns[i]);
    if (referenced->base.type->oid != state->base.type->oid) return false;
    state->lane = AddSource(MakeOwnRowSource(key, referenced->lane, facts_.first_ordinal));
    state->values = referenced->values;
    state->generator = "key of an earlier row";
  }
  reference_methods_[key.name] = {"construction", DescribeOwnRows("an earlier row of the run", options_.hints)};
  plan_->same_table_references.push_back(place);
  SetReferenceNulls(place, ReferenceIsOptional(key));
  return true;
}

}  // namespace dbmocker
