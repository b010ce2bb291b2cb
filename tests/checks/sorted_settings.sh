#!/usr/bin/env bash
# The settings are defined in alphabetical order of their names, each once.
set -euo pipefail

names=$(find src/server -name '*.cpp' -exec cat {} + | tr '\n' ' ' |
  grep -oE 'DefineCustom[A-Za-z]+Variable\([[:space:]]*"[^"]+"' | sed 's/.*"\(.*\)"/\1/' || true)
[ -n "$names" ] || { echo 'found no setting'; exit 1; }
diff <(printf '%s\n' "$names") <(LC_ALL=C sort -u <<<"$names") ||
  { echo 'not sorted (left: source, right: sorted)'; exit 1; }
