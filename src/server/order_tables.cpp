// Kahn's algorithm. Whenever no table is free to go, one reference of a circle that may be NULL is set aside; where
// there is none, one table of a circle that leads nowhere else goes first, with the others inside of its statement.
// Read first: OrderTables.
#include "server/order_tables.h"

#include <algorithm>
#include <map>
#include <set>

namespace dbmocker::server {
namespace {

using TableSet = std::set<std::uint32_t>;
using Edges = std::vector<ReferenceEdge>;

// The tables that lie on a circle of `edges`: what is left when tables without incoming or outgoing edges are removed.
TableSet FindCircle(TableSet tables, const Edges& edges) {
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

// What `table` refers to, directly or not; itself only if it lies on a circle.
TableSet FindReached(std::uint32_t table, const Edges& edges) {
  TableSet reached;
  std::vector<std::uint32_t> open{table};
  while (!open.empty()) {
    const std::uint32_t from = open.back();
    open.pop_back();
    for (const ReferenceEdge& edge : edges)
      if (edge.from == from && reached.insert(edge.to).second) open.push_back(edge.to);
  }
  return reached;
}

// The table to enter a circle at: one all of whose reached tables lead back to it; of these, one that chooses keys of
// others together with its own, or one without which no circle is left, if there is one.
std::uint32_t ChooseEntry(const std::vector<TableNode>& tables, const TableSet& left, const Edges& edges) {
  std::uint32_t entry = 0, opening = 0;
  for (const TableNode& table : tables) {
    if (!left.contains(table.oid)) continue;
    TableSet component = FindReached(table.oid, edges);
    const bool is_closed = component.contains(table.oid) && std::ranges::all_of(component, [&](std::uint32_t other) {
                             return FindReached(other, edges).contains(table.oid);
                           });
    if (!is_closed) continue;
    if (entry == 0) entry = table.oid;
    const bool is_mutual = std::ranges::any_of(edges, [&](const ReferenceEdge& edge) {
      return edge.is_mutual && edge.from == table.oid && component.contains(edge.to);
    });
    if (is_mutual) return table.oid;
    component.erase(table.oid);
    if (opening == 0 && FindCircle(component, edges).empty()) opening = table.oid;
  }
  return opening != 0 ? opening : entry;
}

FillStep EnterCircle(std::uint32_t entry, const std::vector<TableNode>& tables, const Edges& edges, Edges& later) {
  FillStep step{entry, {}, {}};
  const TableSet circle = FindReached(entry, edges);
  std::vector<TableNode> others;
  for (const TableNode& table : tables)
    if (table.oid != entry && circle.contains(table.oid)) others.push_back(table);
  for (const ReferenceEdge& edge : edges)
    if (edge.from == entry && circle.contains(edge.to)) step.ahead.push_back(edge);
  FillOrder inside = OrderTables(others, edges);
  step.inside = std::move(inside.steps);
  later.insert(later.end(), inside.filled_in_later.begin(), inside.filled_in_later.end());
  return step;
}

void TakeOut(const FillStep& step, TableSet& left, Edges& open) {
  left.erase(step.table);
  std::erase_if(open, [&](const ReferenceEdge& edge) { return edge.to == step.table || edge.from == step.table; });
  for (const FillStep& inner : step.inside) TakeOut(inner, left, open);
}

void ListTables(const std::vector<FillStep>& steps, std::vector<std::uint32_t>& tables) {
  for (const FillStep& step : steps) {
    tables.push_back(step.table);
    ListTables(step.inside, tables);
  }
}

}  // namespace

FillOrder OrderTables(const std::vector<TableNode>& tables, const std::vector<ReferenceEdge>& edges) {
  FillOrder order;
  TableSet left;
  for (const TableNode& table : tables) left.insert(table.oid);
  Edges open;
  for (const ReferenceEdge& edge : edges)
    if (edge.from != edge.to && left.contains(edge.from) && left.contains(edge.to)) open.push_back(edge);
  while (!left.empty()) {
    const auto next = std::ranges::find_if(tables, [&](const TableNode& table) {
      return left.contains(table.oid) &&
             std::ranges::none_of(open, [&](const ReferenceEdge& edge) { return edge.from == table.oid; });
    });
    if (next != tables.end()) {
      order.steps.push_back({next->oid, {}, {}});
      TakeOut(order.steps.back(), left, open);
      continue;
    }
    const TableSet circle = FindCircle(left, open);  // with tables between two circles
    const auto optional = std::ranges::find_if(open, [&](const ReferenceEdge& edge) {
      return edge.may_be_null && circle.contains(edge.from) && circle.contains(edge.to) &&
             FindReached(edge.to, open).contains(edge.from);
    });
    if (optional != open.end()) {
      order.filled_in_later.push_back(*optional);
      open.erase(optional);
      continue;
    }
    order.steps.push_back(EnterCircle(ChooseEntry(tables, left, open), tables, open, order.filled_in_later));
    TakeOut(order.steps.back(), left, open);
  }
  return order;
}

std::vector<std::vector<std::uint32_t>> GroupTables(const FillOrder& order, const std::vector<ReferenceEdge>& edges) {
  std::vector<std::uint32_t> left;
  ListTables(order.steps, left);
  std::map<std::uint32_t, TableSet> reached;
  for (const std::uint32_t table : left) reached[table] = FindReached(table, edges);
  std::vector<std::vector<std::uint32_t>> groups;
  const auto is_partner = [&](std::uint32_t table, std::uint32_t other) {
    return table == other || (reached[table].contains(other) && reached[other].contains(table));
  };
  while (!left.empty()) {  // the first group that refers to nothing but itself and what has gone before
    const auto next = std::ranges::find_if(left, [&](std::uint32_t table) {
      return std::ranges::all_of(
          left, [&](std::uint32_t other) { return !reached[table].contains(other) || is_partner(table, other); });
    });
    const std::uint32_t first = *next;
    groups.emplace_back();
    for (const std::uint32_t table : left)
      if (is_partner(first, table)) groups.back().push_back(table);
    std::erase_if(left, [&](std::uint32_t table) { return std::ranges::count(groups.back(), table) > 0; });
  }
  return groups;
}

}  // namespace dbmocker::server
