// Calls whose refusal is an answer: an error inside is undone by a subtransaction and given back.
// Needs a transaction that may start subtransactions: not for parallel workers. Server style.
// Read first: CatchError.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

enum class Effects { Keep, Undo };  // of a call that ends well

// Runs `call`, which owns nothing. Returns nullptr, or the error in the caller's memory context. Cancels and lack of
// resources are raised.
template <class Call>
ErrorData* CatchError(Call call, Effects effects = Effects::Keep) {
  MemoryContext const context = CurrentMemoryContext;
  ResourceOwner const owner = CurrentResourceOwner;
  ErrorData* volatile caught = nullptr;
  BeginInternalSubTransaction(nullptr);
  MemoryContextSwitchTo(context);
  PG_TRY();
  {
    call();
    if (effects == Effects::Keep)
      ReleaseCurrentSubTransaction();
    else
      RollbackAndReleaseCurrentSubTransaction();
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(context);
    caught = CopyErrorData();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
  }
  PG_END_TRY();
  MemoryContextSwitchTo(context);
  CurrentResourceOwner = owner;
  ErrorData* const error = caught;
  if (error == nullptr) return nullptr;
  const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
  if (category == ERRCODE_OPERATOR_INTERVENTION || category == ERRCODE_INSUFFICIENT_RESOURCES) ReThrowError(error);
  return error;
}

// The same with the error's message and detail. Internal errors are raised, too.
template <class Call>
const char* CatchRefusal(Call call) {
  ErrorData* const error = CatchError(call);
  if (error == nullptr) return nullptr;
  if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTERNAL_ERROR) ReThrowError(error);
  return error->detail == nullptr ? error->message : psprintf("%s: %s", error->message, error->detail);
}

}  // namespace dbmocker::server
