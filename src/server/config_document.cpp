// dbmocker.import_config(): the whole configuration as one document, {"performance": {option: value}, "presets":
// {name: {option: value}}, "tables": {name: {"rows": n, "truncate": true, "options": {…}, "columns": {name: rule}}}}.
// Everything is checked first and all faults are told at once, each with its path; only a document without faults
// changes anything.
// Read first: dbmocker_import_config.
#include <algorithm>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/catch_refusal.h"
#include "server/check_target.h"
#include "server/compat.h"
#include "server/describe_table.h"
#include "server/options_origin.h"
#include "server/read_rules.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

// A piece of the document that has been checked and is to be stored.
struct StoredPiece {
  enum class Kind { Options, Preset, Rule, Rows } kind;
  Oid target = InvalidOid;  // InvalidOid: the database
  AttrNumber number = 0;  // Rule
  std::string name;  // Preset
  std::string json;
};

std::string JsonOf(const JsonNode& node) {
  std::string text;
  WriteJson(node, text);
  return text;
}

std::string Below(const std::string& path, const std::string& key) {
  if (path.empty()) return key;
  return std::string(path).append(".").append(key);
}

class DocumentReader {
 public:
  explicit DocumentReader(const RunOptions& options) : options_(options) {}

  void Read(const JsonNode& document) {
    if (!IsObject(document, "")) return;
    for (std::size_t i = 0; i < document.keys.size(); ++i) {
      const std::string& key = document.keys[i];
      const JsonNode& part = document.items[i];
      if (key == "performance" || key == "duplicates") {
        ReadDatabase(part, key);
      } else if (key == "optimization_hints") {
        JsonNode options;
        options.kind = JsonNode::Kind::Object;
        options.keys.push_back(key);
        options.items.push_back(part);
        ReadDatabase(options, "");
      } else if (key == "presets") {
        ReadPresets(part);
      } else if (key == "tables") {
        ReadTables(part);
      } else {
        faults_.push_back(
            {key, "is not known; valid keys are duplicates, optimization_hints, performance, presets, tables"});
      }
    }
    JudgeModes();
  }
  const Faults& faults() const { return faults_; }
  const std::vector<StoredPiece>& pieces() const { return pieces_; }

 private:
  bool IsObject(const JsonNode& node, const std::string& path) {
    if (!node.Is(JsonNode::Kind::Object))
      faults_.push_back({path, "must be an object, not " + std::string(KindInWords(node))});
    return node.Is(JsonNode::Kind::Object);
  }

  bool OwnsDatabase(const std::string& path) {
    const bool is_owner = CallServer([] { return compat::UserOwnsDatabase(MyDatabaseId, GetUserId()); });
    if (!is_owner) faults_.push_back({path, "belongs to the owner of the database"});
    return is_owner;
  }

  bool ReadOptions(const JsonNode& node, OptionLevel level, const std::string& path) {
    const std::size_t before = faults_.size();
    if (!IsObject(node, path)) return false;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const char* key = node.keys[i].c_str();
      const std::string json = JsonOf(node.items[i]);
      const char* value = json.c_str();
      const char* fault = CallServer([=] { return FindOptionFault(key, value, level); });
      if (fault != nullptr) faults_.push_back({Below(path, node.keys[i]), fault});
      if (node.keys[i] != "performance_mode" || fault != nullptr) continue;
      if (level == OptionLevel::Preset)
        faults_.push_back({path + ".performance_mode", "cannot stand in a preset"});
      else
        modes_.push_back({path + ".performance_mode", node.items[i].text});
    }
    return faults_.size() == before;
  }

  // Options of the database in two parts: those of duplicates may stand apart.
  void ReadDatabase(const JsonNode& node, const std::string& path) {
    const std::size_t before = faults_.size();
    for (const std::string& key : node.keys)
      if (path == "duplicates" && !key.starts_with("global_duplicate_") && !key.starts_with("pool_size_") &&
          !key.starts_with("pool_share_") && key != "reuse_probability" && key != "sample_size")
        faults_.push_back({Below(path, key), "is no option of duplicates"});
    if (OwnsDatabase(path) && ReadOptions(node, OptionLevel::Database, path) && faults_.size() == before)
      pieces_.push_back({StoredPiece::Kind::Options, InvalidOid, 0, "", JsonOf(node)});
  }

  void ReadPresets(const JsonNode& node) {
    if (!OwnsDatabase("presets") || !IsObject(node, "presets")) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string path = "presets." + node.keys[i];
      if (!ReadOptions(node.items[i], OptionLevel::Preset, path)) continue;
      const char* name = node.keys[i].c_str();
      if (*name == '\0' || CallServer([=] { return IsBuiltinPreset(name); }))
        faults_.push_back({path, "comes with the extension and cannot be changed"});
      pieces_.push_back({StoredPiece::Kind::Preset, InvalidOid, 0, node.keys[i], JsonOf(node.items[i])});
    }
  }

  // A mode may name a preset that is stored, or one of the document.
  void JudgeModes() {
    for (const auto& [path, mode] : modes_) {
      const bool is_here = std::ranges::any_of(pieces_, [&, &wanted = mode](const StoredPiece& piece) {
        return piece.kind == StoredPiece::Kind::Preset && piece.name == wanted;
      });
      const char* name = mode.c_str();
      if (!is_here && !CallServer([=] { return IsPreset(name); }))
        faults_.push_back({path, "must be the name of a preset"});
    }
  }

  void ReadTables(const JsonNode& node) {
    if (!IsObject(node, "tables")) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) ReadTable(node.keys[i], node.items[i]);
  }

  void ReadTable(const std::string& name, const JsonNode& node) {
    const std::string path = "tables." + name;
    struct Found {
      Oid target;
      const char* fault;
    };
    const char* text = name.c_str();
    const Found found = CallServer([=]() -> Found {
      Oid target = InvalidOid;
      Oid* const place = &target;
      const char* fault = CatchRefusal([=] {
        *place = DatumGetObjectId(DirectFunctionCall1(regclassin, CStringGetDatum(text)));
        CheckTargetOwner(*place);
      });
      return {target, fault};
    });
    if (found.fault != nullptr) return faults_.push_back({path, found.fault});
    if (!IsObject(node, path)) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) ReadPart(found.target, node.keys[i], node.items[i], path);
  }

  void ReadPart(Oid target, const std::string& key, const JsonNode& node, const std::string& path) {
    if (key == "options") {
      if (ReadOptions(node, OptionLevel::Target, path + ".options"))
        pieces_.push_back({StoredPiece::Kind::Options, target, 0, "", JsonOf(node)});
    } else if (key == "columns") {
      if (IsObject(node, path + ".columns")) ReadColumns(target, node, path + ".columns.");
    } else if (key == "rows") {
      const bool is_count = node.Is(JsonNode::Kind::Number) && node.text.size() <= 15 &&
                            node.text.find_first_not_of("0123456789") == std::string::npos;
      if (!is_count) return faults_.push_back({path + ".rows", "must be a whole number of 0 or more"});
      pieces_.push_back({StoredPiece::Kind::Rows, target, 0, "", node.text});
    } else if (key == "truncate") {
      if (!node.Is(JsonNode::Kind::Boolean)) return faults_.push_back({path + ".truncate", "must be true or false"});
      pieces_.push_back({StoredPiece::Kind::Options, target, 0, "", "{\"truncate\": " + node.text + "}"});
    } else {
      faults_.push_back({path + "." + key, "is not known; valid keys are columns, options, rows, truncate"});
    }
  }

  void ReadColumns(Oid target, const JsonNode& node, const std::string& path) {
    const Table table = DescribeTable(target);
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string place = path + node.keys[i];
      const auto column = std::ranges::find(table.columns, node.keys[i], &Column::name);
      if (column == table.columns.end()) {
        faults_.push_back({place, "is no column of the table"});
        continue;
      }
      if (ReadRule(table, *column, node.items[i], place))
        pieces_.push_back(
            {StoredPiece::Kind::Rule, target, static_cast<AttrNumber>(column->number), "", JsonOf(node.items[i])});
    }
  }

  bool ReadRule(const Table& table, const Column& column, const JsonNode& rule, const std::string& path) {
    const std::size_t before = faults_.size();
    ReadColumnRule(rule, path, faults_);
    if (faults_.size() > before) return false;
    JsonNode settled = rule;
    SettleRule(table, column, settled, options_.reference_time, path, faults_);
    if (faults_.size() > before) return false;
    try {
      JudgeRule(table, column, JsonOf(rule), options_);
    } catch (const Error& error) {
      faults_.push_back({path, error.report().message + ". " + error.report().detail});
    }
    return faults_.size() == before;
  }

  const RunOptions& options_;
  Faults faults_;
  std::vector<StoredPiece> pieces_;
  std::vector<std::pair<std::string, std::string>> modes_;  // path and name
};

void StorePiece(const StoredPiece& piece) {
  Jsonb* const json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(piece.json.c_str())));
  switch (piece.kind) {
    case StoredPiece::Kind::Options:
      return StoreOptions(piece.target, json);
    case StoredPiece::Kind::Preset:
      StorePreset(CStringGetTextDatum(piece.name.c_str()), json);
      return;
    case StoredPiece::Kind::Rule:
      return StoreRule(piece.target, piece.number, json);
    case StoredPiece::Kind::Rows:
      break;
  }
  const ConfigValue values[] = {{OIDOID, ObjectIdGetDatum(piece.target), false},
                                {TEXTOID, CStringGetTextDatum(piece.json.c_str()), false}};
  ChangeConfig(
      "INSERT INTO dbmocker.stored_options AS o (target, options, rows) VALUES ($1, '{}', $2::pg_catalog.int8)"
      " ON CONFLICT (target) DO UPDATE SET rows = excluded.rows",
      values, 2);
}

// Forgets what the caller may change: everything of tables of one's own, and for the owner of the database its options
// and presets.
void ForgetOwn() {
  const bool is_owner = compat::UserOwnsDatabase(MyDatabaseId, GetUserId());
  const ConfigValue values[] = {{OIDOID, ObjectIdGetDatum(GetUserId()), false},
                                {BOOLOID, BoolGetDatum(is_owner), false}};
  ChangeConfig(
      "DELETE FROM dbmocker.column_rules r USING pg_catalog.pg_class c"
      " WHERE c.oid OPERATOR(pg_catalog.=) dbmocker.column_target(r.place)"
      " AND pg_catalog.pg_has_role($1, c.relowner, 'USAGE')",
      values, 1);
  ChangeConfig(
      "DELETE FROM dbmocker.stored_options o WHERE CASE WHEN o.target OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN $2"
      " ELSE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) o.target"
      " AND pg_catalog.pg_has_role($1, c.relowner, 'USAGE')) END",
      values, 2);
  if (is_owner) ChangeConfig("DELETE FROM dbmocker.presets p WHERE NOT p.is_builtin", nullptr, 0);
}

// As a server error, whose texts are as long as they need to be.
void RefuseDocument(const std::string& faults) {
  const char* detail = faults.c_str();
  CallServer([=] {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the configuration has faults, nothing has been changed"),
             errdetail("%s", detail), errhint("All of these have to be put right.")));
  });
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_import_config) {
  struct Arguments {
    const char* json;
    bool replaces;
    RunOptions options;
  };
  const auto arguments = CallServer([=]() -> Arguments {
    PreventCommandIfReadOnly("dbmocker.import_config()");
    Jsonb* const config = PG_GETARG_JSONB_P(0);
    return {JsonbToCString(nullptr, &config->root, VARSIZE(config)), PG_GETARG_BOOL(1), ParseOptions(nullptr, nullptr)};
  });
  DocumentReader reader(arguments.options);
  reader.Read(ReadJson(arguments.json));
  if (!reader.faults().empty()) RefuseDocument(JoinFaults(reader.faults()));
  CallServer([&] {
    if (arguments.replaces) ForgetOwn();
  });
  for (const StoredPiece& piece : reader.pieces()) CallServer([&] { StorePiece(piece); });
  return Datum{0};
}
