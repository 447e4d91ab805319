#!/usr/bin/env bash
# Where the time of each operation goes: a CPU profile of each, and its top entries.
#
#   profiles.sh [SIZE [TOP]]
#
# SIZE is 20KiB, 1024KiB or 102400KiB (the sizes of BenchmarkVerbs), TOP how many entries are shown. With
# PROFILES=FOLDER the profiles are kept there:  go tool pprof -http=: FOLDER/sign.prof
set -eu
size=${1:-102400KiB} top=${2:-8}
go=${GO:-go}
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
kept=${PROFILES:-$folder}
"$go" test -c -o "$folder/smimectl.test" ./cmd/smimectl
for verb in sign sign-opaque verify verify-opaque-write encrypt-gcm encrypt-cbc decrypt-gcm decrypt-cbc; do
  (cd cmd/smimectl && "$folder/smimectl.test" -test.run '^$' -test.bench "^BenchmarkVerbs\$/^$verb\$/^$size\$" -test.benchtime 3s \
    -test.cpuprofile "$kept/$verb.prof" -test.outputdir "$kept") | awk '/^Benchmark/ { $1 = ""; print "'"$verb"', '"$size"':" $0 }'
  "$go" tool pprof -top -nodecount="$top" "$folder/smimectl.test" "$kept/$verb.prof" 2>/dev/null | awk 'NR > 4 { print "  " $0 }'
done
