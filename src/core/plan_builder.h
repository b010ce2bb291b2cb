// The planner's working state: what is decided of each column so far. Each step below is one concept with a file of its
// own; BuildPlan (build_plan.cpp) runs them in order. Internal to the planner.
// Read first: PlanBuilder::Build.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "case_sources.h"
#include "dbmocker/error.h"
#include "dbmocker/plan.h"
#include "dbmocker/provider.h"
#include "read_key_source.h"
#include "rule.h"
#include "slot_value_set.h"
#include "solve_check.h"

namespace dbmocker {

// Who decides a column's values.
enum class ColumnRole {
  Undecided,
  Generated,  // the server computes it from the row
  ServerDefault,  // left out of the rows: the server's default, or NULL
  AlwaysNull,
  Reference,  // part of a foreign key
  Sequential,  // counts up from a start
  KeyPart,  // a digit of a unique key's permutation, or a unique lane of its own
  Free
};

struct ColumnState {
  const Column* column = nullptr;
  TypeOfColumn base;  // type with domains unwrapped
  ColumnLimits limits;
  std::optional<Meaning> meaning;
  ColumnRole role = ColumnRole::Undecided;
  LaneNumber lane = -1;
  ValueSetPointer values;
  ValueSetPointer
      disjoint;  // values that do not overlap, or lie in units of time of their own, where a key asks for such
  std::uint64_t usual_disjoint = 0;  // so many of them come first
  LaneNumber null_lane = -1;
  std::uint64_t null_below = 0;
  bool null_is_usual = false;  // no key depends on which rows are NULL
  std::size_t foreign_key = 0;  // for Reference: place in Table::foreign_keys
  bool is_judged = false;  // by the server, row by row (a CHECK or bound not solved): may have to be drawn again
  bool is_computed = false;  // by the server, from the row's texts; `values` say which rows are NULL
  bool has_edges = false;  // edge cases come with the probability that its rule gives
  LaneNumber rule_lane = -1;  // the lane by which its rule says how often each value comes
  std::vector<std::string> template_parts;  // generators that its template names, each once
  bool repeats = false;  // values come again on purpose
  std::vector<std::uint64_t> pool;  // indexes that most rows take; kept as values if a hint asks for it
  bool is_referred_to = false;  // by rows of the same run: must not become NULL
  std::string generator;  // words for the plan
  std::string reason;
};

// Columns that CHECK constraints bind together, and the ways in which they may be filled.
struct CheckGroup {
  std::set<AttributeNumber> columns;
  CheckCases cases;
  std::set<int> checks;  // places in PlanBuilder's list of conditions
  LaneNumber case_lane = -1;  // -1: a single case
};

// A CHECK of the table or of a column's domain.
struct Condition {
  std::string name;
  std::string text;
  AttributeNumber domain_column = 0;  // 0: a table's
  const Expression* check = nullptr;
  std::vector<AttributeNumber> columns;
  std::string why_not;  // not empty: left to rejection, for this reason
  bool is_of_trigger = false;  // what a trigger accepts: kept if it can be
};

class PlanBuilder {
 public:
  PlanBuilder(const Table& table, std::uint64_t rows, const PlanOptions& options, const TargetFacts& facts);
  std::unique_ptr<Plan> Build();
  std::vector<ComputedColumn> CheckRules();
  std::vector<UnreadChecks> FindUnread();

 private:
  // build_plan.cpp
  void CreateColumns();
  void ReadPartitions(LimitsByColumn& limits);
  bool NumberRows(ColumnState& state);
  void PlaceRest();
  void PlaceNulls();
  bool SequenceFits(const ColumnState& state) const;
  void MovePlan();
  ValueSetPointer KeepPool(ColumnState& state) const;
  void LeaveToDefault(ColumnState& state);

  // plan_checks.cpp
  void ReadLimits();
  void ListConditions();
  void ListRangeConditions();
  void TakeShapes();
  void ListTriggers();
  void ReadTriggers(std::map<std::size_t, CheckCases>& open);
  CheckCases ReadCondition(std::size_t place) const;
  void AddToBase(std::size_t place, const CheckCases& cases);
  void GroupConditions(const std::map<std::size_t, CheckCases>& open);
  [[noreturn]] void RefuseGroup(const CheckGroup& group, std::size_t place) const;
  void CloseGroup(CheckGroup group, const std::map<std::size_t, CheckCases>& open);
  void TakeLimits();
  void FilterParents();
  bool ReadParents(const ForeignKey& key, ParentKeys& parents);
  void FilterParentsOf(const ForeignKey& key, ParentKeys& parents);
  std::vector<const ColumnLimits*> ChoicesFor(AttributeNumber number) const;
  void NoteResidues(const CheckCase& one);
  std::string NameCondition(const Condition& condition) const;
  [[noreturn]] void RefuseConditions(std::size_t place, const std::string& reason) const;
  void JudgeChecks();
  bool IsKept(const Condition& condition) const;
  bool HasPartialPattern(AttributeNumber number) const;
  bool HasSteps(AttributeNumber number) const;
  template <class Test>
  bool AnyLimits(AttributeNumber number, Test test) const;

  // plan_unread.cpp
  bool MayTry(AttributeNumber number) const;
  void TakeTried();
  bool IsTried(const Condition& condition) const;

  // plan_cases.cpp
  void PlaceCases();
  void PlaceGroup(CheckGroup& group);
  void PruneCases(CheckGroup& group);
  std::optional<CaseDriver> MakeDriver(const CheckGroup& group, AttributeNumber number);
  bool FollowsCase(const ColumnState& state) const;
  void PlaceCaseValues(CheckGroup& group, AttributeNumber number);
  void PlaceCaseNulls(CheckGroup& group, AttributeNumber number);
  void PlaceRelations(CheckGroup& group);
  using Dependencies = std::map<AttributeNumber, std::set<AttributeNumber>>;
  AttributeNumber ChooseTarget(const Relation& relation, const Dependencies& depends) const;
  bool IsKeptByReference(const CheckGroup& group, const Relation& relation) const;
  bool IsKeptBySlots(const Relation& relation) const;
  bool SaysRelation(std::size_t place, const Relation& relation) const;
  void LeaveRelation(const CheckGroup& group, const Relation& relation);
  RelatedColumn DescribeRelated(AttributeNumber number) const;
  void KeepWithinCases(const CheckGroup& group, AttributeNumber number, RelatedTarget& target) const;
  void RelateColumn(CheckGroup& group, AttributeNumber target, const std::vector<RelatedRule>& rules);
  bool MayMove(const ColumnState& state) const;

  // plan_references.cpp
  void PlaceReferences();
  void PlaceReference(std::size_t place);
  bool MayBeNull(AttributeNumber number) const;
  void PlaceSharedReference(std::size_t place);
  bool MatchSharedColumns(std::size_t place);
  const ColumnState* FindEqual(AttributeNumber number, std::size_t place) const;
  bool RestrictLeader(std::size_t place, LaneNumber lane, const std::vector<bool>& has_match);
  void PlaceSelfReferences();
  void PlaceSelfReference(std::size_t place);
  bool ReferToCountedRows(std::size_t place);
  bool ReferToEarlierRows(std::size_t place);
  void ReferToParents(std::size_t place, const ParentKeys& parents);
  IndexSourcePointer MakeOwnRowSource(const ForeignKey& key, LaneNumber key_lane, std::uint64_t first) const;
  void LeaveReferenceNull(std::size_t place, const std::string& why);
  bool ReferenceIsOptional(const ForeignKey& key) const;
  void SetReferenceNulls(std::size_t place, bool first_is_null);
  [[noreturn]] void RefuseEmptyParent(const ForeignKey& key) const;

  // plan_keys.cpp
  void PlaceSequences();
  void PlaceKeys();
  void PlaceKey(const UniqueKey& key);
  bool PlaceSingleColumnKey(const UniqueKey& key, ColumnState& state, bool ignoring_case);
  bool PlaceSequentialKey(ColumnState& state);
  std::vector<std::string> FindDemand(const ColumnState& state) const;
  void PutDemandFirst(ColumnState& state, const std::vector<std::string>& values);
  bool PlaceProviderKey(ColumnState& state, bool ignoring_case);
  bool PlaceGroupKey(ColumnState& state, bool ignoring_case);
  bool PlaceTypeKey(const UniqueKey& key, ColumnState& state, bool ignoring_case);
  void ProbeKey(const UniqueKey& key, const std::string& why);
  void ProbeStored(const UniqueKey& key, const std::set<AttributeNumber>& columns);
  [[noreturn]] void RefuseCapacity(const std::string& key, const std::vector<AttributeNumber>& columns,
                                   std::uint64_t capacity) const;
  std::uint64_t CountUsual(ColumnState& state, std::uint64_t size);
  bool PlaceNamesKey(const UniqueKey& key, const std::set<AttributeNumber>& columns);
  bool LeaveRestNull(const UniqueKey& key, const std::vector<ColumnState*>& states, std::uint64_t capacity);
  void NoteUnique(const std::set<AttributeNumber>& columns, std::uint64_t capacity);

  // plan_key_sources.cpp
  std::vector<KeySource> ReadKey(const UniqueKey& key) const;
  bool PlaceKeySources(const UniqueKey& key, const std::vector<KeySource>& sources);
  void CutMoments(std::vector<KeySource>& sources);
  bool PlaceMember(const UniqueKey& key, const KeySource& source);

  // plan_exclusions.cpp
  void PlaceExclusions();
  bool PlaceExclusion(const ExclusionConstraint& exclusion);
  bool IsPeriodOfParent(const ColumnState& state, const ExclusionConstraint& exclusion) const;
  bool PlaceSlots(const std::string& constraint, ColumnState& state, std::uint64_t needed);
  bool PlaceSlotColumns(const std::string& constraint, std::pair<AttributeNumber, AttributeNumber> columns,
                        std::uint64_t needed);
  bool PlaceDistinct(const UniqueKey& key);

  // plan_composite_keys.cpp
  struct KeyComponent {
    std::vector<ColumnState*> states;
    std::uint64_t size = 1;
    bool is_reference = false;
    bool counts_up = false;  // an integer that may number the rows of one combination of the others
  };
  bool PlaceCompositeKey(const UniqueKey& key, const std::set<AttributeNumber>& columns, bool ignoring_case);
  bool PlaceOneColumnOf(const UniqueKey& key, const std::set<AttributeNumber>& columns, bool ignoring_case,
                        bool of_person);
  std::optional<KeyComponent> FindColumnComponent(ColumnState& state, bool ignoring_case, bool widest);
  std::vector<KeyComponent> FindKeyComponents(const std::set<AttributeNumber>& columns, bool ignoring_case,
                                              bool widest);
  void BindKeyComponents(const UniqueKey& key, const std::vector<KeyComponent>& components);

  // plan_values.cpp
  ValueSetPointer MakeValues(ColumnState& state, bool unique);
  ValueSetPointer MakeTypeValues(ColumnState& state, bool unique);
  ValueSetPointer MakeProvided(const ColumnState& state, GroupKind group);
  LaneNumber LaneOfGroup(const Meaning& meaning, bool unique);
  int LocaleOfGroup(const Meaning& meaning) const;
  int LocaleFor(const ColumnState& state) const;
  [[noreturn]] void RefuseColumn(const ColumnState& state, const Error& why) const;

  // plan_rules.cpp
  const ColumnRule* RuleOf(const ColumnState& state) const;
  void ReadRules();
  void TakeGenerator(ColumnState& state);
  void NarrowByRules();
  void RefuseForbiddenNulls(const ColumnState& state) const;
  void RefuseForbiddenRules() const;
  bool IsDrawnByRule(const ColumnState& state) const;
  static bool FollowsLocale(const ColumnState& state);
  bool ChoosesParents(AttributeNumber number) const;
  void RefuseMissingParents(const ForeignKey& key, const ParentKeys& parents) const;
  IndexSourcePointer WeighParents(const ColumnState& state, const ParentKeys& parents, std::size_t place) const;
  void RefuseImpossibleRule(const ColumnState& state) const;
  void RefuseImpossibleDistribution(const ColumnState& state) const;
  void NarrowColumn(ColumnState& state);
  void PlaceRuleSequences();
  void AddRuleKeys();
  void RefuseUnkeptRuleKeys();
  void SpreadNew(ColumnState& state);
  int UsualPoolSize(const Type& type, std::uint64_t size) const;
  std::optional<DuplicateRule> UsualDuplicates(const Type& type, std::uint64_t size) const;
  void DrawByRule(ColumnState& state);
  void NotePool(ColumnState& state, const DuplicateRule& rule);
  void AddEdges(ColumnState& state, bool with_lane);
  LaneNumber AddParentLane(const ForeignKey& key, const ParentKeys& keys, std::string& shape);
  double NullShare(const ColumnState& state, double usual) const;
  double NullShareOf(const ForeignKey& key) const;
  bool IsOfMeaning(const ColumnState& state);
  void VerifyRules();
  static std::string ListGenerators(const ColumnState& state);
  [[noreturn]] void RefuseRule(const ColumnState& state, const std::string& why, const std::string& fact = "") const;

  // plan_templates.cpp
  bool ComputeByRule(ColumnState& state);
  std::string ExpressionOf(ColumnState& state, const std::string& text);
  std::string TakePart(ColumnState& state, const std::string& generator);
  void PlaceTemplates();

  // plan_search_vectors.cpp
  void PlaceSearchVectors();
  bool HoldsSearchedText(const ColumnState& state, const Column& vector) const;
  std::vector<const Column*> FindSearchedTexts(const Column& vector) const;

  // plan_dependents.cpp
  void PlaceDependents();
  void PlaceDependent(ColumnState& state);
  const ColumnState& DeterminantOf(const ColumnState& state) const;
  void RefuseDependent(const ColumnState& state) const;
  void DrawDependent(ColumnState& state, const ColumnState& determinant);
  void ChooseByValue(ColumnState& state, const ColumnState& determinant);

  // plan_reuse.cpp
  void PlaceReuse();
  std::optional<double> ReuseOf(const ColumnState& state) const;
  std::string FindReuseObstacle(const ColumnState& state) const;
  void LeaveBoundColumns(std::map<AttributeNumber, double>& reused) const;
  void ReuseColumn(ColumnState& state, double probability);

  // plan_report.cpp
  void ReportTable();
  void ReportColumns();
  void ReportConstraints();
  bool IsContradicted(const Condition& condition) const;

  StreamKey KeyFor(const std::string& name) const;
  LaneNumber AddSource(IndexSourcePointer source);
  ColumnState* Find(AttributeNumber number);
  const ColumnState* Find(AttributeNumber number) const;
  void AddLine(std::string object, std::string name, std::string kind, std::string method, std::string detail);

  const Table& table_;
  const std::uint64_t rows_;
  const PlanOptions& options_;
  TargetFacts facts_;  // parents without the keys that CHECK constraints forbid
  ValueContext context_;
  std::unique_ptr<Plan> plan_;
  std::map<AttributeNumber, ColumnState> columns_;
  std::map<AttributeNumber, ColumnRule> rules_;
  std::vector<UniqueKey> rule_keys_;  // of columns that a rule makes unique
  std::map<std::pair<GroupKind, std::string>, LaneNumber> group_lanes_;
  // Lists of places of which every one comes once, e.g. a table of countries: lane and size.
  std::map<std::string, std::pair<LaneNumber, std::uint64_t>> place_lists_;
  std::set<AttributeNumber> case_folded_;  // columns that some key reads through lower() or upper()
  std::map<std::size_t, std::vector<std::uint64_t>> leaders_;  // foreign keys -> parents that suit those that follow
  std::set<std::size_t> followers_;  // foreign keys that draw parents to match another key's
  std::set<AttributeNumber> textless_;  // columns that refer to keys which cannot be read
  std::set<std::size_t> unfiltered_references_;  // foreign keys that may refer to keys that CHECKs forbid
  std::set<std::size_t> key_references_;  // foreign keys whose lane a unique key decides
  std::vector<std::set<AttributeNumber>> unique_column_sets_;  // sets whose values are distinct by construction
  std::map<std::string, std::pair<std::string, std::string>> key_methods_;  // constraint -> method, detail
  TypesByColumn types_;
  CheckCase base_;  // what single limits of columns say
  std::deque<Expression> inlined_;  // CHECKs over generated columns, in terms of what these are generated from
  std::vector<Condition> conditions_;
  std::vector<CheckGroup> groups_;
  // By column: the parts of its value set that each case of its group takes, and the size of the set without them.
  std::map<AttributeNumber, std::pair<std::vector<CaseChoice>, std::uint64_t>> case_parts_;
  std::map<std::string, std::pair<std::string, std::string>> reference_methods_;
  // Columns that are the bounds of ranges which do not overlap, and how far apart they are, in positions.
  struct SlotColumns {
    AttributeNumber lower = 0;
    AttributeNumber upper = 0;
    std::int64_t shortest = 0;
    std::int64_t longest = 0;
  };
  std::vector<SlotColumns> slot_columns_;
};

// 64-bit words for ColumnPlan::null_lane; the words of `null_ordinal`, if given, and of the rows from `null_from` on
// always ask for NULL.
IndexSourcePointer MakeNullWordSource(StreamKey key, std::optional<std::uint64_t> null_ordinal,
                                      std::uint64_t null_from = ~std::uint64_t{0});

// ColumnPlan::null_below for a probability of 0 … 1.
std::uint64_t NullThreshold(double probability);

// The share of NULLs that a nullable column gets, if `usual` is that of columns without a meaning.
double NullProbability(const ColumnState& state, double usual);

// The type text; citext and the texts of templates are made as text.
const Type& TextType();

// True for int2, int4 and int8.
bool IsInteger(const Type& type);

}  // namespace dbmocker
