#!/usr/bin/env bash
# No line of a source, test or script is longer than 120 characters, ends in blanks or holds a tab.
set -euo pipefail
export LC_ALL=C.UTF-8

files() {
  find include src tests scripts .ci -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.sh' -o -name '*.pl' \
    -o -name '*.spec' -o -path 'scripts/*' -o -path '.ci/*' -o -path 'tests/bench/*' \) ! -name word_list_data.cpp
}
long=$(files | tr '\n' '\0' | xargs -0 grep -nE '^.{121,}$' || true)
blanks=$(files | tr '\n' '\0' | xargs -0 grep -nE "[[:blank:]]+$|$(printf '\t')" || true)
[ -z "$long$blanks" ] || {
  printf 'too long:\n%s\nblanks at the end, or tabs:\n%s\n' "$long" "$blanks"
  exit 1
}
