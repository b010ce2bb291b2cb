// See agree_references.h. Texts are searched by patterns: a reference too many costs an attempt, for the run is made
// without them where it fails with them.
// Read first: AddAgreements, then Walk.
#include "server/agree_references.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <optional>

#include "server/boundary.h"
#include "server/describe_table.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

// Columns that no foreign key has and the columns that the table's INSERT triggers compare them with: NEW.x = y.z,
// y.z = NEW.x, NEW.x [NOT] IN (SELECT z FROM y). Of tables of one name, the one in the target's schema goes first.
constexpr char kLookups[] = R"(
WITH target AS (SELECT oid, relnamespace FROM pg_class WHERE oid = $1),
statements AS (
  SELECT s.text
    FROM pg_trigger t JOIN target ON t.tgrelid = target.oid JOIN pg_proc p ON p.oid = t.tgfoid,
         regexp_split_to_table(regexp_replace(lower(p.prosrc COLLATE "C"), '--[^\n]*', '', 'g'),
                               ';|\mthen\M|\mbegin\M') AS s (text)
   WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND (t.tgtype & 4) <> 0 AND strpos(s.text, 'new.') > 0
), sources AS (
  SELECT s.text, m[1] AS name, m[2] AS alias
    FROM statements s,
         regexp_matches(s.text, '\m(?:from|join)\s+(?:only\s+)?(?:\w+\.)?(\w+)(?:\s+(?:as\s+)?(\w+))?', 'g') m
), comparisons AS (
  SELECT s.text, m[1] AS source, m[2] AS name, m[3] AS own
    FROM statements s, regexp_matches(s.text, '(?:\m(\w+)\.)?\m(\w+)\s*=\s*new\.(\w+)', 'g') m
  UNION
  SELECT s.text, m[2], m[3], m[1]
    FROM statements s, regexp_matches(s.text, '\mnew\.(\w+)\s*=\s*(?:(\w+)\.)?(\w+)', 'g') m
  UNION
  SELECT s.text, m[2], m[3], m[1]
    FROM statements s,
         regexp_matches(s.text, '\mnew\.(\w+)\s+(?:not\s+)?in\s*\(\s*select\s+(?:distinct\s+)?'
                                || '(?:(\w+)\.)?(\w+)\s+from\M', 'g') m
)
SELECT DISTINCT ON (a.attnum) a.attnum, format('%I.%I', n.nspname, r.relname), z.attname
  FROM comparisons c JOIN sources s ON s.text = c.text AND (c.source IS NULL OR c.source IN (s.name, s.alias))
  JOIN target ON true
  JOIN pg_attribute a ON a.attrelid = target.oid AND a.attnum > 0 AND lower(a.attname COLLATE "C") = c.own
  JOIN pg_class r ON lower(r.relname COLLATE "C") = s.name AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
                 AND r.oid <> target.oid
  JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_(toast|temp)'
  JOIN pg_attribute z ON z.attrelid = r.oid AND z.attnum > 0 AND lower(z.attname COLLATE "C") = c.name
 WHERE NOT EXISTS (SELECT FROM pg_constraint f
                    WHERE f.conrelid = target.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey))
   AND NOT EXISTS (SELECT FROM pg_constraint f
                    WHERE f.conrelid = r.oid AND f.contype = 'f' AND f.confrelid = target.oid
                      AND z.attnum = ANY (f.conkey))
 ORDER BY a.attnum, r.relnamespace <> target.relnamespace, n.nspname <> 'public', n.nspname, r.relname, z.attname)";

// A reference to the rows of a query whose columns are named c0, c1 ….
ForeignKey ReferTo(const std::string& query, std::vector<AttributeNumber> columns, std::string name) {
  ForeignKey key;
  key.name = std::move(name);
  key.referenced_table = "(" + query + ")";
  for (std::size_t i = 0; i < columns.size(); ++i) key.referenced_names.push_back("c" + std::to_string(i));
  key.columns = std::move(columns);
  return key;
}

bool HasRowsToSee(const char* table) {
  const CatalogRows rows = CallServer(
      [=] { return RunCatalogQuery(psprintf("SELECT $1 WHERE EXISTS (SELECT FROM %s)", table), InvalidOid); });
  return rows.row_count > 0;
}

bool AddLookups(Table& table) {
  const CatalogRows rows = CallServer([oid = table.oid] { return RunCatalogQuery(kLookups, oid); });
  bool is_added = false;
  for (int row = 0; row < rows.row_count; ++row) {
    const AttributeNumber number = std::atoi(rows.Get(row, 0));
    const Column* column = table.FindColumn(number);
    if (column == nullptr || column->is_generated || column->sequence || !HasRowsToSee(rows.Get(row, 1))) continue;
    const char* name = CallServer([&] { return quote_identifier(rows.Get(row, 2)); });
    table.foreign_keys.push_back(ReferTo(std::string("SELECT DISTINCT l.") + name + " AS c0 FROM " + rows.Get(row, 1) +
                                             " l WHERE l." + name + " IS NOT NULL",
                                         {number}, "looked up by a trigger: " + column->name));
    is_added = true;
  }
  return is_added;
}

// ------------------------------------------------------------------------------------------------- common parents

std::string Quote(const std::string& name) {
  return CallServer([&] { return quote_identifier(name.c_str()); });
}

bool Overlap(const std::vector<AttributeNumber>& left, const std::vector<AttributeNumber>& right) {
  return std::ranges::any_of(left, [&](AttributeNumber number) { return std::ranges::count(right, number) > 0; });
}

// Tables reached from a foreign key's parent by the foreign keys of parents, each by its shortest way.
class Walk {
 public:
  Walk(const Table& table, const ForeignKey& leader, std::map<Oid, Table>& described) : leader_(leader) {
    steps_.push_back({leader.referenced_oid, leader.referenced_table, -1, "", 0});
    for (std::size_t i = 0; i < steps_.size() && steps_.size() < kMostTables; ++i) {
      if (steps_[i].depth >= kDeepest) continue;
      if (!described.contains(steps_[i].table)) described[steps_[i].table] = DescribeTable(steps_[i].table);
      for (const ForeignKey& key : described[steps_[i].table].foreign_keys) Follow(described[steps_[i].table], key, i);
    }
    FindFollowers(table);
  }

  // Foreign keys of the table whose parents the leader's parent determines.
  const std::vector<const ForeignKey*>& followers() const { return followers_; }

  // The leader and its followers as one reference.
  ForeignKey Join() const {
    std::vector<bool> is_needed(steps_.size());
    for (int place : places_)
      for (; place >= 0; place = steps_[static_cast<std::size_t>(place)].from)
        is_needed[static_cast<std::size_t>(place)] = true;
    std::vector<AttributeNumber> columns = leader_.columns;
    std::string list, joins;
    const auto add = [&list](const std::string& name, std::size_t step) {
      const auto count = std::ranges::count(list, ',') + (list.empty() ? 0 : 1);
      list += (list.empty() ? "k" : ", k") + std::to_string(step) + "." + Quote(name) + " AS c" + std::to_string(count);
    };
    for (const std::string& name : leader_.referenced_names) add(name, 0);
    for (std::size_t i = 0; i < followers_.size(); ++i) {
      columns.insert(columns.end(), followers_[i]->columns.begin(), followers_[i]->columns.end());
      for (const std::string& name : followers_[i]->referenced_names) add(name, static_cast<std::size_t>(places_[i]));
    }
    for (std::size_t i = 1; i < steps_.size(); ++i)
      if (is_needed[i]) joins += " JOIN " + steps_[i].name + " k" + std::to_string(i) + " ON " + steps_[i].condition;
    return ReferTo("SELECT " + list + " FROM " + steps_[0].name + " k0" + joins, std::move(columns),
                   "agreeing with " + leader_.name);
  }

 private:
  static constexpr int kDeepest = 4;
  static constexpr std::size_t kMostTables = 60;

  struct Step {
    Oid table;
    std::string name;
    int from;  // place of the step before; -1: the leader's parent
    std::string condition;
    int depth;
  };

  void Follow(const Table& table, const ForeignKey& key, std::size_t from) {
    if (std::ranges::any_of(steps_, [&](const Step& step) { return step.table == key.referenced_oid; })) return;
    std::string condition;
    for (std::size_t i = 0; i < key.columns.size(); ++i)
      condition += (i > 0 ? " AND k" : "k") + std::to_string(steps_.size()) + "." + Quote(key.referenced_names[i]) +
                   " = k" + std::to_string(from) + "." + Quote(table.FindColumn(key.columns[i])->name);
    steps_.push_back(
        {key.referenced_oid, key.referenced_table, static_cast<int>(from), condition, steps_[from].depth + 1});
  }

  void FindFollowers(const Table& table) {
    std::vector<AttributeNumber> taken = leader_.columns;
    for (const ForeignKey& key : table.foreign_keys) {
      if (&key == &leader_ || key.referenced_oid == table.oid || Overlap(key.columns, taken)) continue;
      const auto step = std::ranges::find(steps_, key.referenced_oid, &Step::table);
      if (step == steps_.end() || step->depth == 0) continue;
      followers_.push_back(&key);
      places_.push_back(static_cast<int>(step - steps_.begin()));
      taken.insert(taken.end(), key.columns.begin(), key.columns.end());
    }
  }

  const ForeignKey& leader_;
  std::vector<Step> steps_;
  std::vector<const ForeignKey*> followers_;
  std::vector<int> places_;  // of the followers' parents among the steps
};

// The foreign key with most followers takes them with it; then the next one.
bool JoinOne(Table& table, const std::vector<Oid>& known, std::map<Oid, Table>& described) {
  const auto is_free = [&](const ForeignKey& key) {
    return OidIsValid(key.referenced_oid) && key.referenced_oid != table.oid &&
           std::ranges::count(known, key.constraint_oid) == 0;
  };
  Table candidates = table;
  std::erase_if(candidates.foreign_keys, [&](const ForeignKey& key) { return !is_free(key); });
  std::vector<Oid> joined;
  ForeignKey best;
  for (const ForeignKey& leader : candidates.foreign_keys) {
    const Walk walk(candidates, leader, described);
    if (walk.followers().size() + 1 <= std::max<std::size_t>(joined.size(), 1)) continue;
    best = walk.Join();
    joined = {leader.constraint_oid};
    for (const ForeignKey* follower : walk.followers()) joined.push_back(follower->constraint_oid);
  }
  if (joined.empty()) return false;
  std::erase_if(table.foreign_keys, [&](const ForeignKey& key) {
    return OidIsValid(key.constraint_oid) && std::ranges::count(joined, key.constraint_oid) > 0;
  });
  table.foreign_keys.push_back(std::move(best));
  return true;
}

// ------------------------------------------------------------------------------------------------- parents alike

// A column of two parents' tables that refers to one table in both, and that the target's INSERT triggers name: an
// account and a user of one tenant.
struct Likeness {
  std::string left;
  std::string right;
};

constexpr char kTriggerTexts[] = R"(
SELECT lower(p.prosrc COLLATE "C")
  FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE t.tgrelid = $1 AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND (t.tgtype & 4) <> 0)";

std::string ReadTriggerTexts(Oid table) {
  const CatalogRows rows = CallServer([=] { return RunCatalogQuery(kTriggerTexts, table); });
  std::string texts;
  for (int row = 0; row < rows.row_count; ++row) texts += std::string(" ") + rows.Get(row, 0);
  return texts;
}

std::optional<Likeness> FindLikeness(const Table& left, const Table& right, const std::string& texts) {
  const auto is_named = [&texts](const std::string& name) { return texts.find(name) != std::string::npos; };
  for (const ForeignKey& a : left.foreign_keys)
    for (const ForeignKey& b : right.foreign_keys) {
      if (a.referenced_oid != b.referenced_oid || a.columns.size() != 1 || b.columns.size() != 1) continue;
      const Likeness found{left.FindColumn(a.columns.front())->name, right.FindColumn(b.columns.front())->name};
      if (a.referenced_columns == b.referenced_columns && is_named(found.left) && is_named(found.right)) return found;
    }
  return std::nullopt;
}

// The keys of one parent's table with some of those of the other's that are alike: as many of each as kPartners.
ForeignKey PairParents(const ForeignKey& left, const ForeignKey& right, const Likeness& alike) {
  constexpr int kPartners = 4;
  const auto number = [](const ForeignKey& key, const std::string& column, std::size_t first) {
    std::string list, order;
    for (std::size_t i = 0; i < key.referenced_names.size(); ++i) {
      const std::string name = "t." + Quote(key.referenced_names[i]);
      list += name + " AS c" + std::to_string(first + i) + ", ";
      order += (i == 0 ? "" : ", ") + name;
    }
    const std::string name = "t." + Quote(column);
    return "(SELECT " + list + name + " AS likeness, row_number() OVER (PARTITION BY " + name + " ORDER BY " + order +
           ") - 1 AS place FROM " + key.referenced_table + " t)";
  };
  std::string list;
  for (std::size_t i = 0; i < left.columns.size() + right.columns.size(); ++i)
    list += (i == 0 ? "" : ", ") + std::string(i < left.columns.size() ? "l" : "r") + ".c" + std::to_string(i);
  const std::string column = Quote(alike.right);
  std::vector<AttributeNumber> columns = left.columns;
  columns.insert(columns.end(), right.columns.begin(), right.columns.end());
  return ReferTo("SELECT DISTINCT " + list + " FROM " + number(left, alike.left, 0) + " l JOIN (SELECT t." + column +
                     " AS likeness, count(*) AS total FROM " + right.referenced_table +
                     " t GROUP BY 1) g ON g.likeness = l.likeness CROSS JOIN generate_series(0, " +
                     std::to_string(kPartners - 1) + ") AS j JOIN " + number(right, alike.right, left.columns.size()) +
                     " r ON r.likeness = g.likeness AND r.place = (l.place + j) % g.total",
                 std::move(columns), "alike in " + alike.left + ": " + left.name + ", " + right.name);
}

// The first two foreign keys whose parents are to be alike.
bool PairOne(Table& table, const std::vector<Oid>& known, std::map<Oid, Table>& described, const std::string& texts) {
  const auto is_free = [&](const ForeignKey& key) {
    return OidIsValid(key.referenced_oid) && key.referenced_oid != table.oid &&
           std::ranges::count(known, key.constraint_oid) == 0;
  };
  for (const ForeignKey& left : table.foreign_keys)
    for (const ForeignKey& right : table.foreign_keys) {
      if (&left >= &right || !is_free(left) || !is_free(right) || Overlap(left.columns, right.columns)) continue;
      for (const Oid parent : {left.referenced_oid, right.referenced_oid})
        if (!described.contains(parent)) described[parent] = DescribeTable(parent);
      const auto alike = FindLikeness(described[left.referenced_oid], described[right.referenced_oid], texts);
      if (!alike) continue;
      ForeignKey pair = PairParents(left, right, *alike);
      const Oid joined[] = {left.constraint_oid, right.constraint_oid};
      std::erase_if(table.foreign_keys, [&](const ForeignKey& key) {
        return key.constraint_oid == joined[0] || key.constraint_oid == joined[1];
      });
      table.foreign_keys.push_back(std::move(pair));
      return true;
    }
  return false;
}

}  // namespace

bool AddAgreements(Table& table, const std::vector<Oid>& known) {
  bool is_added = AddLookups(table);
  std::map<Oid, Table> described;
  while (JoinOne(table, known, described)) is_added = true;
  if (is_added || table.foreign_keys.size() < 2) return is_added;
  const std::string texts = ReadTriggerTexts(table.oid);
  while (!texts.empty() && PairOne(table, known, described, texts)) is_added = true;
  return is_added;
}

}  // namespace dbmocker::server
