#!/usr/bin/env bash
# Every regression test has its expected output and every expected output its test (x_1.out is a variant of x.out);
# the same for isolation specs. A test without a twin would not be run.
set -euo pipefail

compare() { # tests folder, extension, expected folder
  local tests expected
  tests=$(find "$1" -maxdepth 1 -name "*.$2" ! -name '*--*' | sed "s,.*/,,; s/\.$2\$//" | sort)
  expected=$(find "$3" -maxdepth 1 -name '*.out' | sed 's,.*/,,; s/\.out$//; s/_[0-9]$//' | sort -u)
  diff <(printf '%s\n' "$tests") <(printf '%s\n' "$expected") || {
    echo "< is in $1 only, > in $3 only"
    return 1
  }
}

compare sql sql expected
if [ -d tests/isolation/specs ]; then
  mkdir -p tests/isolation/expected
  compare tests/isolation/specs spec tests/isolation/expected
fi
