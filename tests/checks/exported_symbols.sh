#!/usr/bin/env bash
# dbmocker.so shows the magic block, the entry point and the SQL functions' C symbols, nothing else; and every C
# function that the extension script names is there.
set -euo pipefail

library=${DBMOCKER_LIBRARY:-dbmocker.so}
shown=$(nm -D --defined-only "$library" | awk '{print $NF}')
bad=$(grep -vE '^(Pg_magic_func|_PG_init|pg_finfo_dbmocker_[a-z0-9_]+|dbmocker_[a-z0-9_]+)$' <<<"$shown" || true)
missing=
for name in $(sed -n "s/.*'MODULE_PATHNAME'[^']*'\(dbmocker_[a-z0-9_]*\)'.*/\1/p" sql/dbmocker--*.sql | sort -u); do
  grep -qx "$name" <<<"$shown" && grep -qx "pg_finfo_$name" <<<"$shown" || missing+=" $name"
done
grep -qx Pg_magic_func <<<"$shown" || missing+=' Pg_magic_func'
[ -z "$bad$missing" ] || {
  printf 'exported, but not on the list: %s\nmissing:%s\n' "$bad" "$missing"
  exit 1
}
