#!/usr/bin/env bash
# Differences between PostgreSQL's versions are asked for in src/server/compat.h alone.
set -euo pipefail

if grep -rn 'PG_VERSION_NUM' include src | grep -v '^src/server/compat\.h:'; then
  echo 'PG_VERSION_NUM belongs into src/server/compat.h'
  exit 1
fi
