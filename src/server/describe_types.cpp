// pg_type and what hangs on it -> core Types: domains with the checks of their whole chain, enums, arrays, composites,
// ranges. The Read functions are server style and create no C++ object; TypeBuilder calls no server function.
// Read first: ReadType.
#include "server/describe_types.h"

#include <cstring>

#include "server/flat_expression.h"

namespace dbmocker::server {
namespace {

// Types whose input function refuses every input, or that hold an index's inner values only.
constexpr const char* kTypesWithoutInput[] = {
    "pg_node_tree",
    "pg_ndistinct",
    "pg_dependencies",
    "pg_mcv_list",
    "pg_brin_bloom_summary",
    "gtsvector",
    "pg_ddl_command",
    "pg_brin_minmax_multi_summary",
    "gtrgm",
    "ghstore",
    "ltree_gist",
    "intbig_gkey",
    "gbtreekey2",
    "gbtreekey4",
    "gbtreekey8",
    "gbtreekey16",
    "gbtreekey32",
    "gbtreekey_var",
};

bool HasInput(const RawType& type) {
  if (type.kind == TypeKind::Pseudo) return false;
  if (type.extension == nullptr && std::strcmp(type.schema, "pg_catalog") != 0) return true;
  for (const char* name : kTypesWithoutInput) {
    if (std::strcmp(type.name, name) == 0) return false;
  }
  return true;
}

// Arrays proper: int2vector and oidvector have elements too, but a syntax of their own.
bool IsTrueArray(Form_pg_type form) {
  return OidIsValid(form->typelem) && form->typlen == -1 && get_array_type(form->typelem) == form->oid;
}

TypeKind KindOfType(Form_pg_type form) {
  if (IsTrueArray(form)) return TypeKind::Array;
  switch (form->typtype) {
    case TYPTYPE_ENUM:
      return TypeKind::Enum;
    case TYPTYPE_DOMAIN:
      return TypeKind::Domain;
    case TYPTYPE_COMPOSITE:
      return TypeKind::Composite;
    case TYPTYPE_RANGE:
      return TypeKind::Range;
    case TYPTYPE_MULTIRANGE:
      return TypeKind::Multirange;
    case TYPTYPE_PSEUDO:
      return TypeKind::Pseudo;
    default:
      return TypeKind::Base;
  }
}

// The checks of one domain, in the order in which the server evaluates them.
void AddDomainChecks(RawType* type, Oid domain) {
  const CatalogRows rows = RunCatalogQuery(
      "SELECT conname, pg_get_constraintdef(oid), conbin::text FROM pg_constraint"
      " WHERE contypid = $1 AND contype = 'c' ORDER BY conname",
      domain);
  for (int row = 0; row < rows.row_count; ++row) {
    auto* part = static_cast<RawTypePart*>(palloc0(sizeof(RawTypePart)));
    FlattenContext context;
    part->name = rows.Get(row, 0);
    part->text = rows.Get(row, 1);
    part->check = FlattenNodeText(rows.Get(row, 2), &context);
    type->parts = lappend(type->parts, part);
  }
}

// Walks down to the base type; the checks of the lowest domain come first, as in the server's own evaluation.
void ReadDomain(TypeReader* reader, RawType* type) {
  List* chain = NIL;
  Oid current = type->oid;
  for (;;) {
    HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(current));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", current);
    auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const bool is_domain = form->typtype == TYPTYPE_DOMAIN;
    const Oid base = form->typbasetype;
    type->not_null = type->not_null || (is_domain && form->typnotnull);
    ReleaseSysCache(tuple);
    if (!is_domain) break;
    chain = lcons_oid(current, chain);
    current = base;
  }
  for (int i = 0; i < list_length(chain); ++i) AddDomainChecks(type, list_nth_oid(chain, i));
  int32 modifier = -1;
  type->element = ReadType(reader, getBaseTypeAndTypmod(type->oid, &modifier));
  type->element_modifier = modifier;
}

void ReadComposite(TypeReader* reader, RawType* type) {
  TupleDesc descriptor = lookup_rowtype_tupdesc_copy(type->oid, -1);
  for (int i = 0; i < descriptor->natts; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
    if (attribute->attisdropped) continue;
    auto* part = static_cast<RawTypePart*>(palloc0(sizeof(RawTypePart)));
    part->name = pstrdup(NameStr(attribute->attname));
    part->type_modifier = attribute->atttypmod;
    part->type = ReadType(reader, attribute->atttypid);
    type->parts = lappend(type->parts, part);
  }
}

// What the type is made of; the type is in the reader's list already, which ends the recursion of cycles.
void ReadParts(TypeReader* reader, RawType* type, Oid element) {
  switch (type->kind) {
    case TypeKind::Array:
      type->element = ReadType(reader, element);
      return;
    case TypeKind::Enum:
      type->labels =
          RunCatalogQuery("SELECT oid, enumlabel FROM pg_enum WHERE enumtypid = $1 ORDER BY enumsortorder", type->oid);
      return;
    case TypeKind::Domain:
      ReadDomain(reader, type);
      return;
    case TypeKind::Composite:
      ReadComposite(reader, type);
      return;
    case TypeKind::Range:
      type->element = ReadType(reader, get_range_subtype(type->oid));
      return;
    case TypeKind::Multirange:
      type->element = ReadType(reader, get_range_subtype(get_multirange_range(type->oid)));
      return;
    default:
      return;
  }
}

RawType* FindType(const TypeReader& reader, Oid oid) {
  for (int i = 0; i < list_length(reader.types); ++i) {
    auto* type = static_cast<RawType*>(list_nth(reader.types, i));
    if (type->oid == oid) return type;
  }
  return nullptr;
}

}  // namespace

RawType* ReadType(TypeReader* reader, Oid oid) {
  check_stack_depth();
  RawType* type = FindType(*reader, oid);
  if (type != nullptr) return type;

  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", oid);
  auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  type = static_cast<RawType*>(palloc0(sizeof(RawType)));
  reader->types = lappend(reader->types, type);
  type->oid = oid;
  type->kind = KindOfType(form);
  type->name = pstrdup(NameStr(form->typname));
  type->schema = get_namespace_name(form->typnamespace);
  type->length = form->typlen;
  type->by_value = form->typbyval;
  type->storage = form->typstorage;
  type->category = form->typcategory;
  type->element_modifier = -1;
  const Oid element = form->typelem;
  ReleaseSysCache(tuple);

  const Oid extension = getExtensionOfObject(TypeRelationId, oid);
  if (OidIsValid(extension)) type->extension = get_extension_name(extension);
  type->has_input = HasInput(*type);
  type->has_equality = OidIsValid(lookup_type_cache(oid, TYPECACHE_EQ_OPR)->eq_opr);
  ReadParts(reader, type, element);
  return type;
}

std::shared_ptr<Type> TypeBuilder::BuildOwnFields(const RawType& raw) const {
  auto type = std::make_shared<Type>();
  type->oid = raw.oid;
  type->kind = raw.kind;
  type->schema = raw.schema;
  type->name = raw.name;
  if (raw.extension != nullptr) type->extension = raw.extension;
  type->length = raw.length;
  type->by_value = raw.by_value;
  type->storage = raw.storage;
  type->category = raw.category;
  type->element_modifier = raw.element_modifier;
  type->not_null = raw.not_null;
  type->has_input = raw.has_input;
  type->has_equality = raw.has_equality;
  for (int row = 0; row < raw.labels.row_count; ++row) {
    type->label_oids.push_back(static_cast<std::uint32_t>(std::strtoul(raw.labels.Get(row, 0), nullptr, 10)));
    type->labels.emplace_back(raw.labels.Get(row, 1));
  }
  return type;
}

TypePointer TypeBuilder::Build(const RawType* raw) {
  if (auto found = finished_.find(raw->oid); found != finished_.end()) return found->second;
  std::shared_ptr<Type> type = BuildOwnFields(*raw);
  if (!in_progress_.insert(raw->oid).second) {
    ++cuts_;
    type->has_input = false;
    return type;
  }
  const int cuts_before = cuts_;
  if (raw->element != nullptr) type->element = Build(raw->element);
  for (int i = 0; i < list_length(raw->parts); ++i) {
    const auto* part = static_cast<const RawTypePart*>(list_nth(raw->parts, i));
    if (raw->kind == TypeKind::Domain) {
      type->constraints.push_back({part->name, part->text, BuildExpression(*part->check)});
    } else {
      type->attributes.push_back({part->name, Build(part->type), part->type_modifier});
    }
  }
  in_progress_.erase(raw->oid);
  // A type with a cut inside is whole only where the cut is its own, that is, outside every other type.
  if (cuts_ == cuts_before || in_progress_.empty()) finished_[raw->oid] = type;
  return type;
}

}  // namespace dbmocker::server
