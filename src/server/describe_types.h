// Types as the planner sees them, read in two stages like expressions: RawType in palloc'd memory, then core Types.
// Read first: ReadType, then TypeBuilder.
#pragma once

#include "server/postgres_api.h"

#include <map>
#include <set>

#include "dbmocker/schema.h"
#include "server/read_catalog.h"

namespace dbmocker::server {

struct RawType;

// A domain's CHECK or a composite type's attribute, in palloc'd memory.
struct RawTypePart {
  const char* name;
  const char* text;  // CHECK: its definition
  const struct FlatExpression* check;  // CHECK
  RawType* type;  // attribute
  int type_modifier;  // attribute
};

// The twin of Type in palloc'd memory. Types that contain themselves are cycles of pointers.
struct RawType {
  Oid oid;
  TypeKind kind;
  const char* schema;
  const char* name;
  const char* extension;  // nullptr = none
  int length;
  bool by_value;
  char storage;
  char category;
  CatalogRows labels;  // Enum: oid, label
  RawType* element;
  int element_modifier;
  bool not_null;
  List* parts;  // RawTypePart*
  bool has_input;
  bool has_equality;
};

// The types read so far, by OID.
struct TypeReader {
  List* types = NIL;  // RawType*
};

// Server style: may ereport. Reads a type and all that it is made of; each one once.
RawType* ReadType(TypeReader* reader, Oid type);

// C++ style: makes each type once. The server refuses composite types that contain themselves; should one slip by it,
// the inner mention is a copy without attributes and with has_input = false, so that owners never form a circle.
class TypeBuilder {
 public:
  TypePointer Build(const RawType* raw);

 private:
  std::shared_ptr<Type> BuildOwnFields(const RawType& raw) const;

  std::map<Oid, TypePointer> finished_;
  std::set<Oid> in_progress_;
  int cuts_ = 0;  // how many mentions were cut so far
};

}  // namespace dbmocker::server
