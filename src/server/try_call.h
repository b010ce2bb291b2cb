// Work that may fail without taking the transaction with it: run in a subtransaction of its own, which is undone with
// everything that the work has done.
// Read first: TryCall.
#pragma once

#include "server/boundary.h"

namespace dbmocker::server {

// Where TryCall returns to. Plain data.
struct TryScope {
  MemoryContext caller;
  MemoryContext context;  // of everything that the work allocates
  ResourceOwner owner;
};

// Server style.
TryScope EnterTry();
void CommitTry(const TryScope& scope);
void UndoTry(const TryScope& scope, bool keep_memory);

// True for errors that no caller may pass over: cancelled, shut down, out of resources, deadlock.
bool IsFatalForAll(const PendingError& error);

// What a server error says, copied into the report's own fields, so that it outlives the memory contexts. The place in
// a function that raised it is added to the detail.
void SettlePendingError(PendingError* error);

// The error as it was caught.
[[noreturn]] void ThrowPendingError(const PendingError& error);

// Runs `work`, which may throw Error, ServerError and std::bad_alloc. True if it ended well; else what it did is undone
// and `error` says why. Errors that IsFatalForAll are thrown on. What `work` has
// palloc'd stays until the caller's context goes if it ended well.
template <class Work>
bool TryCall(Work&& work, PendingError* error) {
  const TryScope scope = CallServer([] { return EnterTry(); });
  bool is_done = false;
  try {
    work();
    CallServer([&] { CommitTry(scope); });
    is_done = true;
  } catch (...) {
    CaptureException(error);
  }
  if (is_done) return true;
  const bool is_fatal = IsFatalForAll(*error);
  if (!is_fatal) SettlePendingError(error);
  CallServer([&] { UndoTry(scope, is_fatal); });
  if (is_fatal) ThrowPendingError(*error);
  return false;
}

}  // namespace dbmocker::server
