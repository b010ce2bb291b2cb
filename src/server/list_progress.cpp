// dbmocker.running(): the runs in progress on this server, of all sessions, from the server's own progress entries.
// Who may see what is as in pg_stat_progress_*: the rest of an entry is NULL for others than its role and
// pg_read_all_stats.
// Read first: dbmocker_list_progress.
#include <algorithm>
#include <bit>

#include "server/boundary.h"
#include "server/compat.h"
#include "server/materialize_rows.h"
#include "server/process_usage.h"
#include "server/run_meter.h"

namespace dbmocker::server {
namespace {

constexpr int kColumns = 15;

bool IsRun(const PgBackendStatus& status) {
  return status.st_procpid > 0 && status.st_progress_command == kProgressCommand &&
         status.st_progress_param[kSlotPhase] >> (kCpuBits + kPhaseBits) == kProgressMark;
}

bool MaySee(const PgBackendStatus& status) {
  return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) || has_privs_of_role(GetUserId(), status.st_userid);
}

// The leader's parallel workers and itself.
struct TeamUsage {
  std::int64_t memory;  // -1: not readable
  std::int64_t cpu_ticks;
  int workers;
};

TeamUsage MeasureTeam(int leader) {
  const ProcessUsage own = ReadUsage(leader);
  TeamUsage team = {own.private_bytes, own.cpu_ticks, 0};
  for (int i = 1; i <= pgstat_fetch_stat_numbackends(); ++i) {
    const int pid = compat::BackendStatusAt(i)->st_procpid;
    const PGPROC* const process = pid > 0 && pid != leader ? BackendPidGetProc(pid) : nullptr;
    const PGPROC* const other = process == nullptr ? nullptr : process->lockGroupLeader;
    if (other == nullptr || other->pid != leader) continue;
    const ProcessUsage usage = ReadUsage(pid);
    if (usage.private_bytes < 0 || usage.cpu_ticks < 0) continue;
    team.memory += usage.private_bytes;
    team.cpu_ticks += usage.cpu_ticks;
    ++team.workers;
  }
  return team;
}

// The draws that failed by constraint, as JSON; nullptr where none are known by name.
const char* DescribeRejections(const PgBackendStatus& status) {
  StringInfoData json;
  initStringInfo(&json);
  for (int slot = kFirstRejectionSlot; slot < kFirstRejectionSlot + kRejectionSlots; ++slot) {
    const auto entry = static_cast<std::uint64_t>(status.st_progress_param[slot]);
    const char* name = entry >> 32 == 0 ? nullptr : get_constraint_name(static_cast<Oid>(entry >> 32));
    if (name == nullptr) continue;
    appendStringInfoString(&json, json.len == 0 ? "{" : ", ");
    escape_json(&json, name);
    appendStringInfo(&json, ": %u", static_cast<std::uint32_t>(entry));
  }
  if (json.len == 0) return nullptr;
  appendStringInfoChar(&json, '}');
  return json.data;
}

// Columns 4 … 14 of an entry that the caller may see.
void DescribeRun(const PgBackendStatus& status, Datum* values, bool* nulls) {
  const std::int64_t* const slots = status.st_progress_param;
  const auto phase = static_cast<std::size_t>(slots[kSlotPhase] & ((1 << kPhaseBits) - 1));
  const double seconds = static_cast<double>(GetCurrentTimestamp() - slots[kSlotStarted]) / 1e6;
  const TeamUsage team = MeasureTeam(status.st_procpid);
  const std::int64_t ticks_before = slots[kSlotPhase] >> kPhaseBits & ((std::int64_t{1} << kCpuBits) - 1);
  const auto ticks = static_cast<double>(team.cpu_ticks - ticks_before);
  std::fill(nulls + 4, nulls + kColumns, false);
  values[4] = CStringGetTextDatum(phase < lengthof(kRunPhases) ? kRunPhases[phase] : "");
  values[5] = Int64GetDatum(slots[kSlotDone]);
  values[6] = Int64GetDatum(slots[kSlotAsked]);
  values[7] = Float8GetDatum(std::bit_cast<double>(slots[kSlotRate]));
  values[8] = TimestampTzGetDatum(slots[kSlotStarted]);
  values[9] = Int64GetDatum(team.memory);
  nulls[9] = team.memory < 0;
  values[10] = Float8GetDatum(seconds > 0 ? ticks / seconds : 0);  // 10 ms a tick: percent of one processor
  nulls[10] = team.cpu_ticks < 0;
  values[11] = Int32GetDatum(team.workers);
  values[12] = Int64GetDatum(slots[kSlotRejected]);
  const bool is_here = status.st_databaseid == MyDatabaseId && phase == static_cast<std::size_t>(RunPhase::Writing);
  const char* rejections = is_here ? DescribeRejections(status) : nullptr;
  nulls[13] = rejections == nullptr;
  if (rejections != nullptr) values[13] = DirectFunctionCall1(jsonb_in, CStringGetDatum(rejections));
  values[14] = Int64GetDatum(slots[kSlotJob]);
  nulls[14] = slots[kSlotJob] == 0;
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_list_progress) {
  CallServer([=] {
    ResultSink sink = OpenResultSink(fcinfo);
    for (int i = 1; i <= pgstat_fetch_stat_numbackends(); ++i) {
      const PgBackendStatus& status = *compat::BackendStatusAt(i);
      if (!IsRun(status)) continue;
      Datum values[kColumns] = {Int32GetDatum(status.st_procpid), ObjectIdGetDatum(status.st_databaseid),
                                ObjectIdGetDatum(status.st_userid),
                                ObjectIdGetDatum(status.st_progress_command_target)};
      bool nulls[kColumns];
      std::fill(nulls, nulls + kColumns, true);
      nulls[0] = nulls[1] = nulls[2] = false;
      if (MaySee(status)) {
        nulls[3] = false;
        DescribeRun(status, values, nulls);
      }
      sink.PutRow(values, nulls);
    }
  });
  return Datum{0};
}
