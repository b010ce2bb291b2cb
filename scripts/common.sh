# What scripts/demo and scripts/check share: packages, build, a private install and a throwaway server. To be sourced.
# Nothing is written outside the tree's build/ folder, except a folder made by mktemp where the server's user cannot
# reach the tree; no server but the one started here is touched.
# Read first: prepare_run, then start_server.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$TOP/build
PORT=5510              # names the socket file only: the server listens on no network address
RUN_DIR=               # holds cluster, socket, log and staged install of one script; see prepare_run
RUN_AS=()              # command prefix that leaves root
umask 022
export LC_ALL=C.UTF-8

note() { printf '== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# ------------------------------------------------------------------------------------------------------- packages

# Sets PG_CONFIG, PG_MAJOR and PG_BIN. The PostgreSQL to use: that of $PG_CONFIG, else the newest one with server
# headers here, else Debian 12's.
choose_postgres() {
  local found
  if [ -z "${PG_CONFIG:-}" ]; then
    found=$(compgen -G '/usr/lib/postgresql/*/lib/pgxs/src/makefiles/pgxs.mk' | sort -V | tail -n 1) || true
    PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config
    [ -z "$found" ] || PG_CONFIG=${found%/lib/pgxs/*}/bin/pg_config
  fi
  PG_MAJOR=15
  if [ -x "$PG_CONFIG" ]; then
    PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    PG_BIN=$("$PG_CONFIG" --bindir)
  fi
}

list_packages() { # demo | check
  sed -e 's/#.*//' -e "s/MAJOR/$PG_MAJOR/" "$TOP/scripts/packages" |
    awk -v use="$1" 'NF == 2 && ($1 == "demo" || $1 == use) {print $2}'
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]; }

install_packages() { # demo | check
  local package missing=() root=()
  choose_postgres
  if ! command -v dpkg-query >/dev/null; then
    note 'not a Debian system: packages are left to you (see scripts/packages)'
  else
    for package in $(list_packages "$1"); do
      is_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
      note "installing ${missing[*]}"
      if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "missing packages: ${missing[*]} (no sudo here: install them as root)"
        root=(sudo)
      fi
      "${root[@]}" apt-get update -qq || die 'apt-get update failed'
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null || die "cannot install ${missing[*]}"
    fi
  fi
  choose_postgres
  [ -x "$PG_CONFIG" ] || die "no pg_config at $PG_CONFIG; set PG_CONFIG"
}

# ---------------------------------------------------------------------------------------------------------- build

# Builds the extension in the tree. Objects of another PostgreSQL are thrown away first.
build_extension() {
  local version log=$BUILD/make.log
  mkdir -p "$BUILD"
  version=$("$PG_CONFIG" --version)
  note "building for $version"
  if [ "$(cat "$BUILD/built_for" 2>/dev/null)" != "$version" ]; then
    make -C "$TOP" PG_CONFIG="$PG_CONFIG" clean >"$log" 2>&1 || true
    printf '%s\n' "$version" >"$BUILD/built_for"
  fi
  if ! make -C "$TOP" -j "$(nproc)" PG_CONFIG="$PG_CONFIG" >"$log" 2>&1; then
    grep -E -A 5 'error: |undefined reference|\*\*\*' "$log" | head -n 60 >&2 || tail -n 40 "$log" >&2
    printf 'the build failed; all of its output: %s\n' "$log" >&2
    return 1
  fi
}

# Installs into $RUN_DIR/stage; the server is told to look there.
stage_extension() {
  rm -rf "$RUN_DIR/stage"
  make -C "$TOP" PG_CONFIG="$PG_CONFIG" install DESTDIR="$RUN_DIR/stage" >>"$BUILD/make.log" 2>&1 || {
    tail -n 20 "$BUILD/make.log" >&2
    return 1
  }
}

# ------------------------------------------------------------------------------------------------- the run's folder

# Runs a command as the user that owns the server, away from the caller's folder and home.
as_server_user() { (cd "$RUN_DIR" && exec "${RUN_AS[@]}" env HOME="$RUN_DIR" "$@" 9>&-); }

own_run_dir() {
  mkdir -p "$RUN_DIR" || return 1
  [ ${#RUN_AS[@]} -eq 0 ] || chown postgres: "$RUN_DIR"
  chmod 700 "$RUN_DIR"
  [ -O "$RUN_DIR" ] || [ ${#RUN_AS[@]} -gt 0 ] || die "$RUN_DIR belongs to another user; remove it or run as that user"
  as_server_user test -w "$RUN_DIR" 2>/dev/null
}

# Sets RUN_DIR for one purpose (a folder's name below build/). PostgreSQL refuses root, so root runs it as `postgres`;
# where that user cannot reach the tree, the run moves to a mktemp folder that build/<purpose>.dir remembers.
prepare_run() { # purpose
  local pointer=$BUILD/$1.dir
  mkdir -p "$BUILD"
  if [ "$(id -u)" -eq 0 ]; then
    id postgres >/dev/null 2>&1 || die 'root cannot run PostgreSQL and there is no user "postgres"'
    RUN_AS=(runuser -u postgres --)
  fi
  RUN_DIR=$BUILD/$1
  if [ -f "$pointer" ] && [ -d "$(cat "$pointer")" ]; then
    RUN_DIR=$(cat "$pointer")
    own_run_dir || die "cannot use $RUN_DIR; remove $pointer"
  elif ! own_run_dir; then
    RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbmocker-$1.XXXXXX")
    printf '%s\n' "$RUN_DIR" >"$pointer"
    own_run_dir || die "the user postgres can reach neither $BUILD nor $RUN_DIR"
    note "the user postgres cannot reach this checkout: the server runs in $RUN_DIR"
  fi
  DATA_DIR=$RUN_DIR/data
  choose_socket_dir
}

# A socket's path is limited to 107 bytes, and lists of socket folders split at commas: odd paths get a mktemp folder.
choose_socket_dir() {
  local pointer=$RUN_DIR/socket.dir
  SOCKET_DIR=$RUN_DIR/socket
  if [ $((${#SOCKET_DIR} + 16)) -gt 107 ] || [[ "$SOCKET_DIR" == *[!A-Za-z0-9/._\ -]* ]]; then
    SOCKET_DIR=
    [ ! -f "$pointer" ] || SOCKET_DIR=$(cat "$pointer")
    if [ ! -d "$SOCKET_DIR" ]; then
      SOCKET_DIR=$(mktemp -d /tmp/dbmocker.XXXXXX)
      printf '%s\n' "$SOCKET_DIR" >"$pointer"
    fi
  fi
  mkdir -p "$SOCKET_DIR"
  chmod 700 "$SOCKET_DIR"
  [ ${#RUN_AS[@]} -eq 0 ] || chown postgres: "$SOCKET_DIR"
  export PGHOST=$SOCKET_DIR PGPORT=$PORT PGUSER=postgres
  unset PGDATABASE PGPASSWORD PGSERVICE PGOPTIONS PGHOSTADDR PGDATA
}

# --------------------------------------------------------------------------------------------------------- server

quote_setting() { printf "'%s'" "${1//\'/\'\'}"; }

# The settings that make a server find the staged install: Debian's extension_destdir, or PostgreSQL 18's search path.
print_stage_settings() {
  local stage=$RUN_DIR/stage known
  known=$("$PG_BIN/postgres" --describe-config)
  if grep -q '^extension_destdir' <<<"$known"; then
    printf 'extension_destdir = %s\n' "$(quote_setting "$stage")"
  elif grep -q '^extension_control_path' <<<"$known"; then
    printf 'extension_control_path = %s\n' "$(quote_setting "$stage$("$PG_CONFIG" --sharedir):\$system")"
  else
    die "this PostgreSQL cannot load an extension from $stage; use Debian's packages or PostgreSQL 18"
  fi
  printf 'dynamic_library_path = %s\n' "$(quote_setting "$stage$("$PG_CONFIG" --pkglibdir):\$libdir")"
}

server_is_running() {
  [ -f "$DATA_DIR/postmaster.pid" ] && as_server_user "$PG_BIN/pg_ctl" -D "$DATA_DIR" status >/dev/null
}

stop_server() {
  ! server_is_running || as_server_user "$PG_BIN/pg_ctl" -D "$DATA_DIR" -m fast -w stop >/dev/null
}

# Makes the cluster if there is none of this major, and (re)starts it with the settings of stdin on top of ours.
start_server() {
  local more
  more=$(cat)
  stop_server
  if [ "$(cat "$DATA_DIR/PG_VERSION" 2>/dev/null)" != "$PG_MAJOR" ]; then
    rm -rf "$DATA_DIR"
    as_server_user "$PG_BIN/initdb" -D "$DATA_DIR" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N \
      >"$RUN_DIR/initdb.log" 2>&1 || { cat "$RUN_DIR/initdb.log" >&2; return 1; }
    echo "include '../server.conf'" >>"$DATA_DIR/postgresql.conf"
  fi
  {
    print_stage_settings
    printf "listen_addresses = ''\nport = %s\nunix_socket_permissions = 0700\n" "$PORT"
    printf 'unix_socket_directories = %s\n' "$(quote_setting "\"$SOCKET_DIR\"")"
    printf '%s\n' "$more"
  } >"$RUN_DIR/server.conf"
  as_server_user "$PG_BIN/pg_ctl" -D "$DATA_DIR" -w -t 120 -l "$RUN_DIR/server.log" start >/dev/null ||
    { tail -n 20 "$RUN_DIR/server.log" >&2; return 1; }
}
