// See measure_rejection.h. The row producer counts the draws that failed by the constraint that they failed first.
// Read first: MeasureRejection.
#include "server/measure_rejection.h"

#include <algorithm>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/produce_rows.h"

namespace dbmocker::server {
namespace {

constexpr int kProbedRows = 1000;
constexpr int kProbedAttempts = 100;  // of a row, before the rest is given up

bool IsRejected(const PlanLine& line) { return line.kind.ends_with("CHECK") && line.method == "rejection"; }

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "not measured";
  if (part == 0) return "0 %";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (share < 1) return "below 1 %";
  return std::to_string(static_cast<int>(share)) + " %";
}

struct Probe {
  Relation relation = nullptr;
  EState* estate = nullptr;
  ResultRelInfo* result_relation = nullptr;
};

}  // namespace

void MeasureRejection(Oid target, const Table& table, const Plan& plan, const RunOptions& options,
                      std::vector<PlanLine>& lines) {
  if (plan.rows == 0 || std::ranges::none_of(lines, IsRejected)) return;
  const Probe probe = CallServer([target]() -> Probe {
    Relation const relation = OpenTarget(target, AccessShareLock, TargetUse::Describe);
    auto* opened = makeNode(ResultRelInfo);
    InitResultRelInfo(opened, relation, 1, nullptr, 0);
    return {relation, CreateExecutorState(), opened};
  });
  ProducerSettings settings;
  settings.batch_size = kProbedRows;
  settings.max_attempts = std::min(options.max_attempts, kProbedAttempts);
  settings.catches_errors = true;
  RowProducer producer(table, plan, settings, probe.relation, probe.estate, probe.result_relation);
  try {
    producer.NextBatch();
  } catch (const Error&) {
    // A row that cannot be made: what was counted until then says so.
  }
  std::uint64_t draws = std::min<std::uint64_t>(plan.rows, kProbedRows);
  for (const auto& entry : producer.rejections()) draws += entry.second;
  for (PlanLine& line : lines) {
    if (!IsRejected(line)) continue;
    const bool is_domain = line.kind != "CHECK";  // "constraint of column"
    const auto failed =
        producer.rejections().find(is_domain ? line.name.substr(0, line.name.rfind(" of ")) : line.name);
    const std::uint64_t failures = failed == producer.rejections().end() ? 0 : failed->second;
    line.detail += "; " + Percent(draws - failures, draws) + " of the draws pass";
  }
  CallServer([&probe] {
    FreeExecutorState(probe.estate);
    table_close(probe.relation, NoLock);
  });
}

}  // namespace dbmocker::server
