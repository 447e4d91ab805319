#!/usr/bin/env bash
# How the work grows: benchmarks at several sizes, and what twice the input costs.
#
#   growth.sh [CERTIFICATES [BENCHTIME]]
#
# CERTIFICATES is how many the largest store has (20,000; the first run makes them, 100,000 take some minutes),
# BENCHTIME how long each benchmark runs. Of each step from one size to the next the table shows the growth of time and
# of memory for twice the size: 2 is linear, 1 is constant. What is above 2.5 is marked, and below a millisecond it is
# mostly noise. Each figure is the least of three runs. Times on a machine that does other things as well mean little;
# memory does not depend on that.
set -eu
certificates=${1:-20000} benchtime=${2:-0.2s}
go=${GO:-go}
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SMIMECTL_GROWTH=$certificates SMIMECTL_GROWTH_DIR=${SMIMECTL_GROWTH_DIR:-$folder}
run() { # PACKAGE BENCHMARKS
  "$go" test -timeout 60m -run '^$' -bench "^($2)\$" -benchtime "$benchtime" -count 3 -benchmem "$1" | grep '^Benchmark' >> "$folder/results" ||
    { echo "the benchmarks of $1 failed" >&2; exit 1; }
}
: > "$folder/results"
run ./internal/certstore 'BenchmarkLookup|BenchmarkLookupWithout|BenchmarkUpdateIndex'
run ./internal/message 'BenchmarkWork|BenchmarkRecipients'
run ./cmd/smimectl 'BenchmarkHostile'
awk '
  {
    name = $1; sub(/^Benchmark/, "", name)
    if (!match(name, /\/n=[0-9]+/)) next
    n = substr(name, RSTART + 3, RLENGTH - 3) + 0
    name = substr(name, 1, RSTART - 1)
    for (i = 2; i <= NF; i++) { if ($i == "ns/op") time = $(i-1); if ($i == "B/op") memory = $(i-1) }
    key = name " " n
    if (!(key in least) || time + 0 < least[key] + 0) least[key] = time
    if (!(key in leanest) || memory + 0 < leanest[key] + 0) leanest[key] = memory
  }
  END { for (key in least) print key, least[key], leanest[key] }' "$folder/results" | sort -k1,1 -k2,2n | awk '
  BEGIN { printf "%-58s %9s %12s %12s %8s %8s\n", "", "size", "ms", "kB", "time x2", "kB x2" }
  {
    grown = ""
    if ($1 == last) {
      doubling = log(2) / log($2 / size)
      t = ($3 / time) ^ doubling; m = $4 > 0 && memory > 0 ? ($4 / memory) ^ doubling : 1
      grown = sprintf("%8.2f %8.2f%s", t, m, t > 2.5 && $3 > 1e6 || m > 2.5 ? "  !" : "")
    }
    printf "%-58s %9d %12.3f %12.1f %s\n", $1 == last ? "" : $1, $2, $3 / 1e6, $4 / 1e3, grown
    last = $1; size = $2; time = $3; memory = $4
  }'
