// See read_rules.h. An input function's refusal is caught in a subtransaction, so that all faults are told at once.
// Read first: GatherRules.
#include "server/read_rules.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "core/suggest_rule.h"
#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/catch_refusal.h"
#include "server/compute_columns.h"
#include "server/sample_rows.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

constexpr char kRulesOfTarget[] =
    "SELECT dbmocker.column_number(r.place), r.rule FROM dbmocker.column_rules r"
    " WHERE dbmocker.column_target(r.place) OPERATOR(pg_catalog.=) $1 ORDER BY 1";

// The text in the type's output syntax, or what its input function says against it.
struct SettledText {
  const char* text;
  const char* fault;
};

// "now", "now()", "now() - 30 days", "now + 1 year": the interval with its sign; nullptr if it is no such text.
const char* IntervalOfNow(const char* text) {
  const auto skip_blanks = [&text] {
    while (*text == ' ') ++text;
  };
  skip_blanks();
  if (pg_strncasecmp(text, "now", 3) != 0) return nullptr;
  text += 3;
  if (text[0] == '(' && text[1] == ')') text += 2;
  skip_blanks();
  return *text == '\0' || *text == '+' || *text == '-' ? text : nullptr;
}

// The moment as a text of type timestamptz, under the catalog settings: UTC.
char* MomentFrom(const char* interval, std::int64_t reference_time) {
  Datum moment = TimestampTzGetDatum(reference_time);
  if (*interval != '\0') {
    const bool is_minus = *interval == '-';
    const Datum distance = DirectFunctionCall3(interval_in, CStringGetDatum(interval + 1), ObjectIdGetDatum(InvalidOid),
                                               Int32GetDatum(-1));
    moment = is_minus ? DirectFunctionCall2(timestamptz_mi_interval, moment, distance)
                      : DirectFunctionCall2(timestamptz_pl_interval, moment, distance);
  }
  return DatumGetCString(DirectFunctionCall1(timestamptz_out, moment));
}

bool IsMoment(Oid type) { return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID; }

char* ConvertText(Oid type, int32 modifier, const char* text, std::int64_t reference_time) {
  int32 base_modifier = modifier;
  Oid const base = getBaseTypeAndTypmod(type, &base_modifier);
  const char* interval = IsMoment(base) ? IntervalOfNow(text) : nullptr;
  if (interval != nullptr) text = MomentFrom(interval, reference_time);
  Oid input = InvalidOid, parameter = InvalidOid, output = InvalidOid;
  bool is_varlena = false;
  getTypeInputInfo(base, &input, &parameter);
  getTypeOutputInfo(base, &output, &is_varlena);
  const Datum value = OidInputFunctionCall(input, pstrdup(text), parameter, base_modifier);
  return OidOutputFunctionCall(output, value);
}

SettledText SettleText(Oid type, int32 modifier, const char* text, std::int64_t reference_time) {
  const int level = EnterCatalogSettings();
  if (IsInParallelMode()) {
    const char* converted = ConvertText(type, modifier, text, reference_time);
    LeaveCatalogSettings(level);
    return {converted, nullptr};
  }
  const char* settled = nullptr;
  const char** const place = &settled;
  const char* fault = CatchRefusal([=] { *place = ConvertText(type, modifier, text, reference_time); });
  LeaveCatalogSettings(level);
  return {settled, fault};
}

// A JSON array as the input syntax of an array: {1,NULL,"a b"}.
std::string ArrayLiteral(const JsonNode& node) {
  std::string text = "{";
  for (const JsonNode& item : node.items) {
    if (text.size() > 1) text += ',';
    if (item.Is(JsonNode::Kind::Null)) {
      text += "NULL";
    } else if (item.Is(JsonNode::Kind::Array)) {
      text += ArrayLiteral(item);
    } else {
      text += '"';
      for (const char letter : TextOfNode(item)) text.append(letter == '"' || letter == '\\' ? "\\" : "") += letter;
      text += '"';
    }
  }
  return text + "}";
}

// Settles one value in place.
class ValueSettler {
 public:
  ValueSettler(const Column& column, std::int64_t reference_time, Faults& faults)
      : column_(column), reference_time_(reference_time), faults_(faults) {}

  std::string Settle(const std::string& text, const std::string& path) {
    const char* plain = text.c_str();
    const SettledText settled =
        CallServer([&, plain] { return SettleText(column_.type->oid, column_.type_modifier, plain, reference_time_); });
    if (settled.fault != nullptr) faults_.push_back({path, settled.fault});
    return settled.fault != nullptr || settled.text == nullptr ? text : settled.text;
  }
  void Settle(JsonNode& node, const std::string& path) {
    if (node.Is(JsonNode::Kind::Null)) return;
    const bool is_array = node.Is(JsonNode::Kind::Array) && column_.type->kind == TypeKind::Array;
    node.text = Settle(is_array ? ArrayLiteral(node) : TextOfNode(node), path);
    node.kind = JsonNode::Kind::String;
    node.items.clear();
    node.keys.clear();
  }

 private:
  const Column& column_;
  std::int64_t reference_time_;
  Faults& faults_;
};

// Calls `visit` for every member of an object.
template <class Visit>
void ForEachMember(const JsonNode& object, Visit visit) {
  for (std::size_t i = 0; i < object.keys.size() && object.Is(JsonNode::Kind::Object); ++i)
    visit(object.keys[i], object.items[i]);
}

const Column& FindColumnByName(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &Column::name);
  if (found != table.columns.end()) return *found;
  std::string known;
  for (const Column& column : table.columns) known += (known.empty() ? "" : ", ") + column.name;
  throw Error("42703", "table \"" + table.name + "\" has no column \"" + name + "\"", "A rule is given for it.",
              "Its columns are: " + known + ".");
}

// What decides the values alone, and what narrows or weighs them.
constexpr std::string_view kDeciders[] = {"generator", "pattern", "possible_values", "sequence", "weighted_values"};
constexpr std::string_view kLimits[] = {"max", "max_length", "min", "min_length"};

bool HasAny(const JsonNode& rule, std::span<const std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return rule.Find(key) != nullptr; });
}

// Keys of the stored rule that the call's keys leave no room for.
bool IsOverruled(const std::string& key, const JsonNode& call) {
  const auto is_of = [&key](std::span<const std::string_view> keys) { return std::ranges::count(keys, key) > 0; };
  if (HasAny(call, kDeciders)) return key != "null_probability";
  if (key == "distribution" || !is_of(kDeciders) || key == "generator") return false;
  return HasAny(call, kLimits) || (key != "possible_values" && call.Find("distribution") != nullptr);
}

// The call's rule on top of the stored one, key by key.
void PutOnTop(JsonNode& rule, const JsonNode& call) {
  if (!rule.Is(JsonNode::Kind::Object) || !call.Is(JsonNode::Kind::Object)) {
    rule = call;
    return;
  }
  for (std::size_t i = rule.keys.size(); i-- > 0;) {
    if (!IsOverruled(rule.keys[i], call)) continue;
    rule.keys.erase(rule.keys.begin() + static_cast<std::ptrdiff_t>(i));
    rule.items.erase(rule.items.begin() + static_cast<std::ptrdiff_t>(i));
  }
  ForEachMember(call, [&](const std::string& key, const JsonNode& value) {
    const auto known = std::ranges::find(rule.keys, key);
    if (known != rule.keys.end()) {
      rule.items[static_cast<std::size_t>(known - rule.keys.begin())] = value;
      return;
    }
    rule.keys.push_back(key);
    rule.items.push_back(value);
  });
}

std::string WhatIsWrong(const Table& table, const Column& column) {
  return "invalid rule for column \"" + column.name + "\" of table \"" + table.name + "\"";
}

void AddRule(const Table& table, const Column& column, JsonNode rule, const char* origin, std::int64_t reference_time,
             TargetFacts& facts) {
  Faults faults;
  ReadColumnRule(rule, "", faults);
  if (faults.empty()) SettleRule(table, column, rule, reference_time, "", faults);
  ThrowFaults(WhatIsWrong(table, column), faults);
  RuleText& text = facts.rules[column.number];
  text.json.clear();
  WriteJson(rule, text.json);
  text.origin = origin;
}

// Lists by the values of another column.
void SettleDependent(const Table& table, const JsonNode& rule, JsonNode& lists, ValueSettler& settler,
                     std::int64_t reference_time, const std::string& path, Faults& faults) {
  const JsonNode* name = rule.Find("depends_on");
  const auto other = std::ranges::find(table.columns, name == nullptr ? std::string() : name->text, &Column::name);
  for (std::size_t i = 0; i < lists.keys.size(); ++i) {
    const std::string place = path + "." + lists.keys[i];
    if (other != table.columns.end() && lists.keys[i] != "*")
      lists.keys[i] = ValueSettler(*other, reference_time, faults).Settle(lists.keys[i], place);
    JsonNode& list = lists.items[i];
    if (!list.Is(JsonNode::Kind::Array)) settler.Settle(list, place);
    for (std::size_t item = 0; item < list.items.size() && list.Is(JsonNode::Kind::Array); ++item)
      settler.Settle(list.items[item], place + "[" + std::to_string(item) + "]");
  }
}

// What the server says against a regular expression.
void SettlePattern(const std::string& pattern, const std::string& path, Faults& faults) {
  if (IsInParallelMode()) return;
  const char* plain = pattern.c_str();
  const char* fault = CallServer([plain] {
    return CatchRefusal([plain] {
      DirectFunctionCall2Coll(textregexeq, C_COLLATION_OID, PointerGetDatum(cstring_to_text("")),
                              PointerGetDatum(cstring_to_text(plain)));
    });
  });
  if (fault != nullptr) faults.push_back({path, fault});
}

// True if the rule can be kept, as far as that can be told before the plan is made.
bool IsPossible(const Table& table, const Column& column, const std::string& json, const RunOptions& options) {
  TargetFacts facts;
  facts.rules[column.number] = {json, "existing data"};
  PlanOptions plan_options;
  plan_options.seed = options.seed;
  plan_options.reference_time = options.reference_time;
  try {
    dbmocker::CheckRules(table, plan_options, facts);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string SuggestPossibleRule(const Table& table, const Column& column,
                                const std::vector<std::optional<std::string>>& values, const RunOptions& options) {
  std::string json = SuggestRule(table, column, values);
  if (json.empty() || IsPossible(table, column, json, options)) return json;
  JsonNode rule = ReadJson(json);  // less and less of it
  for (const char* key : {"distribution", "generator", "pattern", "weighted_values", "min_length", "max_length", "min",
                          "max", "null_probability"}) {
    const auto found = std::ranges::find(rule.keys, key);
    if (found == rule.keys.end()) continue;
    rule.items.erase(rule.items.begin() + (found - rule.keys.begin()));
    rule.keys.erase(found);
    json.clear();
    WriteJson(rule, json);
    if (rule.keys.empty()) return "";
    if (IsPossible(table, column, json, options)) return json;
  }
  return "";
}

void SettleRule(const Table& table, const Column& column, JsonNode& rule, std::int64_t reference_time,
                const std::string& path, Faults& faults) {
  ValueSettler settler(column, reference_time, faults);
  const auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  for (std::size_t i = 0; i < rule.keys.size(); ++i) {
    const std::string& key = rule.keys[i];
    JsonNode& value = rule.items[i];
    if (key == "min" || key == "max" || key == "duplicate_value") settler.Settle(value, below(key));
    if (key == "possible_values" && value.Is(JsonNode::Kind::Object)) {
      SettleDependent(table, rule, value, settler, reference_time, below(key), faults);
    } else if (key == "possible_values") {
      for (std::size_t item = 0; item < value.items.size(); ++item)
        settler.Settle(value.items[item], below(key) + "[" + std::to_string(item) + "]");
    }
    if (key == "pattern") SettlePattern(value.text, below(key), faults);
    if (key == "weighted_values")
      for (std::string& text : value.keys) text = settler.Settle(text, below(key).append(".").append(text));
    if (key != "distribution") continue;
    for (std::size_t item = 0; item < value.keys.size(); ++item) {
      JsonNode& part = value.items[item];
      const std::string place = below(key) + "." + value.keys[item];
      if (value.keys[item] == "mean" && part.Is(JsonNode::Kind::String)) settler.Settle(part, place);
      if (value.keys[item] == "weights")
        for (std::string& text : part.keys) text = settler.Settle(text, std::string(place).append(".").append(text));
      for (JsonNode& bound : part.items)
        if (value.keys[item] == "bounds" && bound.Is(JsonNode::Kind::String)) settler.Settle(bound, place);
    }
  }
}

void GatherRules(const Table& table, const RunOptions& options, TargetFacts& facts) {
  std::map<AttributeNumber, std::pair<JsonNode, const char*>> rules;
  const CatalogRows stored = CallServer([&] { return QueryConfig(kRulesOfTarget, table.oid); });
  for (int i = 0; i < stored.row_count; ++i) {
    const AttributeNumber number = std::stoi(stored.Get(i, 0));
    if (table.FindColumn(number) != nullptr) rules[number] = {ReadJson(stored.Get(i, 1)), "rule"};
  }
  if (options.call_rules != nullptr) {
    ForEachMember(ReadJson(options.call_rules), [&](const std::string& name, const JsonNode& call) {
      auto& [rule, origin] = rules[FindColumnByName(table, name).number];
      PutOnTop(rule, call);
      origin = "rule of the call";
    });
  }
  for (auto& [number, rule] : rules)
    AddRule(table, *table.FindColumn(number), std::move(rule.first), rule.second, options.reference_time, facts);
  GatherSample(table, options, facts);
  if (!options.analyze_existing_data) return;
  for (const auto& [number, values] : facts.sample) {
    if (facts.rules.contains(number)) continue;
    const std::string json = SuggestPossibleRule(table, *table.FindColumn(number), values, options);
    if (!json.empty()) facts.rules[number] = {json, "existing data"};
  }
}

void JudgeRule(const Table& table, const Column& column, const std::string& json, const RunOptions& options) {
  TargetFacts facts;
  AddRule(table, column, ReadJson(json), "rule", options.reference_time, facts);
  PlanOptions plan_options;
  plan_options.seed = options.seed;
  plan_options.reference_time = options.reference_time;
  plan_options.null_probability = options.null_probability;
  const Oid target = table.oid;
  for (const ComputedColumn& computed : dbmocker::CheckRules(table, plan_options, facts)) {
    const ColumnExpression expression = {static_cast<AttrNumber>(computed.column), computed.expression.c_str(),
                                         computed.reads_itself};
    const char* fault = CallServer([=] {
      return CatchRefusal([=] {
        Relation const relation = table_open(target, AccessShareLock);
        ParseRuleExpression(relation, expression);
        table_close(relation, NoLock);
      });
    });
    if (fault != nullptr) throw Error(sqlstate::kInvalidParameterValue, WhatIsWrong(table, column), fault);
  }
}

}  // namespace dbmocker::server
