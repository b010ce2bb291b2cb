// Kahn's algorithm, with one reference that may be NULL set aside whenever no table is free to go.
// Read first: OrderTables.
#include "server/order_tables.h"

#include <algorithm>
#include <map>
#include <set>

#include "dbmocker/error.h"

namespace dbmocker::server {
namespace {

// The tables that lie on a circle of `edges`: what is left when tables without incoming or outgoing edges are removed.
std::set<std::uint32_t> FindCircle(std::set<std::uint32_t> tables, const std::vector<ReferenceEdge>& edges) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto it = tables.begin(); it != tables.end();) {
      const auto inside = [&](std::uint32_t other) { return tables.contains(other); };
      const bool refers = std::ranges::any_of(edges, [&](const auto& e) { return e.from == *it && inside(e.to); });
      const bool is_referred = std::ranges::any_of(edges, [&](const auto& e) { return e.to == *it && inside(e.from); });
      changed |= !(refers && is_referred);
      it = refers && is_referred ? std::next(it) : tables.erase(it);
    }
  }
  return tables;
}

}  // namespace

FillOrder OrderTables(const std::vector<TableNode>& tables, const std::vector<ReferenceEdge>& edges) {
  FillOrder order;
  std::set<std::uint32_t> left;
  for (const TableNode& table : tables) left.insert(table.oid);
  std::vector<ReferenceEdge> open;
  for (const ReferenceEdge& edge : edges)
    if (edge.from != edge.to && left.contains(edge.from) && left.contains(edge.to)) open.push_back(edge);
  while (!left.empty()) {
    const auto next = std::ranges::find_if(tables, [&](const TableNode& table) {
      return left.contains(table.oid) &&
             std::ranges::none_of(open, [&](const ReferenceEdge& edge) { return edge.from == table.oid; });
    });
    if (next != tables.end()) {
      order.tables.push_back(next->oid);
      left.erase(next->oid);
      std::erase_if(open, [&](const ReferenceEdge& edge) { return edge.to == next->oid; });
      continue;
    }
    const std::set<std::uint32_t> circle = FindCircle(left, open);
    const auto optional = std::ranges::find_if(open, [&](const ReferenceEdge& edge) {
      return edge.may_be_null && circle.contains(edge.from) && circle.contains(edge.to);
    });
    if (optional == open.end()) {
      std::string names;
      for (const TableNode& table : tables)
        if (circle.contains(table.oid)) names += (names.empty() ? "" : ", ") + table.name;
      throw Error(sqlstate::kFeatureNotSupported, "the tables reference one another in a circle that cannot be entered",
                  "No foreign key among " + names + " may be NULL.",
                  "Make one of the referencing columns nullable, or exclude the tables.");
    }
    order.filled_in_later.push_back(*optional);
    open.erase(optional);
  }
  return order;
}

}  // namespace dbmocker::server
