// BuildPlan: limits of the columns, then references, sequences and keys, then everything else, then NULLs. The order
// matters: what a constraint fixes is placed before what is free.
// Read first: PlanBuilder::Build.
#include <algorithm>
#include <cmath>

#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "plan_builder.h"
#include "pooled_value_set.h"
#include "sequence_columns.h"
#include "spatial_checks.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

// 64-bit words, below which ColumnPlan::null_below asks for NULL; the word of `null_ordinal` (if given) is always 0.
// Rows that are drawn again try what refuses them most often: no NULL at all, nothing but NULLs, one half of them.
class NullWordSource final : public IndexSource {
 public:
  NullWordSource(StreamKey key, std::optional<std::uint64_t> null_ordinal, std::uint64_t null_from)
      : key_(key), null_ordinal_(null_ordinal), null_from_(null_from) {}
  void Draw(const RowSet& rows, LaneReader&, std::span<std::uint64_t> out) const override {
    const StreamKey key = rows.attempt > 0 ? Derive(key_, rows.attempt) : key_;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool is_null = rows.ordinals[i] == null_ordinal_ || rows.ordinals[i] >= null_from_;
      out[i] = is_null ? 0 : Shape(rows.attempt, Word(key, rows.ordinals[i]));
    }
  }
  std::string Describe() const override { return "words for NULL"; }

 private:
  static std::uint64_t Shape(std::uint32_t attempt, std::uint64_t word) {
    constexpr std::uint64_t kNeverNull = ~std::uint64_t{0};
    if (attempt == 0) return word;
    switch (attempt % 4) {
      case 1:
        return kNeverNull;
      case 2:
        return 0;
      case 3:
        return word >> 63 != 0 ? kNeverNull : 0;
      default:
        return word;
    }
  }

  StreamKey key_;
  std::optional<std::uint64_t> null_ordinal_;
  std::uint64_t null_from_;
};

// What the CHECKs say of a spatial column's shape; of its domain's, those on VALUE.
int ShapeOfColumn(const Table& table, const Column& column) {
  std::vector<const Expression*> of_table, of_domain;
  for (const CheckConstraint& check : table.checks) of_table.push_back(&check.check);
  for (const DomainConstraint& constraint : column.type->constraints) of_domain.push_back(&constraint.check);
  const int by_domain = ShapeByChecks(of_domain, 0);
  return by_domain >= 0 ? by_domain : ShapeByChecks(of_table, column.number);
}

}  // namespace

double NullProbability(const ColumnState& state, double usual) {
  if (!state.meaning) return usual;
  const std::string& provider = state.meaning->provider;
  if (provider == "deleted_at") return std::max(usual, 0.9);
  if (provider == "middle_name" || provider == "address_line2") return std::max(usual, 0.5);
  return usual;
}

IndexSourcePointer MakeNullWordSource(StreamKey key, std::optional<std::uint64_t> null_ordinal,
                                      std::uint64_t null_from) {
  return std::make_unique<NullWordSource>(key, null_ordinal, null_from);
}

std::uint64_t NullThreshold(double probability) {
  if (probability <= 0) return 0;
  if (probability >= 1) return ~std::uint64_t{0};
  return static_cast<std::uint64_t>(std::ldexp(probability, 64));
}

bool IsInteger(const Type& type) {
  return type.schema == "pg_catalog" && (type.name == "int2" || type.name == "int4" || type.name == "int8");
}

namespace {

// True if a path of the table starts as a number by default, as '0' does for a tree of comments.
bool NumbersPaths(const Table& table) {
  return std::ranges::any_of(table.columns, [](const Column& column) {
    const std::string& text = column.default_text;
    return UnwrapDomains(*column.type, column.type_modifier).type->name == "ltree" && text.size() > 1 &&
           text[0] == '\'' && text[1] >= '0' && text[1] <= '9';
  });
}

}  // namespace

PlanBuilder::PlanBuilder(const Table& table, std::uint64_t rows, const PlanOptions& options, const TargetFacts& facts)
    : table_(table), rows_(rows), options_(options), facts_(facts), plan_(std::make_unique<Plan>()) {
  context_.reference_time = options.reference_time;
  context_.follows_clock = options.follows_clock;
  context_.numbers_paths = NumbersPaths(table);
  if (options.hints.Has(Hint::HasTimeSeriesData)) context_.rising_rows = std::max<std::uint64_t>(rows, 1);
}

std::unique_ptr<Plan> PlanBuilder::Build() {
  plan_->first_ordinal = plan_->whole_first = facts_.first_ordinal;
  plan_->rows = plan_->whole_rows = rows_;
  plan_->attribute_count = table_.attribute_count;
  CreateColumns();
  ReadRules();
  ReadLimits();
  PlaceRuleSequences();
  FilterParents();
  PlaceSequences();
  PlaceReferences();
  PlaceExclusions();
  AddRuleKeys();
  PlaceKeys();
  RefuseUnkeptRuleKeys();
  PlaceSelfReferences();
  PlaceRest();
  PlaceNulls();
  PlaceCases();
  PlaceReuse();
  PlaceDependents();
  PlaceTemplates();
  PlaceSearchVectors();
  JudgeChecks();
  VerifyRules();
  MovePlan();
  ReportTable();
  ReportColumns();
  ReportConstraints();
  return std::move(plan_);
}

StreamKey PlanBuilder::KeyFor(const std::string& name) const {
  return MakeStreamKey(options_.seed, table_.schema + "." + table_.name, name);
}

LaneNumber PlanBuilder::AddSource(IndexSourcePointer source) {
  plan_->sources.push_back(std::move(source));
  return static_cast<LaneNumber>(plan_->sources.size()) - 1;
}

ColumnState* PlanBuilder::Find(AttributeNumber number) {
  const auto found = columns_.find(number);
  return found == columns_.end() ? nullptr : &found->second;
}
const ColumnState* PlanBuilder::Find(AttributeNumber number) const {
  const auto found = columns_.find(number);
  return found == columns_.end() ? nullptr : &found->second;
}

void PlanBuilder::CreateColumns() {
  for (const Column& column : table_.columns) {
    ColumnState& state = columns_[column.number];
    state.column = &column;
    state.base = UnwrapDomains(*column.type, column.type_modifier);
    if (state.base.type_modifier < 0 && IsSpatial(*state.base.type))
      state.base.type_modifier = ShapeOfColumn(table_, column);
    if (column.is_generated) {
      state.role = ColumnRole::Generated;
    } else if (!column.may_insert) {
      LeaveToDefault(state);
      state.reason = "no INSERT privilege on the column";
    } else {
      state.meaning = DetectMeaning(table_, column);
      const bool is_moment = state.base.type->name == "timestamp" || state.base.type->name == "timestamptz";
      if (!state.meaning && is_moment && options_.hints.Has(Hint::HasTimeSeriesData))
        state.meaning = Meaning{"event_at", GroupKind::Timeline, "", NameOf(Hint::HasTimeSeriesData)};
    }
  }
}

void PlanBuilder::LeaveToDefault(ColumnState& state) {
  state.role = ColumnRole::ServerDefault;
  plan_->server_columns.push_back(state.column->number);
}

// A row must fit one of the leaves, unless there is a default one.
void PlanBuilder::ReadPartitions(LimitsByColumn& limits) {
  if (table_.partitions.empty() || std::ranges::any_of(table_.partitions, &Partition::is_default)) return;
  Expression any;
  any.kind = Expression::Kind::Or;
  for (const Partition& partition : table_.partitions)
    if (partition.constraint) any.arguments.push_back(*partition.constraint);
  if (any.arguments.empty()) return;
  try {
    const bool is_whole = table_.kind == 'p' && table_.partition_key.starts_with("HASH");  // leaves for every row
    if (SolveCheck(any, types_, limits) || is_whole) return;
    plan_->rejected_checks.emplace_back("bounds of the partitions");
    for (const Expression& constraint : any.arguments)
      for (const AttributeNumber number : constraint.columns)
        if (ColumnState* state = Find(number); state != nullptr) state->is_judged = true;
  } catch (const Error& error) {
    throw Error(sqlstate::kInvalidParameterValue,
                "cannot generate rows for table \"" + table_.name + "\": no partition accepts its CHECK constraints",
                "PARTITION BY " + table_.partition_key + ". " + error.report().detail,
                "Create a partition for rows that satisfy the CHECK constraints.");
  }
}

// True if all values that a sequence gives to this run's rows lie within the column's limits.
bool PlanBuilder::SequenceFits(const ColumnState& state) const {
  const ValueLimits& limits = state.limits.limits;
  if (limits.has_allowed || !limits.excluded.empty() || limits.periodic != nullptr || limits.max_decimals) return false;
  if (limits.intervals.empty() || rows_ == 0) return true;
  std::string first;
  std::string last;
  const ColumnRule* rule = RuleOf(state);
  const std::uint64_t start = rule != nullptr && rule->sequence ? facts_.first_ordinal : 0;
  state.values->AppendText(start, first);
  state.values->AppendText(start + rows_ - 1, last);
  const auto contains = [&](const ValueInterval& interval, const std::string& text) {
    const int above = interval.lower ? CompareValues(text, *interval.lower, state.base) : 1;
    const int below = interval.upper ? CompareValues(*interval.upper, text, state.base) : 1;
    return (above > 0 || (above == 0 && interval.lower_inclusive)) &&
           (below > 0 || (below == 0 && interval.upper_inclusive));
  };
  return std::ranges::any_of(limits.intervals, [&](const ValueInterval& interval) {
    return contains(interval, first) && contains(interval, last);
  });
}

// A column called "id" that no key or sequence decides still tells rows apart: it takes the row's number, from 1.
bool PlanBuilder::NumberRows(ColumnState& state) {
  if (state.column->name != "id" || state.is_judged || RuleOf(state) != nullptr || !IsInteger(*state.base.type) ||
      !state.limits.limits.IsUnlimited())
    return false;
  const std::uint64_t size = facts_.first_ordinal + rows_ + 1;
  if (state.base.type->name == "int2" ? size > 32767 : state.base.type->name == "int4" && size > 2147483647)
    return false;
  state.role = ColumnRole::Sequential;
  state.lane = AddSource(MakeSequentialSource(0));
  state.values = MakeSequenceValueSet(*state.base.type, 1, 1, size);
  state.generator = "the row's number, from 1";
  state.reason = "column name";
  return true;
}

void PlanBuilder::PlaceRest() {
  for (auto& [number, state] : columns_) {
    if (state.role != ColumnRole::Undecided) continue;
    if (state.limits.always_null) {
      state.role = ColumnRole::AlwaysNull;
      state.generator = "NULL";
      state.reason = state.limits.contradiction.empty() ? "a CHECK constraint asks for it"
                                                        : "no value satisfies all of its CHECK constraints";
      continue;
    }
    if (NumberRows(state)) continue;
    state.values = MakeValues(state, false);
    if (state.values == nullptr) {
      if (!state.column->default_text.empty()) {
        LeaveToDefault(state);
        state.reason = "no generator for the type";
        continue;
      }
      if (!state.column->not_null) {
        state.role = ColumnRole::AlwaysNull;
        state.generator = "NULL";
        state.reason = "no generator for the type";
        continue;
      }
      throw Error(sqlstate::kFeatureNotSupported,
                  "column \"" + state.column->name + "\" of table \"" + table_.name + "\" has a type without generator",
                  "The type is " + state.column->type->schema + "." + state.column->type->name + ".",
                  "Give the column a default, or let it be NULL.");
    }
    state.role = ColumnRole::Free;
    DrawByRule(state);
    if (state.lane < 0) state.lane = AddSource(MakeUniformSource(KeyFor(state.column->name), state.values->Size()));
    const bool has_rule = RuleOf(state) != nullptr && RuleOf(state)->DecidesValues();
    if (facts_.looked_up.contains(number) && !has_rule) PutDemandFirst(state, FindDemand(state));
    AddEdges(state, true);
  }
}

void PlanBuilder::PlaceNulls() {
  for (auto& [place, state] : columns_) {
    const AttributeNumber number = place;  // for the lambda: clang captures no structured bindings before version 16
    if (state.role != ColumnRole::Free && state.role != ColumnRole::KeyPart) continue;
    if (state.column->not_null || state.limits.not_null || state.column->type->not_null || state.null_lane >= 0)
      continue;
    if (state.values == nullptr || state.is_referred_to) continue;
    if (std::ranges::any_of(table_.unique_keys, [&](const UniqueKey& key) {
          return (key.is_primary || key.nulls_not_distinct) && std::ranges::count(key.columns, number) > 0;
        }))
      continue;
    const double probability = NullShare(state, options_.null_probability);
    if (probability <= 0) continue;
    state.null_below = NullThreshold(probability);
    state.null_is_usual = true;
    state.null_lane = AddSource(MakeNullWordSource(KeyFor(state.column->name + " IS NULL"), std::nullopt));
  }
}

ValueSetPointer PlanBuilder::KeepPool(ColumnState& state) const {
  state.generator += ", " + std::to_string(state.pool.size()) + " of them made once";
  return MakePooledValueSet(state.values, state.pool, facts_.cache);
}

void PlanBuilder::MovePlan() {
  for (auto& [number, state] : columns_) {
    if (state.role == ColumnRole::Generated || state.role == ColumnRole::ServerDefault) continue;
    if (state.repeats && state.values != nullptr) plan_->repeated_columns.push_back(number);
    ValueSetPointer values = state.pool.empty() || state.has_edges ? state.values : KeepPool(state);
    plan_->columns.push_back({number, state.lane, std::move(values), state.null_lane, state.null_below, {}});
  }
}

void PlanBuilder::AddLine(std::string object, std::string name, std::string kind, std::string method,
                          std::string detail) {
  plan_->lines.push_back({std::move(object), std::move(name), std::move(kind), std::move(method), std::move(detail)});
}

std::unique_ptr<Plan> BuildPlan(const Table& table, std::uint64_t rows, const PlanOptions& options,
                                const TargetFacts& facts) {
  return PlanBuilder(table, rows, options, facts).Build();
}

FactRequests FindFactRequests(const Table& table) {
  FactRequests requests;
  for (std::size_t place = 0; place < table.foreign_keys.size(); ++place) requests.foreign_keys.push_back(place);
  for (const Column& column : table.columns) {
    if (column.is_generated || !column.may_insert) continue;
    if (column.identity == '\0' && IsDecidedByReference(table, column.number)) continue;
    if (!IsInteger(*UnwrapDomains(*column.type, column.type_modifier).type)) continue;
    if (TakesSequence(table, column)) requests.sequences.push_back(column.number);
    if (IsKeyByItself(table, column.number)) requests.maxima.push_back(column.number);
  }
  return requests;
}

}  // namespace dbmocker
