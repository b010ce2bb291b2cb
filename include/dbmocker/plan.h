// The plan: schema + rules + row count + seed, compiled to one generator per column. BuildPlan decides, Plan::Fill
// generates; neither calls the server. What the plan needs to know of stored data comes as TargetFacts, asked for by
// FindFactRequests.
// Read first: BuildPlan, then Plan.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dbmocker/batch.h"
#include "dbmocker/hint.h"
#include "dbmocker/index_source.h"
#include "dbmocker/schema.h"
#include "dbmocker/value_cache.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

// Values repeated on purpose in all columns that nothing keeps distinct and no rule decides.
struct DuplicateOptions {
  std::string strategy;  // as rules name it: "smart_duplicates" …
  double probability = 0.3;
  int small_pool = 5;
  int medium_pool = 25;
  int large_pool = 100;
  double reuse_probability = 0.3;  // "fast_data_reuse"
  double small_share = 0.6;  // "smart_duplicates": of values from the small pool, and from the medium one
  double medium_share = 0.3;
};

struct PlanOptions {
  std::int64_t seed = 0;
  std::int64_t reference_time = 0;  // microseconds since 2000-01-01 00:00 UTC
  // The start of the day on which the server evaluates now(), as reference_time; nullopt: that of reference_time.
  std::optional<std::int64_t> present_day;
  bool follows_clock = false;  // rows happen at the reference time: see ValueContext
  double null_probability = 0.1;  // of nullable columns that nothing else decides, 0 … 1
  std::vector<std::size_t> trigger_filled;  // places in Table::foreign_keys whose parents come with the row
  std::optional<DuplicateOptions> duplicates;
  int locale = 0;  // see ValueContext
  Hints hints = {};
};

// ----------------------------------------------------------------------------------------------------------- facts

// What the plan wants to know of stored data before it can be built.
struct FactRequests {
  std::vector<AttributeNumber> sequences;  // columns whose sequence must hand out `rows` values
  std::vector<AttributeNumber> maxima;  // integer columns of which the largest stored value is wanted
  std::vector<std::size_t> foreign_keys;  // places in Table::foreign_keys of which the parents' keys are wanted
};

// The keys of a foreign key's existing parents: one value set per column of the key, all of size `count`.
struct ParentKeys {
  std::uint64_t count = 0;
  std::vector<ValueSetPointer> columns;
  std::optional<std::int64_t> dense_first;  // the keys are dense_first … dense_first + count - 1
  bool is_filtered = false;  // CHECKs on the referring columns leave some parents out
  std::string description;  // "dense range 1 … 1000", "1000 keys, 8 kB"
};

// What a user says of one column, as JSON (src/core/rule.h) with every value in its type's output syntax.
struct RuleText {
  std::string json;
  std::string origin;  // "rule", "rule of the call"
};

// Rows of the target that a run may repeat: values in their types' output syntax by column, all columns of one length.
using RowSample = std::map<AttributeNumber, std::vector<std::optional<std::string>>>;

struct TargetFacts {
  bool has_rows = false;  // the target holds rows already
  std::uint64_t first_ordinal = 0;  // ordinal of the first row of this run
  std::map<AttributeNumber, std::int64_t> sequence_starts;  // first value that the run may use
  std::map<AttributeNumber, std::optional<std::int64_t>> maxima;
  std::map<std::size_t, ParentKeys> parents;  // by place in Table::foreign_keys
  std::map<AttributeNumber, std::vector<std::string>> looked_up;  // texts that functions look rows up by
  std::map<AttributeNumber, std::vector<std::string>> tried;  // values that pass the CHECKs of FindUnreadChecks
  std::map<AttributeNumber, RuleText> rules;
  RowSample sample;
  std::vector<std::int64_t> sample_places;  // where the sampled rows are stored, for the parts of a longer run
  std::map<AttributeNumber, std::string> shapes;  // regular expressions that all stored values match
  std::shared_ptr<ValueCache> cache;  // of stored keys and pools; nullptr: none
};

FactRequests FindFactRequests(const Table& table);

// CHECKs on a single column that cannot be read. Where next to none of `draws` passes them, what passes of `candidates`
// and of the draws is wanted as TargetFacts::tried.
struct UnreadChecks {
  AttributeNumber column = 0;
  std::vector<std::string> names;  // of the table's CHECKs; those of a domain are left to the type's input function
  std::vector<std::string> draws;  // values as they would be drawn, in the type's input syntax
  std::vector<std::string> candidates;  // distinct; some may be no values of the type
};

// ------------------------------------------------------------------------------------------------------------ plan

// How a constraint is kept.
enum class ConstraintMethod {
  Construction,  // every row satisfies it by the way it is generated
  Rejection,  // rows that fail are drawn again, the server's evaluator decides
  Probing,  // conflicts with stored rows are looked up in the index and drawn again
  Server,  // the server computes or enforces it (generated columns, triggers)
};

struct PlanLine {
  std::string object;  // "column", "constraint", "table"
  std::string name;
  std::string kind;  // a column's type; "CHECK", "UNIQUE", "FOREIGN KEY" …
  std::string method;  // generator or ConstraintMethod in words
  std::string detail;
};

// One of the texts that a template is made of besides the row's columns.
struct TemplatePart {
  LaneNumber lane = -1;
  ValueSetPointer values;  // texts
};

struct ColumnPlan {
  AttributeNumber column = 0;
  LaneNumber lane = -1;
  ValueSetPointer values;  // nullptr: always NULL
  LaneNumber null_lane = -1;  // uniform 64-bit words; -1 = never NULL
  std::uint64_t null_below = 0;  // NULL where the word is below it
  std::vector<TemplatePart> parts;  // not empty: the parts' texts, each followed by kPartEnd, in place of `values`

  static constexpr char kPartEnd = '\x1f';
};

// A column that the server computes from the others of its row, by a rule.
struct ComputedColumn {
  AttributeNumber column = 0;
  std::string expression;  // SQL
  bool reads_itself = false;  // the column's own value are the parts of a template
};

class Plan {
 public:
  // How a row whose unique values must be replaced gets another position: position + attempt * kPositionStride, if the
  // lanes have room for it (HasStride), else the next of the spare positions behind the run's own,
  // whole_first + whole_rows … whole_first + key_capacity.
  static constexpr std::uint64_t kPositionStride = std::uint64_t{1} << 32;
  bool HasStride() const {
    return key_capacity == 0 || (key_capacity >= kPositionStride << 8 && whole_first + whole_rows <= kPositionStride);
  }

  // Generates the rows into `batch` (one buffer per attribute number, dropped and server-computed ones all null).
  // A pure function of the plan and the rows. Throws std::bad_alloc.
  void Fill(const RowSet& rows, Batch& batch) const;

  // The rows to make: those that the plan was built for (`whole_`), or a part of them. What a row holds depends on the
  // whole alone.
  std::uint64_t first_ordinal = 0;
  std::uint64_t rows = 0;
  std::uint64_t whole_first = 0;
  std::uint64_t whole_rows = 0;
  AttributeNumber attribute_count = 0;
  std::vector<IndexSourcePointer> sources;  // lanes, in an order in which each reads earlier ones only
  std::vector<ColumnPlan> columns;  // those that the plan generates
  std::vector<ComputedColumn> computed_columns;
  std::vector<AttributeNumber> server_columns;  // those left to the server's default
  std::vector<std::string> probed_keys;  // names of unique keys that stored rows can collide with
  std::vector<std::string> checked_keys;  // names of unique and exclusion constraints that only the index can keep
  std::vector<std::string> rejected_checks;  // names of CHECKs, domains' CHECKs and bounds that rows may fail
  std::uint64_t key_capacity = 0;  // positions that the smallest unique lane has; 0 if no key takes positions
  std::vector<AttributeNumber> repeated_columns;  // whose values are repeated on purpose
  std::vector<std::size_t> same_table_references;  // places in Table::foreign_keys that refer to rows of this run
  std::vector<PlanLine> lines;  // what is done and why, for plan()
};

// The values that `column` is going to have in the plan's rows, by row; nullptr if the plan does not make them or may
// leave them NULL.
ValueSetPointer MakePlannedKeys(std::shared_ptr<const Plan> plan, AttributeNumber column);

// Compiles the plan. Throws Error: 22023 where more rows are asked for than a key's values allow, where limits are
// contradictory, where a parent table is empty; 0A000 where a column's type has no generator.
std::unique_ptr<Plan> BuildPlan(const Table& table, std::uint64_t rows, const PlanOptions& options,
                                const TargetFacts& facts);

// Of columns that nothing but their type and CHECKs decides. Empty where the CHECKs contradict each other.
std::vector<UnreadChecks> FindUnreadChecks(const Table& table, const PlanOptions& options, const TargetFacts& facts);

// Throws Error 22023 where a rule of `facts` is wrong or contradicts the table's constraints, as far as that can be
// told without stored data. Returns the columns that rules compute: what is wrong in SQL only the server can tell.
std::vector<ComputedColumn> CheckRules(const Table& table, const PlanOptions& options, const TargetFacts& facts);

}  // namespace dbmocker
