#!/usr/bin/env bash
# No two sources share a base name, headers and their .cpp twins in another folder excepted; names are snake_case.
set -euo pipefail

files=$(find include src -name '*.h' -o -name '*.cpp' | sort)
twice=$(sed 's,.*/,,' <<<"$files" | sort | uniq -d)
odd=$(grep -vE '/[a-z0-9]+(_[a-z0-9]+)*\.(h|cpp)$' <<<"$files" || true)
[ -z "$twice$odd" ] || {
  printf 'used twice: %s\nnot snake_case: %s\n' "$twice" "$odd"
  exit 1
}
