// What a run measures of itself while it goes on: rows, rejected draws, memory, WAL, look-ups in caches, repeated
// values. The process that was called also tells other sessions, by the server's own progress entries, without shared
// memory of our own; parallel workers add theirs to counters that they share with it.
// Read first: RunMeter, then RunMeter::Tick.
#pragma once

#include "server/postgres_api.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "dbmocker/value_cache.h"

namespace dbmocker::server {

using Rejections = std::map<std::string, std::uint64_t>;

// What the run is doing. The numbers are those in the progress entry.
enum class RunPhase : std::uint8_t { Preparing, Writing, BuildingIndexes, CheckingReferences };
inline constexpr const char* kRunPhases[] = {"preparing", "writing", "building indexes", "checking foreign keys"};

// Where a progress entry holds what. Index builds write entries 3 to 16 of their own, which is why most are not used.
enum ProgressSlot {
  kSlotPhase = 0,
  kSlotDone = 1,
  kSlotAsked = 2,
  kSlotStarted = 7,
  kSlotRate = 17,
  kSlotRejected = 18,
  kSlotJob = 19
};
inline constexpr int kFirstRejectionSlot = 8;  // constraint (pg_constraint or pg_class) << 32 | draws, while writing
inline constexpr int kRejectionSlots = 6;

// The phase's slot: phase, processor time used before the run in 10 ms, and a mark that tells the entry from others'.
inline constexpr int kPhaseBits = 8;
inline constexpr int kCpuBits = 40;
inline constexpr std::int64_t kProgressMark = 0x6d6b;

// The command of our entries: one that no version of the server uses and no view of its own shows.
inline constexpr auto kProgressCommand = static_cast<ProgressCommandType>(7);

// The distinct values among many, by how many leading zeros their hashes have: 1.6 % off at most times.
class DistinctSketch {
 public:
  void Add(std::uint64_t hash);
  void Merge(const DistinctSketch& other);
  double Estimate() const;

 private:
  static constexpr int kBits = 12;
  std::array<std::uint8_t, 1U << kBits> most_zeros_ = {};
};

// Counters that workers share with their leader. Plain data, in shared memory.
struct WorkerTotals {
  static constexpr int kMostConstraints = 24;
  struct Constraint {
    char name[NAMEDATALEN];
    std::uint64_t draws;
  };

  pg_atomic_uint64 rows;
  pg_atomic_uint64 rejected;
  slock_t mutex;  // of all below
  CacheUse cache;
  std::uint64_t memory;  // the workers' peaks, added
  std::uint64_t wal_bytes;
  std::uint64_t repeated_values;  // of the columns that repeat values
  DistinctSketch distinct;
  int constraint_count;
  Constraint constraints[kMostConstraints];
};
void InitializeTotals(WorkerTotals* totals);

// What the report says of it. Plain data.
struct MeterReading {
  double peak_rows_per_second;
  std::int64_t peak_memory;  // bytes; leader and workers
  double cache_hit_rate;  // -1: nothing was looked up
  std::int64_t cache_evictions;
  std::int64_t cache_bytes;
  const char* rejected_rows;  // JSON; nullptr: none
  double duplicate_rate;  // -1: no column repeats values
  std::int64_t wal_bytes;
};

class RunMeter {
 public:
  // Of the process that was called: opens the progress entry.
  RunMeter(Oid target, std::int64_t rows, std::int64_t interval, std::int64_t job);
  // Of a parallel worker.
  explicit RunMeter(WorkerTotals* totals);
  RunMeter(const RunMeter&) = delete;
  RunMeter& operator=(const RunMeter&) = delete;

  // A try to write all rows begins, perhaps not the first one.
  void StartWriting(std::int64_t rows, std::shared_ptr<ValueCache> cache);
  // `rows` more have been written; `rejections` are those of all rows so far. No server error can come from it.
  void Tick(std::uint64_t rows, const Rejections& rejections) {
    rows_ += rows;
    if (totals_ != nullptr) return AddToTotals(rows, rejections);
    if (rows_ - published_rows_ >= interval_ || looks_at_clock_) PublishIfDue(rejections);
  }
  void CountValue(std::uint64_t hash) {
    ++repeated_values_;
    distinct_.Add(hash);
  }
  void EnterPhase(RunPhase phase);

  // The workers' counters, as long as they are there.
  void FollowWorkers(const WorkerTotals* totals) { workers_ = totals; }
  // The end of a worker: adds what it has not added yet.
  void FinishWorker();
  // The end of the workers, of whom nothing is left but `totals`.
  void AddWorkers(const WorkerTotals& totals);

  void KeepRejections(const Rejections& rejections);
  // The end of the run. Server style; the reading's memory is that of the current context.
  MeterReading Finish();

 private:
  void AddToTotals(std::uint64_t rows, const Rejections& rejections);
  void PublishIfDue(const Rejections& rejections);
  void Publish();
  void PublishRejections(const Rejections& rejections);
  void SampleMemory();
  std::uint64_t RowsSoFar() const;
  std::uint64_t RejectedSoFar() const;

  const Oid target_;
  std::int64_t asked_ = 0;
  const std::uint64_t interval_;
  const bool looks_at_clock_;
  const std::int64_t job_;
  WorkerTotals* const totals_;  // of a worker; nullptr in the leader
  const WorkerTotals* workers_ = nullptr;
  TimestampTz started_ = 0;
  std::int64_t cpu_before_ = 0;
  RunPhase phase_ = RunPhase::Preparing;
  std::uint64_t rows_ = 0;  // of this process
  std::uint64_t rejected_ = 0;
  std::uint64_t added_rejected_ = 0;  // to the totals
  std::uint64_t published_rows_ = 0;
  TimestampTz published_at_ = 0;
  double rate_ = 0;
  double peak_rate_ = 0;
  std::uint64_t memory_ = 0;
  std::uint64_t worker_memory_ = 0;
  std::uint64_t wal_before_ = 0;
  std::uint64_t worker_wal_ = 0;
  CacheUse worker_cache_;
  std::shared_ptr<ValueCache> cache_;
  Rejections kept_rejections_;
  Rejections worker_rejections_;
  std::map<std::string, Oid> constraint_oids_;
  std::uint64_t repeated_values_ = 0;
  DistinctSketch distinct_;
};

}  // namespace dbmocker::server
