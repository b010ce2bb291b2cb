// Turns C++ exceptions into server errors; see boundary.h for the rules. Must not allocate while an exception is in
// flight: everything is copied into fixed arrays and raised after the catch block.
// Read first: CaptureException.
#include "server/boundary.h"

#include <cstring>
#include <new>

#include "dbmocker/error.h"

namespace dbmocker::server {
namespace {

template <std::size_t N>
void CopyText(char (&to)[N], const char* from) {
  const std::size_t length = strnlen(from, N - 1);
  std::memcpy(to, from, length);
  to[length] = '\0';
}

// Cuts a text that CopyText may have split inside a multibyte character.
void ClipToWholeCharacters(char* text) {
  const int length = static_cast<int>(std::strlen(text));
  text[pg_mbcliplen(text, length, length)] = '\0';
}

}  // namespace

void CaptureException(PendingError* pending) noexcept {
  pending->server_error = nullptr;
  pending->detail[0] = pending->hint[0] = pending->constraint[0] = '\0';
  try {
    throw;
  } catch (const ServerError& error) {
    pending->server_error = error.data();
  } catch (const Error& error) {
    const ErrorReport& report = error.report();
    CopyText(pending->sqlstate, report.sqlstate.size() == 5 ? report.sqlstate.c_str() : sqlstate::kInternalError);
    CopyText(pending->message, report.message.c_str());
    CopyText(pending->detail, report.detail.c_str());
    CopyText(pending->hint, report.hint.c_str());
    CopyText(pending->constraint, report.constraint.c_str());
  } catch (const std::bad_alloc&) {
    CopyText(pending->sqlstate, sqlstate::kOutOfMemory);
    CopyText(pending->message, "out of memory");
    CopyText(pending->detail, "The generator could not get the memory that it needs.");
  } catch (const std::exception& error) {
    CopyText(pending->sqlstate, sqlstate::kInternalError);
    CopyText(pending->message, error.what());
  } catch (...) {
    CopyText(pending->sqlstate, sqlstate::kInternalError);
    CopyText(pending->message, "unrecognized C++ exception");
  }
}

void RaisePendingError(PendingError* pending) {
  if (pending->server_error != nullptr) ReThrowError(pending->server_error);
  ClipToWholeCharacters(pending->message);
  ClipToWholeCharacters(pending->detail);
  ClipToWholeCharacters(pending->hint);
  const char* state = pending->sqlstate;
  ereport(ERROR,
          (errcode(MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4])),
           errmsg_internal("%s", pending->message),
           pending->detail[0] != '\0' ? errdetail_internal("%s", pending->detail) : 0,
           pending->hint[0] != '\0' ? errhint("%s", pending->hint) : 0,
           pending->constraint[0] != '\0' ? err_generic_string(PG_DIAG_CONSTRAINT_NAME, pending->constraint) : 0));
  pg_unreachable();
}

}  // namespace dbmocker::server
