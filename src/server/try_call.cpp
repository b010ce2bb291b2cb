// Subtransactions around C++ work; see try_call.h.
// Read first: EnterTry.
#include "server/try_call.h"

#include <cstring>

#include "dbmocker/error.h"

namespace dbmocker::server {

TryScope EnterTry() {
  TryScope scope = {CurrentMemoryContext, nullptr, CurrentResourceOwner};
  scope.context = AllocSetContextCreate(scope.caller, "dbmocker try", ALLOCSET_DEFAULT_SIZES);
  BeginInternalSubTransaction(nullptr);
  MemoryContextSwitchTo(scope.context);
  return scope;
}

void CommitTry(const TryScope& scope, bool keep_memory) {
  ReleaseCurrentSubTransaction();
  MemoryContextSwitchTo(scope.caller);
  CurrentResourceOwner = scope.owner;
  if (!keep_memory) MemoryContextDelete(scope.context);
}

void UndoTry(const TryScope& scope, bool keep_memory) {
  RollbackAndReleaseCurrentSubTransaction();
  MemoryContextSwitchTo(scope.caller);
  CurrentResourceOwner = scope.owner;
  if (!keep_memory) MemoryContextDelete(scope.context);
}

namespace {

bool IsRaised(const ErrorData* error) {
  if (error->filename == nullptr || error->funcname == nullptr) return false;
  const char* slash = std::strrchr(error->filename, '/');
  return std::strcmp(slash == nullptr ? error->filename : slash + 1, "pl_exec.c") == 0 &&
         (std::strcmp(error->funcname, "exec_stmt_raise") == 0 ||
          std::strcmp(error->funcname, "exec_stmt_assert") == 0);
}

}  // namespace

bool IsFatalForAll(const PendingError& error) {
  if (error.server_error == nullptr) return std::strncmp(error.sqlstate, "53", 2) == 0;
  if (IsRaised(error.server_error)) return false;
  const int category = ERRCODE_TO_CATEGORY(error.server_error->sqlerrcode);
  const int code = error.server_error->sqlerrcode;
  if (code == ERRCODE_ASSERT_FAILURE || code == ERRCODE_DATA_CORRUPTED || code == ERRCODE_INDEX_CORRUPTED) return true;
  return category == ERRCODE_OPERATOR_INTERVENTION || category == ERRCODE_INSUFFICIENT_RESOURCES ||
         code == ERRCODE_T_R_SERIALIZATION_FAILURE || code == ERRCODE_T_R_DEADLOCK_DETECTED;
}

namespace {

// The values in "Key (columns)=(values) is not present …", in whatever language.
void CopyKey(const char* detail, TryFault* fault) {
  const char* start = detail == nullptr ? nullptr : std::strstr(detail, ")=(");
  if (start == nullptr) return;
  start += 3;
  const char* end = start;
  for (const char* place = start; (place = std::strchr(place, ')')) != nullptr; ++place) end = place;
  const auto length = static_cast<std::size_t>(end - start);
  if (length >= sizeof fault->key) return;
  std::memcpy(fault->key, start, length);
  fault->key[length] = '\0';
}

}  // namespace

void SettleFault(TryFault* fault) {
  PendingError* const error = &fault->error;
  const ErrorData* from = error->server_error;
  if (from == nullptr) return;
  fault->data = error->server_error;
  fault->is_of_server = true;
  fault->is_raised = IsRaised(from);
  const auto copy = [](char* to, std::size_t size, const char* text) {
    pg_snprintf(to, size, "%s", text == nullptr ? "" : text);
  };
  copy(error->sqlstate, sizeof error->sqlstate, unpack_sql_state(from->sqlerrcode));
  copy(error->message, sizeof error->message, from->message);
  copy(error->detail, sizeof error->detail, from->detail);
  copy(error->hint, sizeof error->hint, from->hint);
  copy(fault->schema, sizeof fault->schema, from->schema_name);
  copy(fault->table, sizeof fault->table, from->table_name);
  copy(fault->column, sizeof fault->column, from->column_name);
  copy(fault->constraint, sizeof fault->constraint, from->constraint_name);
  if (from->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION) CopyKey(from->detail, fault);
  const std::size_t used = std::strlen(error->detail);
  if (from->context != nullptr)
    pg_snprintf(error->detail + used, sizeof error->detail - used, "%s%.*s.", used > 0 ? " " : "",
                static_cast<int>(std::strcspn(from->context, "\n")), from->context);
  error->server_error = nullptr;
}

void ThrowFault(const TryFault& fault) {
  if (fault.data != nullptr) throw ServerError(fault.data);
  throw RefusalError(
      fault, {fault.error.sqlstate, fault.error.message, fault.error.detail, fault.error.hint, fault.error.constraint});
}

void ThrowPendingError(const PendingError& error) {
  if (error.server_error != nullptr) throw ServerError(error.server_error);
  throw Error(ErrorReport{error.sqlstate, error.message, error.detail, error.hint, error.constraint});
}

}  // namespace dbmocker::server
