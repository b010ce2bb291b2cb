#!/usr/bin/env bash
# docs/jobs.md lists the very transitions of a job that the code has.
set -euo pipefail

# {State::Queued, Event::BackOff, State::Retrying}, → queued|back off|retrying
in_code=$(grep -oE '\{State::[A-Za-z]+, Event::[A-Za-z]+, State::[A-Za-z]+\}' src/core/job_state.cpp |
  sed -E 's/[{}]|(State|Event):://g; s/BackOff/back off/; s/, /|/g' | tr '[:upper:]' '[:lower:]')
in_words=$(sed -n 's/^| \([a-z]*\) | \([a-z ]*\) | \([a-z]*\) |$/\1|\2|\3/p' docs/jobs.md | grep -v '^from|')
[ -n "$in_code" ] || { echo 'found no transition'; exit 1; }
diff <(printf '%s\n' "$in_code") <(printf '%s\n' "$in_words") || { echo '< code, > docs/jobs.md'; exit 1; }
