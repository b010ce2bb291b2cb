// The boundary between C++ and the server. C++ exceptions never leave a door; a server error (longjmp) never crosses a
// C++ frame that owns something.
//   - A door is made by DBMOCKER_FUNCTION (SQL functions), DBMOCKER_PARALLEL_WORKER or DBMOCKER_WORKER (background
//     workers): whatever is thrown below it is caught, copied into plain memory, and raised with ereport once no C++
//     frame is left.
//   - CallServer(f) runs server calls from C++ that owns something: an ereport inside f becomes a ServerError exception
//     that carries the whole ErrorData; the door raises it again unchanged. f itself must own nothing.
//   - NewInContext() ties a C++ object's life to a memory context.
// Between catching a ServerError and leaving the door no server call may be made: the transaction is already failed.
#pragma once

#include "server/postgres_api.h"

#include <exception>
#include <type_traits>
#include <utility>

namespace dbmocker::server {

// A server error on its way through C++ frames. The ErrorData lives in the memory context that was current at
// CallServer.
class ServerError : public std::exception {
 public:
  explicit ServerError(ErrorData* data) : data_(data) {}
  ErrorData* data() const noexcept { return data_; }
  const char* what() const noexcept override { return data_->message; }

 private:
  ErrorData* data_;
};

// The exception in flight as plain memory: nothing in it needs a destructor. Long texts are cut.
struct PendingError {
  ErrorData* server_error;
  char sqlstate[6];
  char message[1024];
  char detail[2048];
  char hint[1024];
  char constraint[NAMEDATALEN];  // that has refused a row; empty if none is named
};

// Called inside a catch block: fills `pending` from the current exception. Does not call the server.
void CaptureException(PendingError* pending) noexcept;

// Raises what CaptureException kept. Must be called with no C++ owner left in the frame.
[[noreturn]] void RaisePendingError(PendingError* pending);

// Runs `body`, which may throw; an exception leaves as an ereport.
template <class Body>
Datum EnterFromServer(Body body) {
  PendingError pending;
  try {
    return body();
  } catch (...) {
    CaptureException(&pending);
  }
  RaisePendingError(&pending);
}

// Runs `call`, which may ereport and owns nothing; an ereport leaves as a ServerError. `call` may also throw.
template <class Call>
auto CallServer(Call&& call) -> std::invoke_result_t<Call> {
  using Result = std::invoke_result_t<Call>;
  static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                "a result that owns something would be skipped by longjmp");
  MemoryContext const context = CurrentMemoryContext;
  sigjmp_buf* const outer_handler = PG_exception_stack;
  ErrorContextCallback* const outer_context = error_context_stack;
  ErrorData* volatile error = nullptr;
  [[maybe_unused]] std::conditional_t<std::is_void_v<Result>, char, Result> volatile result{};
  try {
    PG_TRY();
    {
      if constexpr (std::is_void_v<Result>) {
        call();
      } else {
        const_cast<Result&>(result) = call();
      }
    }
    PG_CATCH();
    {
      MemoryContextSwitchTo(context);
      error = CopyErrorData();
      FlushErrorState();
    }
    PG_END_TRY();
  } catch (...) {
    PG_exception_stack = outer_handler;
    error_context_stack = outer_context;
    throw;
  }
  if (error != nullptr) throw ServerError(error);
  if constexpr (!std::is_void_v<Result>) return const_cast<Result&>(result);
}

// Creates a T that is deleted when `context` is reset or deleted. Throws what T's constructor throws, or ServerError.
template <class T, class... Arguments>
T* NewInContext(MemoryContext context, Arguments&&... arguments) {
  auto* callback = CallServer([=] {
    return static_cast<MemoryContextCallback*>(MemoryContextAllocZero(context, sizeof(MemoryContextCallback)));
  });
  T* object = new T(std::forward<Arguments>(arguments)...);
  callback->func = [](void* argument) { delete static_cast<T*>(argument); };
  callback->arg = object;
  MemoryContextRegisterResetCallback(context, callback);  // cannot fail
  return object;
}

}  // namespace dbmocker::server

// Defines the SQL-callable function `name` (dbmocker_<verb>); the block that follows is its body, in C++.
#define DBMOCKER_FUNCTION(name)                                                           \
  static Datum name##_body(FunctionCallInfo fcinfo);                                      \
  _Pragma("GCC visibility push(default)") extern "C" {                                    \
    PG_FUNCTION_INFO_V1(name);                                                            \
    Datum name(PG_FUNCTION_ARGS);                                                         \
  }                                                                                       \
  _Pragma("GCC visibility pop") extern "C" Datum name(PG_FUNCTION_ARGS) {                 \
    return ::dbmocker::server::EnterFromServer([fcinfo] { return name##_body(fcinfo); }); \
  }                                                                                       \
  static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)

// Defines the entry `name` (dbmocker_<verb>) of a parallel worker; the block that follows is its body, in C++.
#define DBMOCKER_PARALLEL_WORKER(name)                                                                           \
  static void name##_body(shm_toc* contents);                                                                    \
  _Pragma("GCC visibility push(default)") extern "C" void name(dsm_segment* segment, shm_toc* contents);         \
  _Pragma("GCC visibility pop") extern "C" void name([[maybe_unused]] dsm_segment* segment, shm_toc* contents) { \
    ::dbmocker::server::EnterFromServer([contents] {                                                             \
      name##_body(contents);                                                                                     \
      return Datum{0};                                                                                           \
    });                                                                                                          \
  }                                                                                                              \
  static void name##_body(shm_toc* contents)

// Defines the main function `name` (dbmocker_<verb>) of a background worker; the block that follows is its body.
#define DBMOCKER_WORKER(name)                                                   \
  static void name##_body(Datum argument);                                      \
  _Pragma("GCC visibility push(default)") extern "C" void name(Datum argument); \
  _Pragma("GCC visibility pop") extern "C" void name(Datum argument) {          \
    ::dbmocker::server::EnterFromServer([argument] {                            \
      name##_body(argument);                                                    \
      return Datum{0};                                                          \
    });                                                                         \
  }                                                                             \
  static void name##_body([[maybe_unused]] Datum argument)
