// Calls whose refusal is an answer: an error inside is undone by a subtransaction and given back as its message.
// Needs a transaction that may start subtransactions: not for parallel workers. Server style.
// Read first: CatchRefusal.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Runs `call`, which owns nothing. Returns nullptr, or the error's message and detail in the caller's memory context.
// Cancels, lack of memory and internal errors are raised.
template <class Call>
const char* CatchRefusal(Call call) {
  MemoryContext const context = CurrentMemoryContext;
  ResourceOwner const owner = CurrentResourceOwner;
  const char* volatile fault = nullptr;
  BeginInternalSubTransaction(nullptr);
  MemoryContextSwitchTo(context);
  PG_TRY();
  {
    call();
    ReleaseCurrentSubTransaction();
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(context);
    ErrorData* error = CopyErrorData();
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    if (category == ERRCODE_OPERATOR_INTERVENTION || category == ERRCODE_INSUFFICIENT_RESOURCES ||
        category == ERRCODE_INTERNAL_ERROR)
      PG_RE_THROW();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
    fault = error->detail == nullptr ? error->message : psprintf("%s: %s", error->message, error->detail);
  }
  PG_END_TRY();
  MemoryContextSwitchTo(context);
  CurrentResourceOwner = owner;
  return fault;
}

}  // namespace dbmocker::server
