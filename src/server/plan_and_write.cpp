// See plan_and_write.h. Rows that go through the executor may be refused by triggers, row security or checks at the end
// of the statement. What the error says is learnt from: a parent that a trigger has inserted already is left to it.
// What one statement cannot do is done again row by row, with rows that are refused drawn again.
// Read first: PlanAndWrite.
#include "server/plan_and_write.h"

#include <algorithm>
#include <cstring>

#include "dbmocker/error.h"
#include "server/agree_references.h"
#include "server/boundary.h"
#include "server/gather_facts.h"
#include "server/gather_hinted.h"
#include "server/join_lookups.h"
#include "server/missing_parents.h"
#include "server/options_origin.h"
#include "server/read_parents.h"
#include "server/read_rules.h"
#include "server/run_hooks.h"
#include "server/trigger_parents.h"
#include "server/try_call.h"
#include "server/write_run.h"

namespace dbmocker::server {
namespace {

// One value for columns that the caller has fixed, as a CHECK would ask for it.
void FixColumns(Table& table, const RunOptions& options) {
  if (options.hooks == nullptr) return;
  for (const auto& [number, value] : options.hooks->fixed) {
    CheckConstraint check;
    check.name = "value asked for";
    check.check.kind = Expression::Kind::Operator;
    check.check.name = "=";
    check.check.type = "boolean";
    check.check.columns = {number};
    check.check.arguments.resize(2);
    check.check.arguments[0].kind = Expression::Kind::Column;
    check.check.arguments[0].column = number;
    check.check.arguments[0].columns = {number};
    check.check.arguments[1].kind = Expression::Kind::Constant;
    check.check.arguments[1].value = value;
    table.checks.push_back(std::move(check));
    if (const auto column = std::ranges::find(table.columns, number, &Column::number); column != table.columns.end())
      column->sequence.reset();
  }
}

// A column that an INSERT may well leave out: it has a default, and no key tells it from others.
bool MayLeaveToDefault(const Table& table, const Column& column) {
  if (column.default_text.empty() || column.sequence || column.identity != '\0' || column.is_generated) return false;
  return column.may_insert && std::ranges::none_of(table.unique_keys, [&](const UniqueKey& key) {
           return std::ranges::count(key.columns, column.number) > 0;
         });
}

// True if stored rows or other rows of the run can refuse a row that a batch holds: keys of partitions are not looked
// up before, foreign keys that share columns may have no parent in common, and generated columns may be part of one.
bool MayNeedRedraws(const Table& table) {
  if (table.kind == RELKIND_PARTITIONED_TABLE) return true;
  std::vector<AttributeNumber> seen;
  for (const ForeignKey& key : table.foreign_keys)
    for (const AttributeNumber number : key.columns) {
      if (std::ranges::count(seen, number) > 0 || table.FindColumn(number)->is_generated) return true;
      seen.push_back(number);
    }
  return false;
}

// True if rows are judged or completed by expressions, which may raise errors.
bool HasExpressions(const Table& table) {
  return !table.checks.empty() || std::ranges::any_of(table.columns, &Column::is_generated);
}

// True for the planner's errors that parents are missing or that all of them are taken.
bool IsAboutKeys(const TryFault& fault) {
  return std::strcmp(fault.error.sqlstate, sqlstate::kForeignKeyViolation) == 0 ||
         std::strcmp(fault.error.sqlstate, sqlstate::kInvalidParameterValue) == 0;
}

class RunAttempts {
 public:
  RunAttempts(const Table& described, const WriterDecision& decision, const RunOptions& options, const OpenRun& run,
              RunReport& report)
      : described_(described), decision_(decision), options_(options), run_(run), report_(report), rows_(report.rows) {}

  void Write() {
    const bool is_bound = DemandsWriter(options_) || options_.freeze;
    only_catches_ = decision_.writer != Writer::Single &&
                    (is_bound || decision_.writer != Writer::Batch || !MayNeedRedraws(described_));
    const bool may_change = !only_catches_ || (!is_bound && HasExpressions(described_));
    if (decision_.writer != Writer::Single && !may_change) return WriteOnce();
    if (LooksUpFirst()) TryLookups();
    for (;;) {
      TryFault fault;
      told_parent_ = nullptr;
      attempt_started_ = CallServer([] { return GetCurrentTimestamp(); });
      if (TryCall([this] { WriteOnce(); }, &fault)) return;
      Learn(fault);
    }
  }

 private:
  // One plan, carried out in one way.
  void WriteOnce() {
    report_.rows = rows_;
    report_.problem = nullptr;
    options_.trigger_filled = filled_by_trigger_.data();
    options_.trigger_filled_count = static_cast<int>(filled_by_trigger_.size());
    Table table = described_;
    if (options_.hooks != nullptr && options_.hooks->adapt) options_.hooks->adapt(table);
    FixColumns(table, options_);
    for (Column& column : table.columns)
      if (leaves_defaults_ && MayLeaveToDefault(table, column)) column.may_insert = false;
    AddInheritedReferences(table, filled_by_trigger_);
    if (agreement_ == Agreement::LookedUp) JoinLookups(table, filled_by_trigger_);
    if (agreement_ == Agreement::Asked) AddAgreements(table, filled_by_trigger_);
    TargetFacts facts;
    facts.has_rows = run_.has_rows;
    facts.first_ordinal = static_cast<std::uint64_t>(run_.first_row - options_.slice.offset);
    const std::unique_ptr<Plan> plan = PlanWithinKeys(table, facts);
    if (plan == nullptr) return;
    report_.prepared = CallServer([] { return GetCurrentTimestamp(); }) - run_.started;
    const WriterReview review = ReviewWriter(decision_, table, *plan, options_, run_.relation);
    const auto ends_run = [this](const TryFault& fault) {
      told_parent_ = FindTriggerParent(described_, fault, filled_by_trigger_);
      return told_parent_ != nullptr;
    };
    WriteRun({table, *plan, facts, options_, review, run_, statements_, ends_run}, report_);
    CallServer([&] { CloseKeyFiles(facts); });
    if (report_.rows == 0 && GuessForKey() != nullptr)
      throw Error(sqlstate::kForeignKeyViolation, "all parents are taken");
  }

  // With option on_exhausted "cap", as many rows as the unique keys allow; the report says so. nullptr if none.
  std::unique_ptr<Plan> PlanWithinKeys(const Table& table, TargetFacts& facts) {
    while (report_.rows > 0) {
      try {
        return PlanOnce(table, facts);
      } catch (const CapacityError& error) {
        CallServer([&] { CloseKeyFiles(facts); });
        const auto capacity = static_cast<std::int64_t>(std::min<std::uint64_t>(error.capacity(), PG_INT64_MAX));
        if (GuessForKey() != nullptr && !IsWorthCapping(capacity)) throw;
        if (!options_.cap_exhausted || options_.slice.rows > 0 || capacity >= report_.rows) throw;
        report_.rows = capacity;
        NoteProblem(report_, error.what());
      }
    }
    return nullptr;
  }

  // True if as many rows as what triggers look up allows are better than rows drawn without it, most of which they
  // refuse.
  bool IsWorthCapping(std::int64_t capacity) const {
    constexpr std::int64_t kLeastShare = 4;
    return agreement_ == Agreement::LookedUp && (LooksUpFirst() || capacity >= rows_ / kLeastShare);
  }

  // The parent that triggers might insert, where all are taken or none is there; nullptr if that has been tried.
  const ForeignKey* GuessForKey() const {
    if (decision_.writer != Writer::Single || !guessed_.empty()) return nullptr;
    return GuessTriggerParent(described_, filled_by_trigger_);
  }

  // An attempt that has failed leaves the values that it took from sequences to the next one.
  std::unique_ptr<Plan> PlanOnce(const Table& table, TargetFacts& facts) {
    if (options_.slice.rows == 0 && report_.rows <= reserved_rows_) {
      GatherRules(table, options_, facts);
      GatherHinted(table, options_, facts);
      GatherFacts(table, options_, facts);
      facts.sequence_starts = reserved_;
      return PlanFacts(table, report_.rows, options_, facts);
    }
    std::unique_ptr<Plan> plan = PlanRows(table, report_.rows, options_, true, facts);
    reserved_ = facts.sequence_starts;
    reserved_rows_ = report_.rows;
    return plan;
  }

  // Decides what the next attempt does in another way; throws the fault where nothing is left to try.
  void Learn(const TryFault& fault) {
    CallServer([&] {
      elog(DEBUG1, "%s refused after %ld ms: %s: %s", described_.name.c_str(),
           static_cast<long>((GetCurrentTimestamp() - attempt_started_) / 1000), fault.error.message,
           fault.error.detail);
    });
    if (CatchesErrorsNow(fault)) return;
    if (only_catches_) ThrowFault(fault);
    const bool reports_parents = options_.hooks != nullptr && options_.hooks->reports_missing_parents;
    if (reports_parents && statements_ == Statements::OnePerRow && IsMissingParent(described_.oid, fault))
      ThrowFault(fault);
    const bool is_collision = std::strcmp(fault.error.sqlstate, sqlstate::kUniqueViolation) == 0;
    if (is_collision && options_.slice.trusts_keys && decision_.writer != Writer::Single) ThrowFault(fault);
    const bool is_circle = options_.hooks != nullptr && options_.hooks->before_end;  // no row stands by itself
    if (is_circle) {
      const ForeignKey* parent =
          told_parent_ != nullptr ? told_parent_ : FindTriggerParent(described_, fault, filled_by_trigger_);
      if (parent == nullptr) ThrowFault(fault);
      return LeaveToTrigger(*parent);
    }
    if (IsAgreementOn() && (!fault.is_of_server || statements_ == Statements::OnePerRow)) {
      if (agreement_ == Agreement::LookedUp && TryAgreements()) {
        statements_ = Statements::One;
        return;
      }
      agreement_ = Agreement::InVain;
      statements_ = Statements::OnePerRow;
      if (std::strcmp(fault.error.sqlstate, sqlstate::kForeignKeyViolation) == 0) agreed_fault_ = fault;
      return;
    }
    const ForeignKey* guess = fault.is_of_server ? nullptr : GuessForKey();
    if (guess != nullptr && IsAboutKeys(fault)) {
      guessed_ = guess->name;
      LeaveToTrigger(*guess);
      is_key_guessed_ = true;
      return;
    }
    if (is_key_guessed_ && (!fault.is_of_server || guessed_ == fault.constraint)) {
      TakeBackLast();  // no trigger has inserted it
      is_key_guessed_ = false;
      statements_ = Statements::One;
      return;
    }
    if (!MayHelpToRedraw(described_, fault)) ThrowFault(fault);
    if (statements_ == Statements::OnePerRow && MostlyStopsAll(fault)) ThrowFault(first_fault_);
    if (first_fault_.data == nullptr) first_fault_ = fault;
    if (decision_.writer != Writer::Single) {
      decision_ = WriterDecision();
      decision_.reason = "rows that others refuse are drawn again";
      statements_ = Statements::OnePerRow;
      return;
    }
    const ForeignKey* key = told_parent_;
    if (key == nullptr && statements_ == Statements::OnePerRow && LeaveDefaults()) return;
    if (key == nullptr && statements_ == Statements::OnePerRow)
      ThrowFault(agreed_fault_.error.sqlstate[0] != '\0' ? agreed_fault_ : fault);
    if (key == nullptr) key = FindTriggerParent(described_, fault, filled_by_trigger_);
    if (key == nullptr && guessed_.empty()) {
      if (std::strcmp(fault.error.sqlstate, sqlstate::kForeignKeyViolation) == 0)
        key = GuessTriggerParent(described_, filled_by_trigger_);
      if (key != nullptr) guessed_ = key->name;
    } else if (key == nullptr && guessed_ == fault.constraint) {
      TakeBackLast();  // no trigger has inserted it
    }
    if (key != nullptr) LeaveToTrigger(*key);
    if (key == nullptr && agreement_ == Agreement::Unasked && (TryLookups() || TryAgreements())) return;
    statements_ = key != nullptr ? Statements::One : Statements::OnePerRow;
  }

  // Data exceptions may come from the table's own expressions: rows for which these fail are drawn again.
  bool CatchesErrorsNow(const TryFault& fault) {
    const bool is_exception = fault.is_of_server && std::strncmp(fault.error.sqlstate, "22", 2) == 0;
    if (!is_exception || options_.catches_errors || !HasExpressions(described_)) return false;
    options_.catches_errors = true;
    return true;
  }

  // References that triggers want beyond foreign keys, once triggers refuse rows: what they look up, see JoinLookups;
  // then what tables have in common, see AddAgreements.
  enum class Agreement { Unasked, LookedUp, Asked, InVain };

  // The key's parent comes with the row, and with it the other keys to that table whose columns it has, too.
  void LeaveToTrigger(const ForeignKey& key) {
    left_to_trigger_.push_back(filled_by_trigger_.size());
    filled_by_trigger_.push_back(key.constraint_oid);
    for (const ForeignKey& other : described_.foreign_keys) {
      const bool has_names =
          std::ranges::equal(other.columns, other.referenced_names, {},
                             [this](AttributeNumber number) { return described_.FindColumn(number)->name; });
      if (other.referenced_oid == key.referenced_oid && has_names &&
          std::ranges::count(filled_by_trigger_, other.constraint_oid) == 0)
        filled_by_trigger_.push_back(other.constraint_oid);
    }
  }

  void TakeBackLast() {
    filled_by_trigger_.resize(left_to_trigger_.back());
    left_to_trigger_.pop_back();
  }

  // Rows that start as most INSERTs have them: what triggers want of a new row is often what defaults say, as a state.
  // False if that has been tried.
  bool LeaveDefaults() {
    const bool has_defaults = std::ranges::any_of(
        described_.columns, [this](const Column& column) { return MayLeaveToDefault(described_, column); });
    if (leaves_defaults_ || !has_defaults) return false;
    leaves_defaults_ = true;
    agreement_ = Agreement::Unasked;
    statements_ = Statements::One;
    return true;
  }

  bool LooksUpFirst() const { return options_.hooks != nullptr && options_.hooks->looks_up_first; }

  bool IsAgreementOn() const { return agreement_ == Agreement::LookedUp || agreement_ == Agreement::Asked; }

  bool TryLookups() {
    Table table = described_;
    if (!JoinLookups(table, filled_by_trigger_)) return false;
    agreement_ = Agreement::LookedUp;
    return true;
  }

  bool TryAgreements() {
    Table table = described_;
    agreement_ = AddAgreements(table, filled_by_trigger_) ? Agreement::Asked : Agreement::InVain;
    return agreement_ == Agreement::Asked;
  }

  const Table& described_;
  TimestampTz attempt_started_ = 0;
  Agreement agreement_ = Agreement::Unasked;
  bool leaves_defaults_ = false;
  bool only_catches_ = false;  // errors of expressions: the writer and the plan stay as they are
  WriterDecision decision_;
  RunOptions options_;
  const OpenRun& run_;
  RunReport& report_;
  const std::int64_t rows_;
  Statements statements_ = Statements::One;
  std::map<AttributeNumber, std::int64_t> reserved_;  // of sequences: the first of reserved_rows_ values
  std::int64_t reserved_rows_ = 0;
  std::vector<Oid> filled_by_trigger_;  // foreign keys
  std::vector<std::size_t> left_to_trigger_;  // where those of one parent begin
  std::string guessed_;  // name of the last of them, if nothing but a guess speaks for it
  TryFault first_fault_ = {};
  bool is_key_guessed_ = false;  // since parents were missing or taken
  TryFault agreed_fault_ = {};  // a parent that a trigger missed when references agreed: it can be made
  const ForeignKey* told_parent_ = nullptr;  // by the error that has ended an attempt
};

}  // namespace

void PlanAndWrite(const Table& table, const WriterDecision& decision, const RunOptions& options, const OpenRun& run,
                  RunReport& report) {
  RunAttempts(table, decision, options, run, report).Write();
}

}  // namespace dbmocker::server
