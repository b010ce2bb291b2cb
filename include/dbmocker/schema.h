// The plain description of tables that the planner works on: what the server's catalogs say, in std types only.
// Built by the server's describe step; owns everything that it names. Must hold facts, no decisions.
// Read first: Table, then Column, Type and Expression.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbmocker {

using AttributeNumber = int;  // pg_attribute.attnum, 1-based; dropped columns keep their number

// ---------------------------------------------------------------------------------------------------- expressions

// A CHECK, default, generation, index or partition expression as a tree. What has no kind of its own is Opaque with the
// columns that it reads, so that a reader always knows what an expression depends on.
struct Expression {
  enum class Kind {
    Constant,  // value: the constant in its type's output syntax (ISO dates, UTC), nullopt = NULL
    ArrayConst,  // elements: a constant array
    Column,  // column
    Value,  // VALUE of a domain's CHECK
    Operator,  // name: "=", "<", "~~" …; one or two arguments
    Function,  // name: "length", "lower", "schema.function" when outside pg_catalog
    Cast,  // one argument; type says to what (relabel, I/O, function and domain casts alike)
    And,
    Or,
    Not,
    IsNull,
    IsNotNull,
    BooleanTest,  // name: "IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN", "IS NOT UNKNOWN"
    AnyOf,  // arguments: [scalar, array], name: the operator; scalar op ANY (array)
    AllOf,  // arguments: [scalar, array], name: the operator; scalar op ALL (array)
    Distinct,  // IS DISTINCT FROM, two arguments
    Coalesce,
    Case,  // arguments: [when1, then1, …, else]; a CASE with an operand is rewritten to comparisons
    Array,  // ARRAY[…] with arguments that are not all constant
    Opaque
  };

  Kind kind = Kind::Opaque;
  std::string name;
  std::string type;  // the result's type, format_type() without modifier, e.g. "integer", "public.mood"
  std::optional<std::string> value;
  std::vector<std::optional<std::string>> elements;
  AttributeNumber column = 0;
  std::vector<Expression> arguments;
  std::vector<AttributeNumber> columns;  // all columns read anywhere below, sorted, distinct
};

// ---------------------------------------------------------------------------------------------------------- types

enum class TypeKind { Base, Array, Enum, Domain, Composite, Range, Multirange, Pseudo };

struct Type;
using TypePointer = std::shared_ptr<const Type>;

struct DomainConstraint {
  std::string name;
  std::string text;  // pg_get_constraintdef(); empty for NOT NULL
  Expression check;  // over Kind::Value
};

struct CompositeAttribute {
  std::string name;
  TypePointer type;
  int type_modifier = -1;
};

struct Type {
  std::uint32_t oid = 0;
  TypeKind kind = TypeKind::Base;
  std::string schema;  // "pg_catalog" for built-in ones
  std::string name;  // pg_type.typname: "int4", "varchar", "_text"
  std::string extension;  // the extension that owns it, e.g. "citext"; empty if none
  int length = 0;  // pg_type.typlen: bytes, -1 varlena, -2 cstring
  bool by_value = false;
  char storage = 'p';  // pg_type.typstorage
  char category = 'U';  // pg_type.typcategory
  std::vector<std::string> labels;  // Enum, in sort order
  std::vector<std::uint32_t> label_oids;  // Enum, twin of labels
  TypePointer element;  // Array: element; Range and Multirange: subtype; Domain: base type
  int element_modifier = -1;  // Domain: type modifier of the base
  bool not_null = false;  // Domain (this one or one below it)
  std::vector<DomainConstraint> constraints;  // Domain, its own and those of the domains below it
  std::vector<CompositeAttribute> attributes;  // Composite, live attributes only
  bool has_input = true;  // false: the type's input function refuses all input (pg_node_tree …)
  bool has_equality = true;  // has a default btree or hash operator class
};

// -------------------------------------------------------------------------------------------------------- columns

struct SequenceInfo {
  std::uint32_t oid = 0;
  std::string name;  // qualified and quoted
  std::int64_t start = 1;
  std::int64_t increment = 1;
  std::int64_t minimum = 1;
  std::int64_t maximum = 0;
  bool cycle = false;
};

struct Column {
  AttributeNumber number = 0;
  std::string name;
  TypePointer type;
  int type_modifier = -1;
  bool not_null = false;  // attnotnull, or a domain that is NOT NULL
  bool is_generated = false;  // GENERATED ALWAYS AS (…) STORED or VIRTUAL
  char identity = '\0';  // 'a' ALWAYS, 'd' BY DEFAULT, '\0' none
  std::string collation;  // qualified name, empty for the type's default
  std::string comment;
  std::string default_text;  // pg_get_expr(); generation expression for generated columns; empty if none
  std::optional<Expression> default_expression;
  std::optional<SequenceInfo> sequence;  // the sequence of an identity, a serial or a nextval('…') default
  bool may_insert = true;  // the caller holds INSERT on the column
};

// ---------------------------------------------------------------------------------------------------- constraints

struct CheckConstraint {
  std::string name;
  std::string text;  // pg_get_constraintdef()
  Expression check;
  bool validated = true;
};

struct UniqueKey {
  std::string name;  // of the constraint or the index
  std::uint32_t index_oid = 0;
  bool is_primary = false;
  bool is_constraint = true;
  std::vector<AttributeNumber> columns;  // 0 where the index key is an expression
  std::vector<Expression> expressions;  // one per 0 in columns, in order
  std::optional<Expression> predicate;  // partial index
  bool nulls_not_distinct = false;
  bool is_deferrable = false;
  std::string text;  // pg_get_indexdef()
};

struct ForeignKey {
  std::string name;
  std::uint32_t constraint_oid = 0;
  std::uint32_t referenced_oid = 0;
  std::string referenced_table;  // qualified and quoted
  std::vector<AttributeNumber> columns;
  std::vector<AttributeNumber> referenced_columns;
  std::vector<std::string> referenced_names;
  bool is_deferrable = false;
  bool is_deferred = false;
  char match = 's';  // 's' SIMPLE, 'f' FULL, 'p' PARTIAL
  bool validated = true;
  bool has_period = false;  // the last column is a period: the referenced ones of the same key must cover it
  bool needs_children = false;  // a deferred trigger of the referenced table looks at its rows when the run has ended
  std::string text;
};

struct ExclusionConstraint {
  std::string name;
  std::uint32_t index_oid = 0;
  bool is_primary = false;  // PRIMARY KEY (…, period WITHOUT OVERLAPS)
  bool is_unique = false;  // UNIQUE or PRIMARY KEY of that kind: the last column must not be an empty range
  std::vector<AttributeNumber> columns;  // 0 for expressions
  std::vector<Expression> expressions;  // of the zeros among columns, in order
  std::vector<std::string> operators;  // twin of columns
  std::optional<Expression> predicate;
  std::string text;
};

// Constants that CHECKs of referring tables compare with their copy of a column of this table: without rows that hold
// them, those tables could not be filled.
struct KeyDemand {
  AttributeNumber column = 0;
  std::vector<std::string> values;  // text forms of the column's type, distinct
};

struct Trigger {
  std::string name;
  bool is_before = false;
  bool is_instead = false;
  bool is_row = false;
  bool on_insert = false;
  bool is_enabled = true;
  std::string function;  // qualified
  std::vector<Expression> accepts;  // what its function says of the rows that it does not refuse: none may be false
};

// One bound of a partitioned table: the leaf's whole partition constraint, in terms of the root's columns.
struct Partition {
  std::string name;  // qualified and quoted
  std::uint32_t oid = 0;
  bool is_default = false;
  std::optional<Expression> constraint;
};

// ----------------------------------------------------------------------------------------------------------- table

struct Table {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  std::string qualified_name;  // quoted as SQL needs it
  char kind = 'r';  // pg_class.relkind
  char persistence = 'p';  // 'p' permanent, 'u' unlogged, 't' temporary
  std::string access_method;  // "heap" …; empty for partitioned and foreign tables
  std::string comment;
  bool row_security = false;  // enabled and in force for the caller
  bool has_rules = false;  // ON INSERT rewrite rules
  bool is_partition = false;
  bool is_published = false;  // in a logical publication
  bool logically_decoded = false;
  char replica_identity = 'd';
  bool has_inheritance_children = false;
  std::vector<Column> columns;  // live columns only, by number
  AttributeNumber attribute_count = 0;  // with dropped columns
  std::vector<CheckConstraint> checks;
  std::vector<UniqueKey> unique_keys;
  std::vector<ForeignKey> foreign_keys;
  std::vector<ExclusionConstraint> exclusions;
  std::vector<KeyDemand> demands;  // one per column, by column
  std::vector<Trigger> triggers;
  std::vector<Partition> partitions;  // leaves of a partitioned table
  std::string partition_key;  // pg_get_partkeydef(); empty if not partitioned

  // The live column with that number; nullptr if there is none.
  const Column* FindColumn(AttributeNumber number) const {
    for (const Column& column : columns)
      if (column.number == number) return &column;
    return nullptr;
  }
};

// "a", "a, b" … of a list of attribute numbers, for messages; "(expression)" for 0.
std::string JoinColumnNames(const Table& table, const std::vector<AttributeNumber>& numbers);

}  // namespace dbmocker
