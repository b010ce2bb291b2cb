// The extension's configuration tables, read and written with the rights of their owner: who may see and change what is
// decided here and by the views, not by privileges on the tables.
// Server style: functions may ereport and own nothing.
// Read first: QueryConfig.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "server/read_catalog.h"

namespace dbmocker::server {

// Runs a query over configuration tables with `argument` as $1 (oid); a constant text, as for RunCatalogQuery.
CatalogRows QueryConfig(const char* query, Oid argument);

// A parameter of ChangeConfig().
struct ConfigValue {
  Oid type;
  Datum value;
  bool is_null;
};

// Runs a statement that changes configuration tables; returns the number of rows that it changed.
std::int64_t ChangeConfig(const char* statement, const ConfigValue* values, int count);

// Ereports 42501 unless the caller owns the target; 42P01, 42809 where it is nothing that rows can be made for.
void CheckTargetOwner(Oid target);

// Ereports 42501 unless the caller owns the database.
void CheckDatabaseOwner(const char* what);

// Stores what has been checked: options on top of those that the target (or, InvalidOid, the database) has, a preset
// (0: it comes with the extension and is left alone), a rule in place of the column's own.
void StoreOptions(Oid target, Jsonb* options);
std::int64_t StorePreset(Datum name, Jsonb* options);
void StoreRule(Oid target, AttrNumber number, Jsonb* rule);

// A column as dbmocker.column_reference holds it: follows renames, and is dumped by name.
Datum MakeColumnReference(Oid target, AttrNumber number);

}  // namespace dbmocker::server
