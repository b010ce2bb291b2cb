// The planner's working state: what is decided of each column so far. Each step below is one concept with a file of its
// own; BuildPlan (build_plan.cpp) runs them in order. Internal to the planner.
// Read first: PlanBuilder::Build.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dbmocker/error.h"
#include "dbmocker/plan.h"
#include "dbmocker/provider.h"
#include "rule.h"
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
  LaneNumber null_lane = -1;
  std::uint64_t null_below = 0;
  std::size_t foreign_key = 0;  // for Reference: place in Table::foreign_keys
  bool is_judged = false;  // by the server, row by row (a CHECK or bound not solved): may have to be drawn again
  bool has_edges = false;  // edge cases come with the probability that its rule gives
  LaneNumber rule_lane = -1;  // the lane by which its rule says how often each value comes
  bool is_referred_to = false;  // by rows of the same run: must not become NULL
  std::string generator;  // words for the plan
  std::string reason;
};

class PlanBuilder {
 public:
  PlanBuilder(const Table& table, std::uint64_t rows, const PlanOptions& options, const TargetFacts& facts);
  std::unique_ptr<Plan> Build();
  std::vector<ComputedColumn> CheckRules();

 private:
  // build_plan.cpp
  void CreateColumns();
  void ReadLimits();
  void ReadDomains(ColumnState& state, const ColumnLimits* of_checks);
  void ReadPartitions(const TypesByColumn& types, LimitsByColumn& limits);
  bool NumberRows(ColumnState& state);
  void PlaceRest();
  void PlaceNulls();
  bool SequenceFits(const ColumnState& state) const;
  void JudgeChecks();
  void MovePlan();
  void LeaveToDefault(ColumnState& state);

  // plan_references.cpp
  void PlaceReferences();
  void PlaceReference(std::size_t place);
  bool MayBeNull(AttributeNumber number) const;
  void PlaceSharedReference(std::size_t place);
  bool MatchSharedColumns(std::size_t place);
  void PlaceSelfReferences();
  void PlaceSelfReference(std::size_t place);
  bool ReferToCountedRows(std::size_t place);
  bool ReferToEarlierRows(std::size_t place);
  void ReferToParents(std::size_t place, const ParentKeys& parents);
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
  bool PlaceProviderKey(ColumnState& state, bool ignoring_case);
  bool PlaceGroupKey(ColumnState& state, bool ignoring_case);
  bool PlaceTypeKey(const UniqueKey& key, ColumnState& state, bool ignoring_case);
  void ProbeKey(const UniqueKey& key, const std::string& why);
  [[noreturn]] void RefuseCapacity(const std::string& key, const std::vector<AttributeNumber>& columns,
                                   std::uint64_t capacity) const;
  std::uint64_t CountUsual(ColumnState& state, std::uint64_t size);
  bool PlaceNamesKey(const UniqueKey& key, const std::set<AttributeNumber>& columns);
  bool LeaveRestNull(const UniqueKey& key, const std::vector<ColumnState*>& states, std::uint64_t capacity);
  void NoteUnique(const std::set<AttributeNumber>& columns, std::uint64_t capacity);

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
  [[noreturn]] void RefuseColumn(const ColumnState& state, const Error& why) const;

  // plan_rules.cpp
  const ColumnRule* RuleOf(const ColumnState& state) const;
  void ReadRules();
  void TakeGenerator(ColumnState& state);
  bool ComputeByRule(ColumnState& state);
  std::string ExpressionOf(const ColumnState& state, const std::string& text) const;
  void NarrowByRules();
  void RefuseImpossibleRule(const ColumnState& state) const;
  void RefuseImpossibleDistribution(const ColumnState& state) const;
  void NarrowColumn(ColumnState& state);
  void PlaceRuleSequences();
  void AddRuleKeys();
  void RefuseUnkeptRuleKeys();
  void SpreadNew(ColumnState& state);
  std::optional<DuplicateRule> UsualDuplicates(const Type& type, std::uint64_t size) const;
  void DrawByRule(ColumnState& state);
  void AddEdges(ColumnState& state, bool with_lane);
  LaneNumber AddParentLane(const ForeignKey& key, std::uint64_t parents, std::string& shape);
  double NullShare(const ColumnState& state, double usual) const;
  double NullShareOf(const ForeignKey& key) const;
  bool IsOfMeaning(const ColumnState& state);
  void VerifyRules();
  static std::string ListGenerators(const ColumnState& state);
  [[noreturn]] void RefuseRule(const ColumnState& state, const std::string& why, const std::string& fact = "") const;

  // plan_report.cpp
  void ReportTable();
  void ReportColumns();
  void ReportConstraints();

  StreamKey KeyFor(const std::string& name) const;
  LaneNumber AddSource(IndexSourcePointer source);
  ColumnState* Find(AttributeNumber number);
  const ColumnState* Find(AttributeNumber number) const;
  void AddLine(std::string object, std::string name, std::string kind, std::string method, std::string detail);

  const Table& table_;
  const std::uint64_t rows_;
  const PlanOptions& options_;
  const TargetFacts& facts_;
  ValueContext context_;
  std::unique_ptr<Plan> plan_;
  std::map<AttributeNumber, ColumnState> columns_;
  std::map<AttributeNumber, ColumnRule> rules_;
  std::vector<UniqueKey> rule_keys_;  // of columns that a rule makes unique
  std::map<std::pair<GroupKind, std::string>, LaneNumber> group_lanes_;
  // Lists of places of which every one comes once, e.g. a table of countries: lane and size.
  std::map<std::string, std::pair<LaneNumber, std::uint64_t>> place_lists_;
  std::set<AttributeNumber> case_folded_;  // columns that some key reads through lower() or upper()
  std::set<std::size_t> key_references_;  // foreign keys whose lane a unique key decides
  std::vector<std::set<AttributeNumber>> unique_column_sets_;  // sets whose values are distinct by construction
  std::map<std::string, std::pair<std::string, std::string>> key_methods_;  // constraint -> method, detail
  std::map<std::string, std::pair<std::string, std::string>> check_methods_;
  std::map<std::string, std::pair<std::string, std::string>> reference_methods_;
};

// The column behind an index key's expression lower(column) or upper(column); 0 if it is something else.
AttributeNumber CaseFoldedColumn(const Expression& expression);

// 64-bit words for ColumnPlan::null_lane; the words of `null_ordinal`, if given, and of the rows from `null_from` on
// always ask for NULL.
IndexSourcePointer MakeNullWordSource(StreamKey key, std::optional<std::uint64_t> null_ordinal,
                                      std::uint64_t null_from = ~std::uint64_t{0});

// ColumnPlan::null_below for a probability of 0 … 1.
std::uint64_t NullThreshold(double probability);

// The share of NULLs that a nullable column gets, if `usual` is that of columns without a meaning.
double NullProbability(const ColumnState& state, double usual);

// True for int2, int4 and int8.
bool IsInteger(const Type& type);

}  // namespace dbmocker
