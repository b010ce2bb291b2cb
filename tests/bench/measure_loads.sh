# The measurements of compare_loads, each written as a line of a file below $FILES. To be sourced.
# Read first: measure_tables.
# shellcheck shell=bash disable=SC2153,SC2154

# The number of rows and a sum of their hashes, whatever their order.
fingerprint() { sql -c "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM $1 AS t"; }

# The files that COPY reads hold what generate() makes for the very same table.
write_files() { # table, keys, rows
  local first
  create_table "$1" unlogged "$2" "$3"
  sql -o /dev/null -c "$(load_statement generate "$1" "$3")"
  sql -c "COPY $1 TO '$FILES/rows.bin' (FORMAT binary)" -c "COPY $1 TO '$FILES/rows.txt'"
  sql -c "SELECT '$1', '$2', round(pg_relation_size('$1') / $3::numeric, 1)" >>"$FILES/widths"
  first=$(fingerprint "$1")
  sql -c "TRUNCATE $1" -c "$(load_statement copy_binary "$1" "$3")"
  [ "$(fingerprint "$1")" = "$first" ] || die "COPY brings other rows than generate() into table $1"
}

# Runs one load in a session of its own and prints: table|persistence|keys|way|rows|writer|workers|seconds.
measure() { # table, persistence, keys, way, rows
  case $4 in
    pgbench_*) measure_pgbench "$@"; return ;;
  esac
  sql <<SQL
TRUNCATE $1;
CHECKPOINT;
\set writer ''
\set workers ''
SELECT clock_timestamp() AS started \gset
$(load_statement "$4" "$1" "$5") $(case $4 in generate* | hand_written) echo '\gset' ;; *) echo ';' ;; esac)
SELECT '$1', '$2', '$3', '$4', $5, :'writer', :'workers',
       extract(epoch FROM clock_timestamp() - :'started'::timestamptz);
SQL
}

# pgbench's own time for the data, and for the primary keys where the table has one; its other tables hold 11 rows for
# each 100 thousand accounts.
measure_pgbench() { # table, persistence, keys, way, rows
  local step=g data='client-side generate' output
  [ "$4" = pgbench_client ] || { step=G; data='server-side generate'; }
  local options=(-i -q -s "$(($5 / 100000))") log=$FILES/pgbench.log
  [ "$2" = logged ] || options+=(--unlogged-tables)
  [ "$3" = none ] || step+=p
  PGOPTIONS='-c search_path=peer' "$PG_BIN/pgbench" "${options[@]}" -I dt "$DATABASE" >"$log" 2>&1 || die "$(<"$log")"
  sql -c CHECKPOINT
  PGOPTIONS='-c search_path=peer' "$PG_BIN/pgbench" "${options[@]}" -I "$step" "$DATABASE" >"$log" 2>&1 ||
    die "$(<"$log")"
  output=$(grep '^done in ' "$log")
  awk -v keys="$3" -v data="$data" -v head="$1|$2|$3|$4|$5|||" '
    function seconds(name) {
      if (!match($0, name " [0-9.]+ s")) {print "pgbench says no time for: " name > "/dev/stderr"; exit 1}
      return substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 3)
    }
    {print head seconds(data) + (keys == "none" ? 0 : seconds("primary keys"))}' <<<"$output"
}

# All ways of one kind of table in turns, each round beginning with another one.
measure_turns() { # table, persistence, keys, rows, round
  local way place ways=()
  for way in "${CHOSEN_WAYS[@]}"; do
    ! can_load "$way" "$1" "$3" "$4" || ways+=("$way")
  done
  for place in "${!ways[@]}"; do
    measure "$1" "$2" "$3" "${ways[(place + $5) % ${#ways[@]}]}" "$4" >>"$FILES/samples"
  done
}

measure_tables() {
  local table keys persistence round rows
  for table in "${CHOSEN_TABLES[@]}"; do
    rows=$(rows_of "$table" "$ROWS")
    for keys in "${CHOSEN_KEYS[@]}"; do
      has_keys "$table" "$keys" || continue
      write_files "$table" "$keys" "$rows"
      for persistence in "${CHOSEN_PERSISTENCES[@]}"; do
        note "$table, $persistence, keys: $keys, $rows rows"
        create_table "$table" "$persistence" "$keys" "$rows"
        for ((round = 0; round < ROUNDS; round++)); do
          measure_turns "$table" "$persistence" "$keys" "$rows" "$round"
        done
      done
      rm -f "$FILES/rows.bin" "$FILES/rows.txt"
    done
  done
}

# The rate of a large load against that of a small one, in turns: users without index.
measure_sizes() {
  local persistence round rows
  for persistence in "${CHOSEN_PERSISTENCES[@]}"; do
    note "sizes: users, $persistence, ${SIZES[*]} rows"
    create_table users "$persistence" none "${SIZES[0]}"
    for ((round = 0; round < ROUNDS; round++)); do
      for rows in "${SIZES[@]}"; do
        measure users "$persistence" none generate "$rows" >>"$FILES/size_samples"
      done
    done
    sql -c 'TRUNCATE users'
  done
}

# ------------------------------------------------------------------------------------------------------------- memory

# Memory of the processes' own (RssAnon), summed over the backend and its workers; shared buffers count to nobody.
# Prints kB and the number of workers.
private_memory() { # pid of the backend, of the postmaster
  local child title files=("/proc/$1/status")
  for child in $(<"/proc/$2/task/$2/children"); do
    title=
    { IFS= read -r -d '' title <"/proc/$child/cmdline"; } 2>/dev/null || true
    [[ "$title " != *" parallel worker for PID $1 "* ]] || files+=("/proc/$child/status")
  done
  awk '/^RssAnon:/ {sum += $2; n++} END {print sum + 0, n - 1}' "${files[@]}" 2>/dev/null || echo '0 0'
}

# Samples a load by generate() with default options every 10 ms. Prints: rows|keys|workers seen|peak in kB.
measure_memory_of() { # keys, rows
  local pid postmaster sample kilobytes workers peak=0 most=0
  create_table users logged "$1" "$2"
  sql -c CHECKPOINT
  rm -f "$FILES/pid"
  sql >/dev/null <<SQL &
SELECT pg_backend_pid() \g $FILES/pid
$(load_statement generate users "$2");
SQL
  until [ -s "$FILES/pid" ]; do sleep 0.01; done
  pid=$(<"$FILES/pid")
  postmaster=$(awk '/^PPid:/ {print $2}' "/proc/$pid/status")
  while [ -e "/proc/$pid" ]; do
    sample=$(private_memory "$pid" "$postmaster")
    read -r kilobytes workers <<<"$sample"
    [ "$kilobytes" -le "$peak" ] || peak=$kilobytes
    [ "$workers" -le "$most" ] || most=$workers
    sleep 0.01
  done
  wait $!
  printf '%s|%s|%s|%s\n' "$2" "$1" "$most" "$peak" >>"$FILES/memory_samples"
}

measure_memory() {
  local keys rows
  for keys in "${CHOSEN_KEYS[@]}"; do
    for rows in "${SIZES[@]}"; do
      note "memory: users, keys: $keys, $rows rows"
      measure_memory_of "$keys" "$rows"
    done
  done
}
