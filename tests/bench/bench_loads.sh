# What compare_loads and profile_load share: the server, the tables and the ways to load them. To be sourced.
# Must not touch any database but its own, dbmocker_loads. Read first: start_bench, create_table, load_statement.
# shellcheck shell=bash disable=SC2034
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"

DATABASE=dbmocker_loads
TABLE_FILES=$TOP/tests/bench/tables
FILES=                 # a folder that the server and we can write to
OWN_SERVER=no

TABLES=(users pgbench_accounts orders lineitem wide narrow)
WAYS=(generate generate_0 generate_1 generate_2 copy_binary copy_text insert_select pgbench_client pgbench_server
  hand_written)
KEYS=(none primary all)
PERSISTENCES=(logged unlogged)

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE" "$@"; }

contains() { # item, list...
  local item=$1
  shift
  [[ " $* " == *" $item "* ]]
}

# Sets the named array to the items of a list with commas, each of which must be one of the valid ones.
choose() { # array, list, valid...
  local -n chosen=$1
  local item
  IFS=, read -r -a chosen <<<"$2"
  shift 2
  [ ${#chosen[@]} -gt 0 ] || die "choose of: $*"
  for item in "${chosen[@]}"; do contains "$item" "$@" || die "\"$item\" is none of: $*"; done
}

is_count() { [[ "$1" =~ ^[1-9][0-9]{0,9}$ ]]; }

# ------------------------------------------------------------------------------------------------------------- server

drop_database() { psql -X -q -d postgres -c 'SET client_min_messages = error' -c "DROP DATABASE IF EXISTS $DATABASE"; }

# The server is that of PGHOST, PGPORT and PGUSER (a superuser) if PGHOST is set, else a throwaway one below build/.
start_bench() {
  if [ -z "${PGHOST:-}" ]; then
    install_packages demo
    prepare_run bench
    build_extension || die 'the extension does not build'
    stop_server
    stage_extension || die 'the extension cannot be installed'
    OWN_SERVER=yes
    printf '%s\n' 'shared_buffers = 512MB' 'max_wal_size = 8GB' 'checkpoint_timeout = 1h' 'autovacuum = off' \
      'timezone = UTC' | start_server || die 'the server does not start'
  else
    choose_postgres
  fi
  drop_database
  psql -X -q -d postgres -c "CREATE DATABASE $DATABASE"
  sql -c 'CREATE EXTENSION dbmocker' -c "ALTER DATABASE $DATABASE SET search_path = loads, public" \
    -c 'CREATE SCHEMA peer' -c "CREATE FUNCTION public.write_hard_coded_rows(target regclass, rows bigint) RETURNS void
                                LANGUAGE c STRICT AS '\$libdir/dbmocker', 'dbmocker_probe_pages'"
  FILES=$(mktemp -d "${TMPDIR:-/tmp}/dbmocker-loads.XXXXXX")
  chmod 1777 "$FILES"
}

finish() {
  [ -z "$FILES" ] || {
    drop_database || true
    rm -rf "$FILES"
  }
  [ "$OWN_SERVER" = no ] || stop_server
}

# ------------------------------------------------------------------------------------------------------ tables and ways

# Not every table can have a unique text column or a reference.
has_keys() { # table, keys
  [ "$1-$2" != narrow-all ]
}

# A wide row is as long as ten of the others.
rows_of() { # table, rows
  if [ "$1" = wide ]; then echo $((($2 + 9) / 10)); else echo "$2"; fi
}

# Makes the table, empty, with its parents. Its name stays, since what is generated depends on it.
create_table() { # table, logged | unlogged, keys, rows
  sql -v persistence="$([ "$2" = logged ] || echo UNLOGGED)" -v rows="$4" \
    -v has_primary="$([ "$3" = none ] && echo off || echo on)" -v has_all="$([ "$3" = all ] && echo on || echo off)" \
    -c 'SET client_min_messages = error' -c 'DROP SCHEMA IF EXISTS loads CASCADE' -c 'CREATE SCHEMA loads' \
    -f "$TABLE_FILES/$1.sql" -c ANALYZE
}

# Whether a way can load the table: pgbench knows its own alone, the hand-written writer ten columns without index.
can_load() { # way, table, keys, rows
  case $1 in
    pgbench_*) [ "$2" = pgbench_accounts ] && [ "$3" != all ] && [ $(($4 % 100000)) -eq 0 ] ;;
    hand_written) [ "$2-$3" = users-none ] ;;
    *) true ;;
  esac
}

# A SELECT gives the writer and the number of workers; anything else gives nothing.
load_statement() { # way, table, rows
  local options='{}'
  case $1 in
    generate*)
      [ "$1" = generate ] || options="{\"max_workers\": ${1#generate_}}"
      echo "SELECT writer, workers FROM dbmocker.generate('$2', $3, options => '$options')"
      ;;
    copy_binary) echo "COPY $2 FROM '$FILES/rows.bin' (FORMAT binary)" ;;
    copy_text) echo "COPY $2 FROM '$FILES/rows.txt'" ;;
    insert_select) echo "INSERT INTO $2 SELECT * FROM random_rows" ;;
    hand_written) echo "SELECT 'hand_written' AS writer, 0 AS workers FROM write_hard_coded_rows('$2', $3)" ;;
  esac
}
