// Rows of other tables that a table wants before its own can be stored: those that its triggers miss, and more of those
// that it refers to. They belong to the same call, which reports them with the tables that they are in.
// Read first: ParentMaker::Make.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "server/parse_options.h"
#include "server/run_hooks.h"
#include "server/schema_request.h"
#include "server/try_call.h"

namespace dbmocker::server {

// True if the fault is a parent that another table misses, as where a trigger of `target` inserts into that.
bool IsMissingParent(std::uint32_t target, const TryFault& fault);

// A copy taken before work that fails is what this has to be set back to. May throw ServerError.
class ParentMaker {
 public:
  // Both must outlive this.
  ParentMaker(const SchemaPlan& plan, const RunOptions& options) : plan_(&plan), options_(&options) {}

  // Rows made so far, by table.
  const std::map<std::uint32_t, std::int64_t>& added() const { return added_; }

  // What kept `target` from being filled. False if the fault is something that no further row mends, or if the rows
  // cannot be made.
  bool Make(std::uint32_t target, const TryFault& fault);

  // Four times as many parents as the schema's plan has, once for each parent's table. False if none can be made.
  bool Widen(std::uint32_t target);

 private:
  bool MakeMissing(std::uint32_t target, const TryFault& fault);
  bool MakeRow(std::uint32_t target, const RunHooks& hooks, int depth);
  bool MakeFree(std::uint32_t target, const TryFault& fault);
  bool TryRows(std::uint32_t target, std::int64_t rows, const RunOptions& options);

  const SchemaPlan* plan_;
  const RunOptions* options_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> extended_;  // tables, and parents made for them
  std::set<std::uint32_t> widened_;
  std::map<std::uint32_t, std::int64_t> added_;
};

}  // namespace dbmocker::server
