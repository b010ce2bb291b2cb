#!/usr/bin/env bash
# No note to self is left in the tree: what is unfinished is finished or written into the changelog.
set -euo pipefail

words='TO''DO|FIX''ME|X''XX'  # split, so that this file does not find itself
if grep -rnwIE "$words" include src sql tests scripts Makefile CMakeLists.txt; then
  echo 'open ends in the tree'
  exit 1
fi
