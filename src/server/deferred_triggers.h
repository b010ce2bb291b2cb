// Triggers that look at rows only when the transaction ends.
// Read first: AskDeferredTriggers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/try_call.h"

namespace dbmocker::server {

struct DeferredTrigger {
  std::uint32_t table;
  const char* name;
  const char* schema;
};

// The deferred INSERT triggers of a table that are not the server's own. May throw ServerError.
std::vector<DeferredTrigger> FindDeferredTriggers(std::uint32_t table);

// SET CONSTRAINTS for the triggers: those that become immediate look at what waits for them. Server style.
void SetDeferred(const DeferredTrigger* triggers, std::size_t count, bool deferred);

// Has the triggers look now, without an effect on the session's or the transaction's state. False if one raises.
bool AskDeferredTriggers(const std::vector<DeferredTrigger>& triggers, TryFault* fault);

}  // namespace dbmocker::server
