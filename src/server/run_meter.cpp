// See run_meter.h. Entries are published by functions that cannot fail, so that C++ frames may call them.
// Read first: RunMeter::PublishIfDue, then Finish.
#include "server/run_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#include "server/boundary.h"
#include "server/parse_options.h"
#include "server/process_usage.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kSecond = USECS_PER_SEC;
constexpr std::int64_t kShortest = 10000;  // microseconds that tell a rate

std::uint64_t CountDraws(const Rejections& rejections) {
  return std::accumulate(rejections.begin(), rejections.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

double RateOf(std::uint64_t rows, std::int64_t microseconds) {
  return microseconds > 0 ? static_cast<double>(rows) * 1e6 / static_cast<double>(microseconds) : 0;
}

}  // namespace

// ----------------------------------------------------------------------------------------------------------- sketch

void DistinctSketch::Add(std::uint64_t hash) {
  std::uint8_t& zeros = most_zeros_[hash >> (64 - kBits)];
  const int leading = std::countl_zero(hash << kBits | std::uint64_t{1} << (kBits - 1)) + 1;
  zeros = std::max(zeros, static_cast<std::uint8_t>(leading));
}

void DistinctSketch::Merge(const DistinctSketch& other) {
  for (std::size_t i = 0; i < most_zeros_.size(); ++i) most_zeros_[i] = std::max(most_zeros_[i], other.most_zeros_[i]);
}

// HyperLogLog, with linear counting as long as some registers are empty.
double DistinctSketch::Estimate() const {
  const auto size = static_cast<double>(most_zeros_.size());
  double sum = 0;
  for (const std::uint8_t zeros : most_zeros_) sum += std::ldexp(1.0, -zeros);
  const double raw = 0.7213 / (1 + 1.079 / size) * size * size / sum;
  const auto empty = static_cast<double>(std::ranges::count(most_zeros_, 0));
  return raw <= 2.5 * size && empty > 0 ? size * std::log(size / empty) : raw;
}

// ---------------------------------------------------------------------------------------------------------- workers

void InitializeTotals(WorkerTotals* totals) {
  std::memset(static_cast<void*>(totals), 0, sizeof *totals);
  pg_atomic_init_u64(&totals->rows, 0);
  pg_atomic_init_u64(&totals->rejected, 0);
  SpinLockInit(&totals->mutex);
}

RunMeter::RunMeter(WorkerTotals* totals)
    : target_(InvalidOid),
      interval_(kProgressRows),
      looks_at_clock_(false),
      job_(0),
      totals_(totals),
      wal_before_(pgWalUsage.wal_bytes) {}

void RunMeter::AddToTotals(std::uint64_t rows, const Rejections& rejections) {
  pg_atomic_fetch_add_u64(&totals_->rows, static_cast<int64>(rows));
  if (!rejections.empty()) {
    const std::uint64_t draws = CountDraws(rejections);
    pg_atomic_fetch_add_u64(&totals_->rejected, static_cast<int64>(draws - added_rejected_));
    added_rejected_ = draws;
  }
  if (rows_ - published_rows_ < interval_) return;
  published_rows_ = rows_;
  SampleMemory();
}

void RunMeter::FinishWorker() {
  SampleMemory();
  SpinLockAcquire(&totals_->mutex);
  if (cache_ != nullptr) {
    totals_->cache.hits += cache_->use().hits;
    totals_->cache.misses += cache_->use().misses;
    totals_->cache.evictions += cache_->use().evictions;
    totals_->cache.peak_bytes += cache_->use().peak_bytes;
  }
  totals_->memory += memory_;
  totals_->wal_bytes += pgWalUsage.wal_bytes - wal_before_;
  totals_->repeated_values += repeated_values_;
  totals_->distinct.Merge(distinct_);
  for (const auto& [name, draws] : kept_rejections_) {
    int place = 0;
    while (place < totals_->constraint_count && name != totals_->constraints[place].name) ++place;
    if (place == WorkerTotals::kMostConstraints) continue;
    if (place == totals_->constraint_count) {
      WorkerTotals::Constraint& constraint = totals_->constraints[totals_->constraint_count++];
      constraint.name[name.copy(constraint.name, NAMEDATALEN - 1)] = '\0';
      constraint.draws = 0;
    }
    totals_->constraints[place].draws += draws;
  }
  SpinLockRelease(&totals_->mutex);
}

void RunMeter::AddWorkers(const WorkerTotals& totals) {
  workers_ = nullptr;
  rows_ += pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&totals.rows));
  worker_memory_ = totals.memory;
  worker_wal_ = totals.wal_bytes;
  worker_cache_ = totals.cache;
  repeated_values_ += totals.repeated_values;
  distinct_.Merge(totals.distinct);
  for (int i = 0; i < totals.constraint_count; ++i)
    kept_rejections_[totals.constraints[i].name] += totals.constraints[i].draws;
  rejected_ = CountDraws(kept_rejections_);
}

// ----------------------------------------------------------------------------------------------------------- leader

RunMeter::RunMeter(Oid target, std::int64_t rows, std::int64_t interval, std::int64_t job)
    : target_(target),
      asked_(rows),
      interval_(static_cast<std::uint64_t>(interval > 0 ? interval : kProgressRows)),
      looks_at_clock_(interval == 0),
      job_(job),
      totals_(nullptr),
      started_(GetCurrentTimestamp()),
      cpu_before_(ReadUsage(0).cpu_ticks),
      published_at_(started_),
      wal_before_(pgWalUsage.wal_bytes) {
  Publish();
}

void RunMeter::StartWriting(std::int64_t rows, std::shared_ptr<ValueCache> cache) {
  asked_ = rows;
  cache_ = std::move(cache);
  rows_ = published_rows_ = rejected_ = repeated_values_ = 0;
  rate_ = peak_rate_ = 0;
  kept_rejections_.clear();
  distinct_ = {};
  if (totals_ != nullptr) return;
  SampleMemory();
  EnterPhase(RunPhase::Writing);
}

std::uint64_t RunMeter::RowsSoFar() const {
  return rows_ + (workers_ == nullptr ? 0 : pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&workers_->rows)));
}

std::uint64_t RunMeter::RejectedSoFar() const {
  return rejected_ + (workers_ == nullptr ? 0 : pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&workers_->rejected)));
}

void RunMeter::PublishIfDue(const Rejections& rejections) {
  const std::uint64_t rows = RowsSoFar();
  const bool is_due = rows - published_rows_ >= interval_;
  if (!is_due && !looks_at_clock_) return;
  const TimestampTz now = GetCurrentTimestamp();
  if (!is_due && now - published_at_ < kSecond) return;
  rate_ = RateOf(rows - published_rows_, now - published_at_);
  if (now - published_at_ >= kShortest) peak_rate_ = std::max(peak_rate_, rate_);
  published_rows_ = rows;
  published_at_ = now;
  rejected_ = CountDraws(rejections);
  SampleMemory();
  Publish();
  if (!rejections.empty()) PublishRejections(rejections);
}

void RunMeter::Publish() {
  if (MyBEEntry == nullptr || !pgstat_track_activities || totals_ != nullptr) return;
  if (MyBEEntry->st_progress_command != kProgressCommand || MyBEEntry->st_progress_command_target != target_)
    pgstat_progress_start_command(kProgressCommand, target_);
  const int slots[] = {kSlotPhase, kSlotDone, kSlotAsked, kSlotStarted, kSlotRate, kSlotRejected, kSlotJob};
  const std::int64_t cpu = std::clamp<std::int64_t>(cpu_before_, 0, (std::int64_t{1} << kCpuBits) - 1);
  const std::int64_t mark = kProgressMark << (kCpuBits + kPhaseBits);
  const std::int64_t values[] = {mark | cpu << kPhaseBits | static_cast<std::int64_t>(phase_),
                                 static_cast<std::int64_t>(RowsSoFar()),
                                 asked_,
                                 started_,
                                 std::bit_cast<std::int64_t>(rate_),
                                 static_cast<std::int64_t>(RejectedSoFar()),
                                 job_};
  pgstat_progress_update_multi_param(lengthof(slots), slots, values);
}

// Draws by constraint, the first few of them. Names are looked up once.
void RunMeter::PublishRejections(const Rejections& rejections) {
  int slot = kFirstRejectionSlot;
  for (const auto& entry : rejections) {
    if (slot == kFirstRejectionSlot + kRejectionSlots) return;
    const auto known = constraint_oids_.find(entry.first);
    Oid constraint = known == constraint_oids_.end() ? InvalidOid : known->second;
    if (known == constraint_oids_.end()) {
      const char* name = entry.first.c_str();
      constraint = CallServer([=, this] { return get_relation_constraint_oid(target_, name, true); });
      constraint_oids_[entry.first] = constraint;
    }
    if (!OidIsValid(constraint)) continue;
    const std::uint64_t draws = std::min<std::uint64_t>(entry.second, UINT32_MAX);
    pgstat_progress_update_param(slot++, static_cast<int64>(std::uint64_t{constraint} << 32 | draws));
  }
}

void RunMeter::EnterPhase(RunPhase phase) {
  const TimestampTz now = GetCurrentTimestamp();
  if (phase_ == RunPhase::Writing && phase != phase_) {
    const double rate = RateOf(RowsSoFar() - published_rows_, now - published_at_);
    if (now - published_at_ >= kShortest || peak_rate_ <= 0) peak_rate_ = std::max(peak_rate_, rate);
  }
  phase_ = phase;
  published_rows_ = RowsSoFar();
  published_at_ = now;
  SampleMemory();
  Publish();
}

void RunMeter::SampleMemory() {
  const std::int64_t bytes = ReadUsage(0).private_bytes;
  if (bytes > 0) memory_ = std::max(memory_, static_cast<std::uint64_t>(bytes));
}

void RunMeter::KeepRejections(const Rejections& rejections) {
  for (const auto& [name, draws] : rejections) kept_rejections_[name] += draws;
  rejected_ = CountDraws(kept_rejections_);
}

MeterReading RunMeter::Finish() {
  MeterReading reading = {};
  SampleMemory();
  reading.peak_rows_per_second = std::max(peak_rate_, RateOf(rows_, GetCurrentTimestamp() - started_));
  reading.peak_memory = static_cast<std::int64_t>(memory_ + worker_memory_);
  CacheUse use = cache_ == nullptr ? CacheUse() : cache_->use();
  use.hits += worker_cache_.hits;
  use.misses += worker_cache_.misses;
  const auto looked_up = static_cast<double>(use.hits + use.misses);
  reading.cache_hit_rate = looked_up > 0 ? static_cast<double>(use.hits) / looked_up : -1;
  reading.cache_evictions = static_cast<std::int64_t>(use.evictions + worker_cache_.evictions);
  reading.cache_bytes = static_cast<std::int64_t>(use.peak_bytes + worker_cache_.peak_bytes);
  reading.duplicate_rate = -1;
  if (repeated_values_ > 0)
    reading.duplicate_rate = std::clamp(1 - distinct_.Estimate() / static_cast<double>(repeated_values_), 0.0, 1.0);
  reading.wal_bytes = static_cast<std::int64_t>(pgWalUsage.wal_bytes - wal_before_ + worker_wal_);
  if (!kept_rejections_.empty()) {
    StringInfoData json;
    initStringInfo(&json);
    for (const auto& entry : kept_rejections_) {
      appendStringInfoString(&json, json.len == 0 ? "{" : ", ");
      escape_json(&json, entry.first.c_str());
      appendStringInfo(&json, ": " UINT64_FORMAT, entry.second);
    }
    appendStringInfoChar(&json, '}');
    reading.rejected_rows = json.data;
  }
  if (MyBEEntry != nullptr && MyBEEntry->st_progress_command == kProgressCommand) pgstat_progress_end_command();
  return reading;
}

}  // namespace dbmocker::server
