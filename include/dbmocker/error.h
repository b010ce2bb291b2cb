// Errors of the core: a plain report (SQLSTATE, message, detail, hint) and the one exception type that carries it.
// The core never prints and never aborts; whoever calls it turns the report into its own kind of error.
// Read first: Error.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace dbmocker {

// The SQLSTATEs that the core raises (PostgreSQL, appendix A "PostgreSQL Error Codes").
namespace sqlstate {
inline constexpr char kInvalidParameterValue[] = "22023";
inline constexpr char kSequenceLimitExceeded[] = "2200H";
inline constexpr char kNotNullViolation[] = "23502";
inline constexpr char kForeignKeyViolation[] = "23503";
inline constexpr char kUniqueViolation[] = "23505";
inline constexpr char kCheckViolation[] = "23514";
inline constexpr char kUndefinedObject[] = "42704";
inline constexpr char kFeatureNotSupported[] = "0A000";
inline constexpr char kProgramLimitExceeded[] = "54000";
inline constexpr char kOutOfMemory[] = "53200";
inline constexpr char kInternalError[] = "XX000";
}  // namespace sqlstate

// What a user sees: a short lower-case message, a DETAIL with the fact, a HINT that can be acted on (both may be
// empty).
struct ErrorReport {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
  std::string constraint = {};  // that has refused a row; empty if none is named
};

class Error : public std::exception {
 public:
  Error(std::string sqlstate, std::string message, std::string detail = {}, std::string hint = {})
      : report_{std::move(sqlstate), std::move(message), std::move(detail), std::move(hint), {}} {}

  explicit Error(ErrorReport report) : report_(std::move(report)) {}

  const ErrorReport& report() const noexcept { return report_; }
  const char* what() const noexcept override { return report_.message.c_str(); }

 private:
  ErrorReport report_;
};

// More rows were asked for than a unique key has values: `capacity` rows can be made.
class CapacityError : public Error {
 public:
  CapacityError(std::uint64_t capacity, const ErrorReport& report)
      : Error(report.sqlstate, report.message, report.detail, report.hint), capacity_(capacity) {}

  std::uint64_t capacity() const noexcept { return capacity_; }

 private:
  std::uint64_t capacity_;
};

}  // namespace dbmocker
