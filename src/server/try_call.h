// Work that may fail without taking the transaction with it: run in a subtransaction of its own, which is undone with
// everything that the work has done.
// Read first: TryCall.
#pragma once

#include "dbmocker/error.h"
#include "server/boundary.h"

namespace dbmocker::server {

// An error that was survived, as plain memory.
struct TryFault {
  PendingError error;  // server_error is nullptr: its texts are copied
  ErrorData* data;  // the server's error as it was, if the memory of failed work is kept; else nullptr
  bool is_of_server;  // or an error of the generator
  bool is_raised;  // by RAISE or ASSERT of a plpgsql function: its SQLSTATE is what the function's author chose
  char schema[NAMEDATALEN];  // of the table that the server names; empty if it names none
  char table[NAMEDATALEN];
  char column[NAMEDATALEN];
  char constraint[NAMEDATALEN];
  char key[512];  // for a missing parent: the values of its key, separated by ", "
};

// An error that was made of a fault: a TryCall further out reports the fault's places as its own.
class RefusalError : public Error {
 public:
  RefusalError(const TryFault& fault, ErrorReport report) : Error(std::move(report)), fault_(fault) {}
  const TryFault& fault() const noexcept { return fault_; }

 private:
  TryFault fault_;
};

// Where TryCall returns to. Plain data.
struct TryScope {
  MemoryContext caller;
  MemoryContext context;  // of everything that the work allocates
  ResourceOwner owner;
};

// Server style.
TryScope EnterTry();
void CommitTry(const TryScope& scope, bool keep_memory);
void UndoTry(const TryScope& scope, bool keep_memory);

// True for errors that no caller may pass over: cancelled, shut down, out of resources, deadlock, unless a function
// raises them by itself.
bool IsFatalForAll(const PendingError& error);

// What a server error says, copied into the report's own fields, so that it outlives the memory contexts. The place in
// a function that raised it is added to the detail.
void SettleFault(TryFault* fault);

// The error as it was caught.
[[noreturn]] void ThrowPendingError(const PendingError& error);

// The error again, with its places.
[[noreturn]] void ThrowFault(const TryFault& fault);

// Runs `work`, which may throw Error, ServerError and std::bad_alloc. True if it ended well; else what it did is undone
// and `fault` says why. Errors that IsFatalForAll are thrown on. What `work` has palloc'd stays until the caller's
// context goes if `keep_memory`.
template <class Work>
bool TryCall(Work&& work, TryFault* fault, bool keep_memory = true) {
  const TryScope scope = CallServer([] { return EnterTry(); });
  bool is_done = false;
  try {
    work();
    CallServer([&] { CommitTry(scope, keep_memory); });
    is_done = true;
  } catch (const RefusalError& error) {
    *fault = error.fault();
    CaptureException(&fault->error);
  } catch (...) {
    *fault = TryFault();
    CaptureException(&fault->error);
  }
  if (is_done) return true;
  const bool is_fatal = IsFatalForAll(fault->error);
  const bool keeps_error = is_fatal || keep_memory;
  if (!is_fatal) SettleFault(fault);
  if (!keeps_error) fault->data = nullptr;
  CallServer([&] { UndoTry(scope, keeps_error); });
  if (is_fatal) ThrowPendingError(fault->error);
  return false;
}

}  // namespace dbmocker::server
