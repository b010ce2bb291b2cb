// Rows that failed a constraint are drawn again, group by group: all failed rows at attempt 1, what is left of them at
// attempt 2, and so on. Where a small unique key has no room for a stride per attempt, rows are redrawn one by one, in
// order, so that the spare positions they take do not depend on the batch size. The same holds for rows that are left
// out since a key has no value left: which ones they are depends on the rows before them only.
// Read first: RowProducer::CheckBatch, then RedrawGroup.
#include <algorithm>
#include <cstring>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/produce_rows.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr char kRefused[] = "a trigger";  // the reason of RedrawRow

}  // namespace

// Checks the batch, redraws what fails, and returns how many rows are left.
int RowProducer::CheckBatch(int rows) {
  std::vector<int> failed(static_cast<std::size_t>(rows));
  std::vector<const char*> reasons(failed.size());
  const int failures = CallServer([&] { return ConvertBatch(rows, failed.data(), reasons.data()); });
  has_made_ |= failures < rows;
  if (failures > 0) {
    failed.resize(static_cast<std::size_t>(failures));
    reasons.resize(failed.size());
    for (int i = 0; i < failures; ++i) rejections_[reasons[static_cast<std::size_t>(i)]]++;
    RedrawFailed(failed, reasons);
  }
  return dropped_.empty() ? rows : DropRows(rows);
}

bool RowProducer::RedrawRow(int row) {
  ++redrawn_rows_;
  last_attempt_ = attempts_[static_cast<std::size_t>(row)];
  RedrawGroup({row}, {kRefused});
  const bool is_made = dropped_.empty();
  dropped_.clear();
  return is_made;
}

void RowProducer::RedrawFailed(const std::vector<int>& failed, const std::vector<const char*>& reasons) {
  redrawn_rows_ += failed.size();
  if (plan_.HasStride()) return RedrawGroup(failed, reasons);
  for (std::size_t i = 0; i < failed.size(); ++i) {
    last_attempt_ = 0;
    RedrawGroup({failed[i]}, {reasons[i]});
  }
}

// Closes the gaps that dropped rows leave in the slots. After many such rows in turn no more are tried; nor after the
// first one where later rows may refer to it.
int RowProducer::DropRows(int rows) {
  constexpr std::uint64_t kHopeless = 100;
  int kept = 0;
  for (int row = 0; row < rows && !is_hopeless_; ++row) {
    if (std::ranges::count(dropped_, row) == 0) {
      ordinals_[static_cast<std::size_t>(kept)] = ordinals_[static_cast<std::size_t>(row)];
      attempts_[static_cast<std::size_t>(kept)] = attempts_[static_cast<std::size_t>(row)];
      std::swap(slots_[kept++], slots_[row]);
      dropped_in_turn_ = 0;
    } else {
      is_hopeless_ = ++dropped_in_turn_ >= kHopeless || !plan_.same_table_references.empty();
    }
  }
  dropped_rows_ += static_cast<std::uint64_t>(rows - kept);
  dropped_.clear();
  return kept;
}

// True if the row is to be left out since a key has no value for it.
bool RowProducer::MayDrop(const char* reason) {
  const bool is_key =
      std::ranges::any_of(arbiters_, [&](const ServerCheck& key) { return std::strcmp(key.name, reason) == 0; });
  if (settings_.keep_keys) return false;
  if (!is_key && MayDropFailed(reason)) return true;
  if (!settings_.drop_exhausted) return false;
  if (is_key) {
    exhausted_key_ = reason;
    return true;
  }
  // A CHECK over the columns of a key, all of whose combinations are in use or fail it.
  const auto check = std::ranges::find(table_.checks, std::string(reason), &CheckConstraint::name);
  if (!lacks_positions_ || check == table_.checks.end() || check->check.columns.empty()) return false;
  for (const UniqueKey& key : table_.unique_keys) {
    const bool holds_all = std::ranges::all_of(
        check->check.columns, [&](AttributeNumber number) { return std::ranges::count(key.columns, number) > 0; });
    if (!holds_all) continue;
    exhausted_key_ = key.name;
    return true;
  }
  return false;
}

// The run ends as without this where no row at all passes.
bool RowProducer::MayDropFailed(const char* reason) {
  constexpr int kMostAtFirst = 3;
  if (!settings_.drop_failed || std::strcmp(reason, kRefused) == 0) return false;
  ++failed_rows_;
  if (!has_made_ && failed_rows_ >= kMostAtFirst) return false;
  failed_check_ = reason;
  return true;
}

void RowProducer::DropOrFail(int row, const char* reason, int draws) {
  if (!MayDrop(reason)) FailRow(ordinals_[static_cast<std::size_t>(row)], reason, draws);
  dropped_.push_back(row);
}

// Rows that others of the run may refer to keep their keys, unless the keys are at fault or nothing else has helped.
// So do rows that must not depend on the order in which they are made. Where positions are few, rows keep theirs three
// times of four: what is at fault is mostly something else.
bool RowProducer::KeepsPosition(const char* reason, int attempt) const {
  if (!may_move_ && reason != kRefused) return true;
  const auto is_key = [&](const std::vector<std::string>& names) { return std::ranges::count(names, reason) > 0; };
  if (is_key(plan_.probed_keys) || is_key(plan_.checked_keys)) return false;
  const bool is_referred_to = settings_.keep_keys || !plan_.same_table_references.empty();
  return is_referred_to ? attempt <= settings_.max_attempts / 2 : !plan_.HasStride() && attempt % 4 != 0;
}

// Where the row's unique values are taken from. False if none is left for it.
bool RowProducer::ChoosePosition(int row, const char* reason, int attempt, std::uint64_t* position) {
  const std::uint64_t ordinal = ordinals_[static_cast<std::size_t>(row)];
  *position = ordinal;
  if (KeepsPosition(reason, attempt)) return true;
  if (plan_.HasStride()) {
    *position += static_cast<std::uint64_t>(attempt) * Plan::kPositionStride;
    return true;
  }
  const std::uint64_t whole = plan_.whole_rows;
  const std::uint64_t end = plan_.key_capacity > whole ? plan_.key_capacity - whole : 0;
  const bool is_left = spare_ < end;
  if (is_left) *position = plan_.whole_first + whole + spare_;
  spare_++;
  lacks_positions_ |= !is_left;
  // Without a position of its own such a row gets the same key again.
  return is_left || attempt == 1 || std::ranges::count(plan_.probed_keys, reason) == 0;
}

// Fills the rows' slots from the scratch batch; reasons: nullptr for those that are right. The others' slots are empty,
// and nothing stays of them in memory but a reason that is not that of the draw before.
void RowProducer::ConvertDrawn(const std::vector<int>& rows, std::vector<const char*>& reasons) {
  CallServer([&] {
    const int level = computer_ != nullptr ? EnterCatalogSettings() : 0;
    row_context_ = draw_context_;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      TupleTableSlot* slot = slots_[rows[i]];
      const char* reason = TryRow(scratch_, i, slot);
      if (reason == nullptr) {
        KeepRow(slot);
        reasons[i] = nullptr;
      } else {
        if (std::strcmp(reason, reasons[i]) != 0) reasons[i] = MemoryContextStrdup(batch_context_, reason);
        ExecClearTuple(slot);
      }
      MemoryContextReset(draw_context_);
    }
    row_context_ = batch_context_;
    if (computer_ != nullptr) LeaveCatalogSettings(level);
    CHECK_FOR_INTERRUPTS();
  });
}

void RowProducer::RedrawGroup(std::vector<int> rows, std::vector<const char*> reasons, int draws) {
  constexpr int kMostInVain = 50;
  constexpr int kMostBeforeDropping = 200;
  const int most =
      settings_.drop_failed ? std::min(settings_.max_attempts, kMostBeforeDropping) : settings_.max_attempts;
  const std::size_t asked = rows.size();
  std::vector<std::uint64_t> ordinals, positions;
  while (!rows.empty()) {
    if (draws == kMostInVain && rows.size() == asked && asked > 1 && plan_.HasStride()) {
      // No draw of any row has passed: one row tells whether more draws help.
      const int attempt = last_attempt_;
      RedrawGroup({rows.front()}, {reasons.front()}, draws);
      last_attempt_ = attempt;
      rows.erase(rows.begin());
      reasons.erase(reasons.begin());
    }
    const int attempt = ++last_attempt_;
    if (draws >= most) {
      DropOrFail(rows.front(), reasons.front(), attempt);
      rows.erase(rows.begin());
      reasons.erase(reasons.begin());
      continue;
    }
    ordinals.clear();
    positions.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ordinals.push_back(ordinals_[static_cast<std::size_t>(rows[i])]);
      attempts_[static_cast<std::size_t>(rows[i])] = attempt;
      // Where positions can run out, rows go one by one.
      if (!ChoosePosition(rows[i], reasons[i], attempt, &positions[i])) return DropOrFail(rows[i], reasons[i], attempt);
    }
    plan_.Fill(RowSet{ordinals, positions, static_cast<std::uint32_t>(attempt)}, scratch_);
    ConvertDrawn(rows, reasons);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (reasons[i] == nullptr) continue;
      rejections_[reasons[i]]++;
      reasons[kept] = reasons[i];
      rows[kept++] = rows[i];
    }
    has_made_ |= kept < rows.size();
    rows.resize(kept);
    reasons.resize(kept);
    draws = !rows.empty() && IsTakenPosition(reasons.front()) ? 1 : draws + 1;
  }
}

// A spare position that an earlier run has used up: passed over however many there are, since they end.
bool RowProducer::IsTakenPosition(const char* reason) const {
  return !plan_.HasStride() && std::ranges::count(plan_.probed_keys, reason) > 0;
}

void RowProducer::FailRow(std::uint64_t ordinal, const char* constraint, int draws) const {
  const bool is_key =
      std::ranges::any_of(arbiters_, [&](const ServerCheck& key) { return std::strcmp(key.name, constraint) == 0; });
  std::string text;
  for (const CheckConstraint& check : table_.checks)
    if (check.name == constraint) text = " failed " + check.text;
  for (const UniqueKey& key : table_.unique_keys)
    if (key.name == constraint)
      text = " had a value of (" + JoinColumnNames(table_, key.columns) + ") that is stored already";
  if (text.empty()) text = " failed";
  throw Error(
      is_key ? sqlstate::kUniqueViolation : sqlstate::kCheckViolation,
      "cannot generate a row for table \"" + table_.name + "\" that satisfies constraint \"" + constraint + "\"",
      "Row " + std::to_string(ordinal) + " was drawn " + std::to_string(draws) + " times and always" + text + ".",
      is_key ? "Ask for fewer rows, or widen the columns of the key."
             : "Relax the constraint, or raise option max_attempts.");
}

}  // namespace dbmocker::server
