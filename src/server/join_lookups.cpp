// See join_lookups.h. Each lookup becomes a derived table with the expressions that others need; what one of them reads
// from another, and the columns of the row that several of them read, become join conditions.
// Read first: JoinLookups, then LookupJoin.
#include "server/join_lookups.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "core/read_lookups.h"
#include "core/sequence_columns.h"
#include "server/boundary.h"
#include "server/read_catalog.h"
#include "server/try_call.h"

namespace dbmocker::server {
namespace {

// The functions of the INSERT triggers of $1, and those that they call: name, names of the arguments, body, and whether
// it is a trigger's.
constexpr char kFunctions[] = R"(
WITH own AS (
  SELECT DISTINCT p.oid, lower(p.proname::text COLLATE "C") AS name, p.prosrc
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
   WHERE t.tgrelid = $1 AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND (t.tgtype & 4) <> 0 AND l.lanname = 'plpgsql'
)
SELECT name, '', prosrc, true, oid FROM own
UNION ALL
SELECT * FROM (
  SELECT lower(p.proname::text COLLATE "C") AS name, array_to_string(p.proargnames[1:p.pronargs], ','), p.prosrc, false,
         p.oid
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
   WHERE l.lanname IN ('sql', 'plpgsql') AND p.oid >= 16384 AND p.prorettype <> 'trigger'::regtype
     AND p.proargnames IS NOT NULL) c
 WHERE EXISTS (SELECT FROM own o WHERE strpos(lower(o.prosrc), c.name || '(') > 0)
 ORDER BY 4 DESC, 5)";

std::vector<std::string> SplitNames(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    names.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return names;
}

// True if the query is free of volatile functions and has a row. Server style.
bool HasResult(const char* query) {
  PushActiveSnapshot(GetTransactionSnapshot());
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPIPlanPtr const plan = SPI_prepare(query, 0, nullptr);
  bool has_rows = false;
  bool is_stable = plan != nullptr;
  ListCell* source = nullptr;
  foreach (source, is_stable ? SPI_plan_get_plan_sources(plan) : NIL) {
    Node* const queries = reinterpret_cast<Node*>(static_cast<CachedPlanSource*>(lfirst(source))->query_list);
    is_stable = is_stable && !contain_volatile_functions(queries);
  }
  if (is_stable) {
    SPI_execute_plan(plan, nullptr, nullptr, true, 1);
    has_rows = SPI_processed > 0;
  }
  SPI_finish();
  PopActiveSnapshot();
  return has_rows;
}

std::string Quote(const std::string& name) {
  return CallServer([&] { return quote_identifier(name.c_str()); });
}

// A derived table of the join.
struct Part {
  std::string from;  // with its WHERE
  std::vector<std::string> outputs;  // expressions, as e0, e1 …
  std::vector<std::pair<std::size_t, AttributeNumber>> columns;  // outputs that are columns of the new row
  std::vector<std::pair<std::size_t, std::pair<std::size_t, std::size_t>>> links;  // outputs, and parts and theirs
  bool is_kept = true;
  bool is_new_row = false;  // stands for the new row, which is not joined

  // True if the other one's rows are the same.
  bool Finds(const Part& other) const {
    return from == other.from && outputs == other.outputs && columns == other.columns && links == other.links;
  }

  std::size_t Output(const std::string& expression) {
    const auto found = std::ranges::find(outputs, expression);
    if (found != outputs.end()) return static_cast<std::size_t>(found - outputs.begin());
    outputs.push_back(expression);
    return outputs.size() - 1;
  }
};

class LookupJoin {
 public:
  LookupJoin(const Table& table, const std::vector<Oid>& known) : table_(table), known_(known) {}

  void AddTrigger(const std::vector<Lookup>& lookups) {
    const std::size_t first = parts_.size();
    for (const Lookup& lookup : lookups) {
      Part part;
      part.is_new_row = FindsNewRow(lookup);
      part.from = lookup.from;
      for (std::size_t i = 0; i < lookup.filters.size(); ++i)
        part.from += (i > 0 ? " AND " : " WHERE ") + lookup.filters[i];
      parts_.push_back(std::move(part));
    }
    for (std::size_t i = 0; i < lookups.size(); ++i)
      for (const LookupCondition& condition : lookups[i].conditions)
        if (!parts_[first + i].is_new_row) AddCondition(first, first + i, condition);
  }

  // References for all columns that lookups read; empty if there are none.
  std::vector<ForeignKey> MakeReferences(std::vector<std::size_t>& replaced) {
    DropLoose();
    DropRepeated();
    if (parts_.empty()) return {};
    AddForeignKeys();
    KeepWhatFinds();
    std::vector<ForeignKey> references;
    std::set<std::size_t> open;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].is_kept) open.insert(i);
    while (!open.empty()) {
      const std::set<std::size_t> together = FindConnected(*open.begin());
      for (const std::size_t place : together) open.erase(place);
      if (std::ranges::none_of(together, [&](std::size_t place) { return foreign_keys_.count(place) == 0; })) continue;
      references.push_back(MakeReference(together));
      for (const std::size_t place : together)
        if (const auto key = foreign_keys_.find(place); key != foreign_keys_.end()) replaced.push_back(key->second);
    }
    std::erase_if(references, [](const ForeignKey& key) { return key.columns.empty(); });
    return references;
  }

 private:
  bool IsFree(const Column& column) const {
    if (column.is_generated || column.identity != '\0' || TakesSequence(table_, column)) return false;
    const auto has = [&](const ForeignKey& key) { return std::ranges::count(key.columns, column.number) > 0; };
    if (std::ranges::any_of(table_.foreign_keys, [&](const ForeignKey& key) {
          return has(key) && std::ranges::count(known_, key.constraint_oid) > 0;
        }))
      return false;
    return std::ranges::any_of(table_.foreign_keys, has) || !IsKeyByItself(table_, column.number);
  }

  // The new row itself, by its own values, as in a trigger that looks once the row is stored.
  bool FindsNewRow(const Lookup& lookup) const {
    const auto last = [](const std::string& name) { return name.substr(name.find_last_of('.') + 1); };
    const std::string table = lookup.from.substr(0, lookup.from.find_first_of(" \t\n"));
    return pg_strcasecmp(last(table).c_str(), table_.name.c_str()) == 0 &&
           std::ranges::any_of(lookup.conditions, [&](const LookupCondition& condition) {
             return pg_strcasecmp(last(condition.expression).c_str(), condition.equal.column.c_str()) == 0;
           });
  }

  void AddCondition(std::size_t first, std::size_t place, LookupCondition condition) {
    Part& part = parts_[place];
    if (condition.equal.column.empty() && parts_[first + condition.equal.lookup].is_new_row)
      condition.equal.column = condition.equal.expression;
    if (condition.equal.column.empty()) {
      const std::size_t other = first + condition.equal.lookup;
      const std::size_t output = parts_[other].Output(condition.equal.expression);
      part.links.push_back({part.Output(condition.expression), {other, output}});
      return;
    }
    for (const Column& column : table_.columns)
      if (pg_strcasecmp(column.name.c_str(), condition.equal.column.c_str()) == 0 && IsFree(column))
        part.columns.emplace_back(part.Output(condition.expression), column.number);
  }

  // Lookups that nothing ties to the new row.
  void DropLoose() {
    for (Part& part : parts_) part.is_kept = false;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (!parts_[i].columns.empty())
        for (const std::size_t place : FindConnectedAmong(i, true)) parts_[place].is_kept = true;
  }

  // What several triggers look up in the same way.
  void DropRepeated() {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      for (std::size_t earlier = 0; earlier < i && parts_[i].is_kept; ++earlier)
        if (parts_[earlier].is_kept && parts_[earlier].Finds(parts_[i]) && !IsLinkedTo(i)) parts_[i].is_kept = false;
  }

  bool IsLinkedTo(std::size_t place) const {
    return std::ranges::any_of(parts_, [&](const Part& part) {
      return std::ranges::any_of(part.links, [&](const auto& link) { return link.second.first == place; });
    });
  }

  // The foreign keys that share columns with lookups: their parents must exist, too.
  void AddForeignKeys() {
    std::set<AttributeNumber> read;
    for (const Part& part : parts_)
      for (const auto& [output, number] : part.columns) read.insert(number);
    std::vector<Part> keys;
    std::vector<std::size_t> key_places;
    for (std::size_t i = 0; i < table_.foreign_keys.size(); ++i) {
      const ForeignKey& key = table_.foreign_keys[i];
      const bool is_read =
          std::ranges::any_of(key.columns, [&](AttributeNumber number) { return read.contains(number); });
      if (!is_read || key.referenced_oid == table_.oid || !OidIsValid(key.referenced_oid)) continue;
      Part part;
      part.from = key.referenced_table;
      for (std::size_t place = 0; place < key.columns.size(); ++place)
        part.columns.emplace_back(part.Output(Quote(key.referenced_names[place])), key.columns[place]);
      keys.push_back(std::move(part));
      key_places.push_back(i);
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      foreign_keys_[parts_.size()] = key_places[i];
      parts_.push_back(std::move(keys[i]));
    }
  }

  // Foreign keys first; then one lookup after the other, as long as rows are found.
  void KeepWhatFinds() {
    std::vector<std::size_t> order;
    for (const auto& [place, key] : foreign_keys_) order.push_back(place);
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].is_kept && foreign_keys_.count(i) == 0) order.push_back(i);
    for (const std::size_t place : order) parts_[place].is_kept = false;
    for (const std::size_t place : order) {
      parts_[place].is_kept = true;
      parts_[place].is_kept = FindsRows(FindConnected(place));
    }
  }

  std::set<std::size_t> FindConnected(std::size_t start) const { return FindConnectedAmong(start, false); }

  // Parts that share columns of the row, or read one another.
  std::set<std::size_t> FindConnectedAmong(std::size_t start, bool all) const {
    std::set<std::size_t> found{start};
    std::vector<std::size_t> open{start};
    while (!open.empty()) {
      const std::size_t place = open.back();
      open.pop_back();
      for (std::size_t other = 0; other < parts_.size(); ++other)
        if ((all || parts_[other].is_kept) && !found.contains(other) &&
            (AreTied(place, other, all) || AreTied(other, place, all))) {
          found.insert(other);
          open.push_back(other);
        }
    }
    return found;
  }

  bool AreTied(std::size_t from, std::size_t to, bool by_links_only) const {
    const bool is_linked =
        std::ranges::any_of(parts_[from].links, [&](const auto& link) { return link.second.first == to; });
    if (is_linked || by_links_only) return is_linked;
    return std::ranges::any_of(parts_[from].columns, [&](const auto& one) {
      return std::ranges::any_of(parts_[to].columns, [&](const auto& other) { return one.second == other.second; });
    });
  }

  // " FROM … WHERE …" over the parts; `places`: which output stands for which column of the row.
  std::string JoinText(const std::set<std::size_t>& together, std::map<AttributeNumber, std::string>& places) const {
    std::string list, conditions;
    const auto name = [](std::size_t part, std::size_t output) {
      return "l" + std::to_string(part) + ".e" + std::to_string(output);
    };
    const auto add = [&](const std::string& condition) {
      conditions += (conditions.empty() ? "" : " AND ") + condition;
    };
    for (const std::size_t place : together) {
      const Part& part = parts_[place];
      const bool is_lookup = foreign_keys_.count(place) == 0;  // any number of rows; a foreign key's are unique
      std::string outputs;
      for (std::size_t i = 0; i < part.outputs.size(); ++i)
        outputs += (i > 0 ? ", " : "") + part.outputs[i] + " AS e" + std::to_string(i);
      list += list.empty() ? "(SELECT " : ", (SELECT ";
      list += is_lookup ? "DISTINCT " : "";
      list += outputs + " FROM " + part.from + ") l" + std::to_string(place);
      for (const auto& [output, number] : part.columns) {
        const auto [first, is_new] = places.try_emplace(number, name(place, output));
        add(is_new ? first->second + " IS NOT NULL" : first->second + " = " + name(place, output));
      }
      for (const auto& [output, source] : part.links)
        if (together.contains(source.first)) add(name(place, output) + " = " + name(source.first, source.second));
    }
    return " FROM " + list + (conditions.empty() ? "" : " WHERE " + conditions);
  }

  // The texts come from functions: a query that may change something, as one that calls nextval(), is not asked.
  bool FindsRows(const std::set<std::size_t>& together) const {
    std::map<AttributeNumber, std::string> places;
    const std::string query = "SELECT 1" + JoinText(together, places) + " LIMIT 1";
    bool has_rows = false;
    TryFault fault;
    const auto ask = [&] { has_rows = CallServer([&] { return HasResult(query.c_str()); }); };
    if (TryCall(ask, &fault) && has_rows) return true;
    CallServer([&] { elog(DEBUG1, "nothing is looked up by %s: %s", query.c_str(), fault.error.message); });
    return false;
  }

  ForeignKey MakeReference(const std::set<std::size_t>& together) const {
    std::map<AttributeNumber, std::string> places;
    const std::string text = JoinText(together, places);
    ForeignKey key;
    key.name = "looked up by triggers";
    std::string list, distinct, every;
    std::map<AttributeNumber, std::string> aliases;
    for (const auto& [number, place] : places) {
      const std::string alias = "c" + std::to_string(key.columns.size());
      aliases[number] = alias;
      every.append(every.empty() ? "" : ", ").append(alias);
      list.append(list.empty() ? "" : ", ").append(place).append(" AS ").append(alias);
      key.name += (key.columns.empty() ? ": " : ", ") + table_.FindColumn(number)->name;
      key.columns.push_back(number);
      key.referenced_names.push_back(alias);
    }
    for (const UniqueKey& unique : table_.unique_keys) {  // no two rows with the same values of a key
      const bool is_part = distinct.empty() && !unique.predicate &&
                           std::ranges::all_of(unique.columns, [&](auto number) { return places.contains(number); });
      for (std::size_t i = 0; is_part && i < unique.columns.size(); ++i)
        distinct += (distinct.empty() ? "" : ", ") + aliases[unique.columns[i]];
    }
    constexpr int kMostCombinations = 2'000'000;  // of what may be a product of large tables
    key.referenced_table = "(SELECT DISTINCT " + (distinct.empty() ? "" : "ON (" + distinct + ") ") +
                           "* FROM (SELECT " + list + text + " LIMIT " + std::to_string(kMostCombinations) + ") c" +
                           (distinct.empty() ? "" : " ORDER BY " + distinct + ", " + every) + ")";
    return key;
  }

  const Table& table_;
  const std::vector<Oid>& known_;
  std::vector<Part> parts_;
  std::map<std::size_t, std::size_t> foreign_keys_;  // parts that stand for foreign keys, and their places
};

}  // namespace

bool JoinLookups(Table& table, const std::vector<Oid>& known) {
  const CatalogRows rows = CallServer([oid = table.oid] { return RunCatalogQuery(kFunctions, oid); });
  std::vector<FunctionBody> callees;
  for (int row = 0; row < rows.row_count; ++row)
    if (rows.Get(row, 3)[0] == 'f')
      callees.push_back({rows.Get(row, 0), SplitNames(rows.Get(row, 1)), rows.Get(row, 2)});
  LookupJoin join(table, known);
  for (int row = 0; row < rows.row_count; ++row)
    if (rows.Get(row, 3)[0] == 't') join.AddTrigger(ReadLookups(rows.Get(row, 2), callees));
  std::vector<std::size_t> replaced;
  std::vector<ForeignKey> references = join.MakeReferences(replaced);
  if (references.empty()) return false;
  std::vector<ForeignKey> kept;
  for (std::size_t i = 0; i < table.foreign_keys.size(); ++i)
    if (std::ranges::count(replaced, i) == 0) kept.push_back(std::move(table.foreign_keys[i]));
  table.foreign_keys = std::move(kept);
  for (ForeignKey& key : references) {
    CallServer([&] { elog(DEBUG1, "%s: %s", key.name.c_str(), key.referenced_table.c_str()); });
    table.foreign_keys.push_back(std::move(key));
  }
  return true;
}

}  // namespace dbmocker::server
