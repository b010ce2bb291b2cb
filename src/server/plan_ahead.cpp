// See plan_ahead.h.
// Read first: PlanParentsAhead.
#include "server/plan_ahead.h"

#include <algorithm>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/options_origin.h"
#include "server/read_parents.h"
#include "server/target_state.h"

namespace dbmocker::server {
namespace {

class UnknownKeys final : public ValueSet {
 public:
  UnknownKeys(std::uint64_t size, Encoding encoding, ErrorReport error)
      : size_(size), encoding_(encoding), error_(std::move(error)) {}
  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t /*index*/, std::string& /*out*/) const override { Refuse(); }
  void Emit(std::span<const std::uint64_t> /*indexes*/, ColumnBuffer& /*out*/) const override { Refuse(); }
  std::string Describe() const override { return "keys that do not exist yet"; }

 private:
  [[noreturn]] void Refuse() const { throw Error(error_); }

  std::uint64_t size_;
  Encoding encoding_;
  ErrorReport error_;
};

ErrorReport CircleError(const std::string& detail) {
  return {sqlstate::kFeatureNotSupported, "the tables reference one another in a circle that cannot be entered", detail,
          "Make one of the referencing columns nullable, or exclude the tables."};
}

}  // namespace

ValueSetPointer MakeUnknownKeys(const Type& type, std::uint64_t size, ErrorReport error) {
  const Encoding encoding = type.by_value ? Encoding::Word : type.length == -1 ? Encoding::Varlena : Encoding::Fixed;
  return std::make_shared<UnknownKeys>(size, encoding, std::move(error));
}

std::shared_ptr<const Plan> PlanWithParents(const Table& table, std::int64_t rows,
                                            const std::map<std::uint32_t, ParentKeys>& parents, const RunOptions& given,
                                            bool reserve_sequences) {
  struct Look {
    bool has_rows;
    std::int64_t first_row;
  };
  const Oid oid = table.oid;
  const Look look = CallServer([=]() -> Look {
    Relation const relation = OpenTarget(oid, AccessShareLock, TargetUse::Write);
    const bool has_rows = HasRows(relation);
    table_close(relation, NoLock);
    return {has_rows, NextRow(oid, has_rows)};
  });
  TargetFacts facts;
  facts.has_rows = look.has_rows;
  facts.first_ordinal = static_cast<std::uint64_t>(look.first_row);
  RunOptions options = CallServer([&] { return OptionsFor(given, oid); });
  RunHooks hooks;
  hooks.planned_parents = parents;
  options.hooks = &hooks;
  std::shared_ptr<const Plan> plan = PlanRows(table, rows, options, reserve_sequences, facts);
  CallServer([&] { CloseKeyFiles(facts); });
  return plan;
}

namespace {

bool Holds(const FillStep& step, std::uint32_t table) {
  return step.table == table ||
         std::ranges::any_of(step.inside, [&](const FillStep& inner) { return Holds(inner, table); });
}

// The plan of a table inside of the step; keys within the circle are unknown to it.
std::shared_ptr<const Plan> PlanInside(const FillStep& step, const Table& table,
                                       const std::map<std::uint32_t, std::int64_t>& rows, const RunOptions& options,
                                       bool reserve_sequences) {
  std::map<std::uint32_t, ParentKeys> unknown;
  for (const ForeignKey& key : table.foreign_keys) {
    if (key.referenced_oid == table.oid || !Holds(step, key.referenced_oid)) continue;
    ParentKeys& keys = unknown[key.constraint_oid];
    keys.count = static_cast<std::uint64_t>(rows.at(key.referenced_oid));
    for (const AttributeNumber number : key.columns)
      keys.columns.push_back(MakeUnknownKeys(*table.FindColumn(number)->type, keys.count,
                                             CircleError("A key in the circle consists of keys in the circle.")));
  }
  return PlanWithParents(table, rows.at(table.oid), unknown, options, reserve_sequences);
}

}  // namespace

ParentsAhead PlanParentsAhead(const FillStep& step, const Table& entry,
                              const std::map<std::uint32_t, std::int64_t>& rows, const RunOptions& options,
                              bool reserve_sequences) {
  ParentsAhead result;
  std::map<std::uint32_t, std::shared_ptr<const Plan>> plans;
  for (const ReferenceEdge& edge : step.ahead) {
    const auto key = std::ranges::find(entry.foreign_keys, edge.constraint, &ForeignKey::constraint_oid);
    if (key == entry.foreign_keys.end()) continue;
    const Table other = DescribeTable(edge.to);
    const std::optional<MutualKey> mutual = FindMutualKey(entry, *key, other);
    if (!plans.contains(edge.to)) plans[edge.to] = PlanInside(step, other, rows, options, mutual && reserve_sequences);
    ParentKeys& keys = result.keys[edge.constraint];
    keys.count = static_cast<std::uint64_t>(rows.at(edge.to));
    keys.description = std::to_string(keys.count) + " keys made later in the run";
    for (const AttributeNumber number : mutual ? mutual->other_new : key->referenced_columns) {
      keys.columns.push_back(MakePlannedKeys(plans[edge.to], number));
      if (keys.columns.back() == nullptr)
        throw Error(CircleError("The keys of " + key->referenced_table + " are not known before its rows are stored."));
    }
    if (mutual) result.mutual.push_back(*mutual);
  }
  return result;
}

}  // namespace dbmocker::server
