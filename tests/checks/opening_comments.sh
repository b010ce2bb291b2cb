#!/usr/bin/env bash
# Each file opens with a comment that says what it is for: two to eight lines in sources, at least one elsewhere.
set -euo pipefail

bad=
while IFS= read -r file; do
  lines=$(awk '!/^(\/\/|\/\*| \*)/ {exit} {n++} END {print n + 0}' "$file")
  [ "$lines" -ge 2 ] || bad+="$file: $lines line(s) of opening comment"$'\n'
done < <(find include src tests -name '*.h' -o -name '*.cpp' | grep -v word_list_data | sort)
while IFS= read -r file; do
  awk '!/^#!/ {found = /^(#|--|\/\*)/; exit} END {exit !found}' "$file" || bad+="$file: no opening comment"$'\n'
done < <(find scripts sql tests data .ci -type f \( -path 'scripts/*' -o -name '*.sql' -o -name '*.sh' -o -name '*.pl' \
  -o -name '*.spec' -o -name '*.txt' -o -name '*.awk' -o -path '.ci/*' \) | sort)
[ -z "$bad" ] || { printf '%s' "$bad"; exit 1; }
