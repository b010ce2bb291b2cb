// The CHECKs and NOT NULLs of domains, wherever they lie in a column: directly, in arrays, in composite types, and in
// each other. The CHECK's text calls its value VALUE, a plain identifier to the parser: so it is evaluated over a
// subquery whose only column has that name and the domain's base type.
// Must not create C++ objects: everything here may ereport.
// Read first: AppendDomainItems, then WalkType.
#include "server/read_catalog.h"
#include "server/verify_items.h"

namespace dbmocker::server {
namespace {

constexpr int kMaxDepth = 8;  // of types within types; ends the walk in types that contain themselves

constexpr char kColumnsQuery[] = R"(
SELECT a.attname, a.atttypid,
       CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname),
       format('t.%I', a.attname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.oid = $1 AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum)";

constexpr char kDomainChecksQuery[] = R"(
SELECT conname, pg_get_expr(conbin, 0) FROM pg_constraint WHERE contypid = $1 AND contype = 'c' ORDER BY conname)";

// A place in a column where values of some type lie.
struct Place {
  const char* path;  // "column", "column[]", "column.attribute" …
  const char* from;  // FROM items that give one row per value
  const char* where;  // which of them there are
  const char* value;  // SQL of the value
};

struct Walk {
  List* items;
  Oid relation;
  int aliases;  // how many subqueries were named so far
};

void AddItem(Walk* walk, const Place& place, const char* constraint, const char* query) {
  auto* item = static_cast<VerifyItem*>(palloc0(sizeof(VerifyItem)));
  item->relation = walk->relation;
  item->name = psprintf("%s: %s", place.path, constraint);
  item->kind = "DOMAIN";
  item->query = query;
  walk->items = lappend(walk->items, item);
}

void AddDomainItems(Walk* walk, Oid domain, const char* base_value, const Place& place) {
  const CatalogRows checks = RunCatalogQuery(kDomainChecksQuery, domain);
  for (int row = 0; row < checks.row_count; ++row) {
    AddItem(walk, place, checks.Get(row, 0),
            psprintf("SELECT count(*) FROM (SELECT %s AS value FROM %s WHERE %s) s WHERE (%s) IS FALSE", base_value,
                     place.from, place.where, checks.Get(row, 1)));
  }
}

bool IsNotNullDomain(Oid type, Oid* base) {
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
  auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  const bool not_null = form->typnotnull;
  *base = form->typbasetype;
  ReleaseSysCache(tuple);
  return not_null;
}

void WalkType(Walk* walk, Oid type, const Place& place, int depth);

// Every domain of the chain down to the base type, the lowest one first, then the base type itself.
void WalkDomain(Walk* walk, Oid domain, const Place& place, int depth) {
  const Oid base_type = getBaseType(domain);
  const char* base_value = psprintf("CAST(%s AS %s)", place.value, format_type_with_typemod(base_type, -1));
  List* chain = NIL;
  bool not_null = false;
  for (Oid current = domain; current != base_type;) {
    chain = lcons_oid(current, chain);
    not_null = IsNotNullDomain(current, &current) || not_null;
  }
  if (not_null) {
    AddItem(walk, place, "NOT NULL",
            psprintf("SELECT count(*) FROM %s WHERE %s AND %s IS NOT DISTINCT FROM NULL", place.from, place.where,
                     base_value));
  }
  for (int i = 0; i < list_length(chain); ++i) AddDomainItems(walk, list_nth_oid(chain, i), base_value, place);
  WalkType(walk, base_type, {place.path, place.from, place.where, base_value}, depth + 1);
}

void WalkArray(Walk* walk, Oid element, const Place& place, int depth) {
  const int alias = ++walk->aliases;
  const char* from =
      psprintf("%s CROSS JOIN LATERAL (SELECT pg_catalog.unnest(%s) AS element) e%d", place.from, place.value, alias);
  const Place inner = {psprintf("%s[]", place.path), from, place.where, psprintf("e%d.element", alias)};
  WalkType(walk, element, inner, depth + 1);
}

void WalkComposite(Walk* walk, Oid type, const Place& place, int depth) {
  const char* where = psprintf("%s AND %s IS DISTINCT FROM NULL", place.where, place.value);
  TupleDesc descriptor = lookup_rowtype_tupdesc_copy(type, -1);
  for (int i = 0; i < descriptor->natts; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
    if (attribute->attisdropped) continue;
    const char* name = NameStr(attribute->attname);
    const Place inner = {psprintf("%s.%s", place.path, name), place.from, where,
                         psprintf("(%s).%s", place.value, quote_identifier(name))};
    WalkType(walk, attribute->atttypid, inner, depth + 1);
  }
}

void WalkType(Walk* walk, Oid type, const Place& place, int depth) {
  if (depth > kMaxDepth) return;
  const char kind = get_typtype(type);
  if (kind == TYPTYPE_DOMAIN) {
    WalkDomain(walk, type, place, depth);
  } else if (kind == TYPTYPE_COMPOSITE) {
    WalkComposite(walk, type, place, depth);
  } else if (const Oid element = get_element_type(type); OidIsValid(element) && get_array_type(element) == type) {
    WalkArray(walk, element, place, depth);
  }
}

}  // namespace

List* AppendDomainItems(List* items, Oid relation) {
  const CatalogRows columns = RunCatalogQuery(kColumnsQuery, relation);
  Walk walk = {items, relation, 0};
  for (int row = 0; row < columns.row_count; ++row) {
    const Place place = {columns.Get(row, 0), psprintf("%s t", columns.Get(row, 2)), "true", columns.Get(row, 3)};
    WalkType(&walk, static_cast<Oid>(strtoul(columns.Get(row, 1), nullptr, 10)), place, 0);
  }
  return walk.items;
}

}  // namespace dbmocker::server
