// The rules of a run: those that are stored for the target, with the call's own keys on top, each value brought into
// its type's output syntax by the server's own input function.
// Read first: GatherRules.
#pragma once

#include "server/postgres_api.h"

#include "core/rule.h"
#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// Fills facts.rules, and the sample that they or the options ask for. Throws Error 22023 for a call's rules that are
// wrong, ServerError.
void GatherRules(const Table& table, const RunOptions& options, TargetFacts& facts);

// Brings the values of a rule into their type's output syntax; moments that are relative to now() are taken from
// `reference_time`. What is wrong goes to `faults`, under `path`.
void SettleRule(const Table& table, const Column& column, JsonNode& rule, std::int64_t reference_time,
                const std::string& path, Faults& faults);

// The rule that stored values suggest and that the column's constraints allow, as JSON; "" if there is none.
std::string SuggestPossibleRule(const Table& table, const Column& column,
                                const std::vector<std::optional<std::string>>& values, const RunOptions& options);

// Reads a rule as a user wrote it and judges it against the table's constraints. May throw Error, ServerError.
void JudgeRule(const Table& table, const Column& column, const std::string& json, const RunOptions& options);

}  // namespace dbmocker::server
