#!/usr/bin/env bash
# dbmocker.so shows the magic block, the entry point and the SQL functions' C symbols, nothing else; and every C
# function that the extension script names is there. What it asks for is the server's or a library's: a function of ours
# that is declared but not defined would otherwise show only when it is called.
set -euo pipefail

library=${DBMOCKER_LIBRARY:-dbmocker.so}
shown=$(nm -D --defined-only "$library" | awk '{print $NF}')
bad=$(grep -vE '^(Pg_magic_func|_PG_init|pg_finfo_dbmocker_[a-z0-9_]+|dbmocker_[a-z0-9_]+)$' <<<"$shown" || true)
missing=
for name in $(sed -n "s/.*'MODULE_PATHNAME'[^']*'\(dbmocker_[a-z0-9_]*\)'.*/\1/p" sql/dbmocker--*.sql | sort -u); do
  grep -qx "$name" <<<"$shown" && grep -qx "pg_finfo_$name" <<<"$shown" || missing+=" $name"
done
grep -qx Pg_magic_func <<<"$shown" || missing+=' Pg_magic_func'
undefined=$(nm -D --undefined-only "$library" | awk '{print $2}' | grep -E '^(dbmocker_|_ZN?K?[0-9]*8dbmocker)' || true)
[ -z "$bad$missing$undefined" ] || {
  printf 'exported, but not on the list: %s\nmissing:%s\nnot defined: %s\n' "$bad" "$missing" "$undefined"
  exit 1
}
