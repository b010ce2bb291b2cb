// analyze_schema(): what dbmocker makes of the tables of a schema. The order in which they would be filled, the circles
// of their references, what each column means by its name, and what its stored values look like.
// Read first: AnalyzeTable.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "dbmocker/provider.h"
#include "dbmocker/sample.h"
#include "server/boundary.h"
#include "server/describe_table.h"
#include "server/json_writer.h"
#include "server/materialize_rows.h"
#include "server/sample_table.h"
#include "server/schema_request.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kLargestSample = 1'000'000;

// Where a table stands among the others of its schema.
struct TablePlace {
  std::int64_t order = 0;  // in which it would be filled, from 1
  std::int64_t circle = 0;  // number of the circle of references that it is part of; 0: none
  std::vector<std::uint32_t> refers_to;  // other tables
};

class PlaceFinder {
 public:
  explicit PlaceFinder(const SchemaPlan& plan) : plan_(plan) {}

  // In the order in which they would be filled.
  std::vector<std::pair<Oid, TablePlace>> Find() {
    for (const FillStep& step : plan_.order.steps) Add(step);
    for (auto& [table, place] : places_) {
      for (const ReferenceEdge& edge : plan_.references)
        if (edge.from == table && edge.to != table && std::ranges::count(place.refers_to, edge.to) == 0)
          place.refers_to.push_back(edge.to);
      std::ranges::sort(place.refers_to);
    }
    NumberCircles();
    return std::move(places_);
  }

 private:
  void Add(const FillStep& step) {
    TablePlace place;
    place.order = static_cast<std::int64_t>(places_.size()) + 1;
    places_.emplace_back(step.table, std::move(place));
    for (const FillStep& inner : step.inside) Add(inner);
  }

  std::set<std::uint32_t> Reached(std::uint32_t table) const {
    std::set<std::uint32_t> reached;
    std::vector<std::uint32_t> open{table};
    while (!open.empty()) {
      const std::uint32_t from = open.back();
      open.pop_back();
      for (const ReferenceEdge& edge : plan_.references)
        if (edge.from == from && edge.to != from && reached.insert(edge.to).second) open.push_back(edge.to);
    }
    return reached;
  }

  // Tables that reach each other are in one circle.
  void NumberCircles() {
    std::map<std::uint32_t, std::set<std::uint32_t>> reached;
    for (const auto& [table, place] : places_) reached[table] = Reached(table);
    std::int64_t last = 0;
    for (auto& [table, place] : places_) {
      if (place.circle != 0 || !reached[table].contains(table)) continue;
      ++last;
      for (auto& [other, other_place] : places_)
        if (reached[table].contains(other) && reached[other].contains(table)) other_place.circle = last;
    }
  }

  const SchemaPlan& plan_;
  std::vector<std::pair<Oid, TablePlace>> places_;
};

// Texts of most types' values follow from their types.
bool MayHavePattern(const Type& type) {
  if (type.kind == TypeKind::Domain && type.element != nullptr) return MayHavePattern(*type.element);
  return type.kind == TypeKind::Base && type.category == 'S';
}

std::string ListFrequent(const TextSummary& summary) {
  JsonWriter json;
  json.OpenObject();
  for (const auto& [value, count] : summary.frequent) {
    json.Key(value);
    json.Integer(static_cast<std::int64_t>(count));
  }
  json.CloseObject();
  return json.text();
}

// One line of the result, in plain memory as far as PutRow() reads it.
struct ColumnLine {
  const Column* column;
  std::optional<Meaning> meaning;
  bool is_sampled;
  std::int64_t row_count;
  const ColumnSample* sample;
  TextSummary summary;
  std::string frequent;
};

ColumnLine SummarizeColumn(const Table& table, const Column& column, const TableSample& sample, std::size_t place) {
  const ColumnSample& stored = sample.columns[place];
  ColumnLine line{
      &column, DetectMeaning(table, column), stored.is_readable && sample.row_count > 0, sample.row_count, &stored, {},
      {}};
  if (!line.is_sampled) return line;
  const std::vector<std::string> texts(stored.texts, stored.texts + stored.count);
  line.summary = SummarizeTexts(texts, MayHavePattern(*column.type));
  line.frequent = ListFrequent(line.summary);
  return line;
}

// Fills the fields of a row one after the other.
class RowFields {
 public:
  void Put(Datum value) { Add(value, false); }
  void PutNull() { Add(Datum{0}, true); }
  void PutInteger(std::int64_t value) { Put(Int64GetDatum(value)); }
  void PutInt(std::int64_t value) { Put(Int32GetDatum(static_cast<int32>(value))); }
  void PutFraction(double value) { Put(Float8GetDatum(value)); }
  void PutText(const char* text) { text == nullptr || *text == '\0' ? PutNull() : Put(CStringGetTextDatum(text)); }

  static constexpr int kFields = 20;
  Datum values[kFields];
  bool nulls[kFields];

 private:
  void Add(Datum value, bool is_null) {
    Assert(count_ < kFields);
    values[count_] = value;
    nulls[count_++] = is_null;
  }
  int count_ = 0;
};

Datum MakeOidArray(const std::vector<std::uint32_t>& oids) {
  auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * (oids.size() + 1)));
  for (std::size_t i = 0; i < oids.size(); ++i) elements[i] = ObjectIdGetDatum(oids[i]);
  return PointerGetDatum(
      construct_array(elements, static_cast<int>(oids.size()), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT));
}

void PutStored(const ColumnLine& line, RowFields* fields) {
  const TextSummary& summary = line.summary;
  if (!line.is_sampled) {
    for (int i = 0; i < 11; ++i) fields->PutNull();
    return;
  }
  fields->PutInteger(line.row_count);
  fields->PutFraction(static_cast<double>(line.sample->null_count) / static_cast<double>(line.row_count));
  fields->PutInteger(static_cast<std::int64_t>(summary.distinct));
  fields->PutText(line.sample->minimum);
  fields->PutText(line.sample->maximum);
  if (summary.values == 0) {
    for (int i = 0; i < 2; ++i) fields->PutNull();
  } else {
    fields->PutInt(summary.min_length);
    fields->PutInt(summary.max_length);
  }
  fields->PutText(summary.pattern.name.c_str());
  fields->PutText(summary.pattern.regex.c_str());
  summary.pattern.name.empty() ? fields->PutNull() : fields->PutFraction(summary.pattern.share);
  fields->Put(DirectFunctionCall1(jsonb_in, CStringGetDatum(line.frequent.c_str())));
}

void PutLine(ResultSink* sink, Oid relation, const TablePlace& place, const ColumnLine& line) {
  RowFields fields;
  const Column& column = *line.column;
  fields.Put(ObjectIdGetDatum(relation));
  fields.PutInt(place.order);
  fields.Put(MakeOidArray(place.refers_to));
  place.circle == 0 ? fields.PutNull() : fields.PutInt(place.circle);
  fields.PutText(column.name.c_str());
  fields.PutText(
      format_type_with_typemod(get_atttype(relation, static_cast<AttrNumber>(column.number)), column.type_modifier));
  fields.Put(BoolGetDatum(column.not_null));
  fields.PutText(line.meaning ? line.meaning->provider.c_str() : nullptr);
  fields.PutText(line.meaning ? line.meaning->reason.c_str() : nullptr);
  PutStored(line, &fields);
  sink->PutRow(fields.values, fields.nulls);
}

// Memory of the table's own is given back before the next.
void AnalyzeTable(Oid relation, const TablePlace& place, std::int64_t rows, ResultSink* sink) {
  MemoryContext const context = CallServer([] {
    MemoryContext made = AllocSetContextCreate(CurrentMemoryContext, "dbmocker analyze", ALLOCSET_DEFAULT_SIZES);
    return made;
  });
  MemoryContext const caller = MemoryContextSwitchTo(context);
  CallServer([relation] { LockRelationOid(relation, AccessShareLock); });
  const Table table = DescribeTable(relation);
  std::vector<AttrNumber> numbers;
  for (const Column& column : table.columns) numbers.push_back(static_cast<AttrNumber>(column.number));
  const AttrNumber* const first = numbers.data();
  const int count = static_cast<int>(numbers.size());
  const TableSample sample = CallServer([=] { return ReadSample(relation, first, count, rows); });
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnLine line = SummarizeColumn(table, table.columns[i], sample, i);
    CallServer([&] { PutLine(sink, relation, place, line); });
  }
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
}

std::int64_t ReadSampleSize(FunctionCallInfo fcinfo) {
  const std::int64_t rows = PG_GETARG_INT32(1);
  if (rows < 0 || rows > kLargestSample) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("sample must be between 0 and %d rows", static_cast<int>(kLargestSample)),
                    errhint("0 leaves the stored rows alone; 1000 rows are enough for most patterns.")));
  }
  return rows;
}

}  // namespace

DBMOCKER_FUNCTION(dbmocker_analyze_schema) {
  const std::int64_t rows = CallServer([fcinfo] { return ReadSampleSize(fcinfo); });
  ResultSink sink = CallServer([fcinfo] { return OpenResultSink(fcinfo); });
  SchemaArguments arguments = {};
  arguments.schema = PG_GETARG_OID(0);
  const SchemaPlan plan = PlanSchema(arguments);
  for (const auto& [relation, place] : PlaceFinder(plan).Find()) AnalyzeTable(relation, place, rows, &sink);
  return Datum{0};
}

}  // namespace dbmocker::server
