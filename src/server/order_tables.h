// The order in which the tables of a schema are filled: referenced tables first; circles are broken at references that
// may be NULL, which are filled in afterwards. A circle without one is entered at a table whose references point ahead,
// to rows that are made before its statement ends. Pure C++, no server call.
// Read first: OrderTables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dbmocker::server {

struct TableNode {
  std::uint32_t oid;
  std::string name;  // qualified and quoted
};

struct ReferenceEdge {
  std::uint32_t constraint;
  std::string name;
  std::uint32_t from;  // the table that holds the foreign key
  std::uint32_t to;
  bool may_be_null;
  bool is_mutual = false;  // the key that it refers to consists in part of references back to `from`
};

// A table, and those that have to be filled before the statement that fills it ends.
struct FillStep {
  std::uint32_t table;
  std::vector<ReferenceEdge> ahead;  // its references to tables in `inside`
  std::vector<FillStep> inside;
};

struct FillOrder {
  std::vector<FillStep> steps;
  std::vector<ReferenceEdge> filled_in_later;  // references that are NULL at first
};

// `edges` between tables outside `tables` and self-references are ignored. Among tables that are free to go, the one
// that comes first in `tables` goes first.
FillOrder OrderTables(const std::vector<TableNode>& tables, const std::vector<ReferenceEdge>& edges);

// The tables of `order` in groups that can be filled one after the other: a circle is a group, any other table one of
// its own. `edges`: those that the order was made from, less inserts of triggers that it has set aside.
std::vector<std::vector<std::uint32_t>> GroupTables(const FillOrder& order, const std::vector<ReferenceEdge>& edges);

}  // namespace dbmocker::server
