#!/usr/bin/env bash
# PostgreSQL's headers are included by src/server/postgres_api.h alone, and nothing outside src/server includes a file
# of src/server: include and src/core stay free of the server.
set -euo pipefail

bad=$(grep -rnE '#[[:space:]]*include[[:space:]]*[<"](postgres|fmgr|c)(_fe|_ext)?\.h' include src tests |
  grep -v '^src/server/postgres_api\.h:' || true)
bad+=$(grep -rnE '#[[:space:]]*include[[:space:]]*[<"]server/' include src/core tests/unit tests/bench || true)
if [ -n "$bad" ]; then
  echo 'server headers where they must not be:'
  printf '%s\n' "$bad"
  exit 1
fi
