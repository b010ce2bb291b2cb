// Running internal queries with another role's rights, as referential integrity checks do: for facts that constraints
// may use though the caller may not read them (largest key, sequence state), and for the extension's own tables.
// An error in between is undone by the server at the (sub)transaction's abort.
// Read first: RunAs.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Calls `call` as `role`; `call` must not run code that others than that role can define.
template <class Call>
auto RunAs(Oid role, Call call) {
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(role, context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
  auto result = call();
  SetUserIdAndSecContext(user, context);
  return result;
}

// The owner of a relation.
Oid OwnerOf(Oid relation);

}  // namespace dbmocker::server
