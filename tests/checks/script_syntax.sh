#!/usr/bin/env bash
# Every shell script parses, is executable unless it is only sourced, and stops at the first error.
set -euo pipefail

bad=
while IFS= read -r file; do
  bash -n "$file" || bad+="$file: does not parse"$'\n'
  if head -n 1 "$file" | grep -q '^#!'; then
    [ -x "$file" ] || bad+="$file: not executable"$'\n'
    grep -q '^set -euo pipefail$' "$file" || bad+="$file: lacks set -euo pipefail"$'\n'
  fi
done < <(find scripts .ci tests/checks tests/bench tests/corpus -type f ! -name packages ! -name '*.sql' \
  ! -name '*.cpp' ! -name '*.awk' | sort)
[ -z "$bad" ] || { printf '%s' "$bad"; exit 1; }
