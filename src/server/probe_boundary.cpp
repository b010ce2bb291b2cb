// Functions that fail on purpose, for the regression test of the boundary: each raises one kind of error below C++
// frames that own memory. The extension script does not declare them, so only a superuser can make them callable.
// Must not be used by anything else. Read first: dbmocker_probe_error.
#include <malloc.h>

#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"

namespace dbmocker::server {
namespace {

// An owner of malloc memory in every frame that an error passes.
struct Owner {
  std::vector<std::string> texts = std::vector<std::string>(5, std::string(4000, 'x'));
};

// Calls `fail` below `depth` frames with owners, in turns of CallServer and plain C++.
template <class Fail>
void FailBelow(int depth, Fail fail) {
  const Owner owner;
  if (depth == 0) {
    fail();
  } else if (depth % 2 == 0) {
    FailBelow(depth - 1, fail);
  } else {
    CallServer([=] { FailBelow(depth - 1, fail); });
  }
}

void RaiseServerError() {
  ereport(ERROR,
          (errcode(ERRCODE_CHECK_VIOLATION), errmsg("probe of a server error"), errdetail("Detail of %d.", 1),
           errhint("Hint of %d.", 2), err_generic_string(PG_DIAG_SCHEMA_NAME, "a schema"),
           err_generic_string(PG_DIAG_TABLE_NAME, "a table"), err_generic_string(PG_DIAG_COLUMN_NAME, "a column"),
           err_generic_string(PG_DIAG_DATATYPE_NAME, "a type"),
           err_generic_string(PG_DIAG_CONSTRAINT_NAME, "a constraint")));
}

void RaiseNestedError() {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute("SELECT 1 / (random() * 0)::integer", true, 0);
  SPI_finish();
}

void FailAs(const std::string& kind) {
  if (kind == "core") {
    FailBelow(4, [] { throw Error(sqlstate::kUniqueViolation, "probe of a core error", "Its detail.", "Its hint."); });
  } else if (kind == "long") {
    FailBelow(4, [] { throw Error("bad", std::string(5000, 'm') + "ü", std::string(5000, 'd')); });
  } else if (kind == "memory") {
    FailBelow(4, [] { throw std::bad_alloc(); });
  } else if (kind == "length") {
    FailBelow(4, [] { static_cast<void>(std::vector<char>(std::vector<char>().max_size() + 1)); });
  } else if (kind == "unknown") {
    FailBelow(4, [] { throw 42; });
  } else if (kind == "server") {
    FailBelow(4, [] { CallServer(RaiseServerError); });
  } else if (kind == "nested") {
    FailBelow(4, [] { CallServer(RaiseNestedError); });
  } else if (kind == "context") {
    FailBelow(4, [] {
      NewInContext<Owner>(CurrentMemoryContext);
      CallServer(RaiseServerError);
    });
  }
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

// probe_error(kind text) returns boolean: true if `kind` names no error.
DBMOCKER_FUNCTION(dbmocker_probe_error) {
  const char* kind = CallServer([=] { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
  FailAs(kind);
  return BoolGetDatum(true);
}

// probe_memory() returns bigint: bytes that malloc has handed out and not got back, those of memory contexts included.
DBMOCKER_FUNCTION(dbmocker_probe_memory) {
  std::int64_t bytes = 0;
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const struct mallinfo2 info = mallinfo2();
  bytes = static_cast<std::int64_t>(info.uordblks + info.hblkhd);
#endif
  return Int64GetDatum(bytes);
}
