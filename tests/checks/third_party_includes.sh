#!/usr/bin/env bash
# Outside src/server and src/client, an #include in angle brackets is the C++ standard library, Boost.Random or xxHash
# (tests: GoogleTest, benchmarks: Google Benchmark). One file of the core reads files by system calls.
set -euo pipefail

allowed='boost/random(\.hpp|/[a-z_/]+\.hpp)|xxhash\.h|[a-z_]+'
bad=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' include src/core |
  grep -vE "<($allowed)>|^src/core/key_file\.cpp:[0-9]+:#include <(fcntl|sys/mman|unistd)\.h>" || true)
bad+=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' tests/unit tests/bench |
  grep -vE "<($allowed|gtest/[a-z-]+\.h|gmock/[a-z-]+\.h|benchmark/benchmark\.h)>" || true)
[ -z "$bad" ] || { printf 'unexpected includes:\n%s\n' "$bad"; exit 1; }
