#!/usr/bin/env bash
# Small mails, one process each: smimectl and openssl cms in one run.
#
#   compare-small.sh PROGRAM [RUNS [ROUNDS]]
#
# CPU seconds (user and system) of RUNS processes on a mail of 10 kB, and the
# ratio of the two, least, median and most of the rounds: below 1 where smimectl
# needs less. Runs of the two take turns, so that what else the machine does falls
# on both. What it takes to start a process is in both figures.
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
runs=${2:-50} rounds=${3:-7}
command -v openssl >/dev/null || { echo "skipped: openssl is not installed, there is nothing to compare with"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" -q demo --ca world
export SMIMECTL_HOME=$folder/world/store SMIMECTL_PASSPHRASE_FILE=$folder/world/pw TMPDIR=$folder
# alice has RSA-2048, bob P-256. Keys in the clear for both programs: opening a sealed key takes longer than a small mail.
for who in alice bob; do
  openssl pkcs12 -in world/$who.p12 -passin pass:demo -nocerts -noenc -out $who.key 2>/dev/null
  cp world/$who.pem .
done
cp world/ca.pem .
# Whole lines: a blank at the end of one would have to be encoded, which openssl does not do.
{ yes 'a line of seventy-two characters of plain text, as mail has it, 0123456' || true; } | head -n 137 > text || true
{ printf 'From: %s@example.test\nTo: bob@example.test\nSubject: compare\nContent-Type: text/plain\n\n' alice; cat text; } > alice.eml
sed 's/^From: alice/From: bob/' alice.eml > bob.eml
{ printf 'Content-Type: text/plain\n\n'; cat text; } > part

cpu() {
  local TIMEFORMAT='%U %S' i
  { time for ((i = 0; i < runs; i++)); do "$@" >/dev/null 2>&1; done; } 2>&1 | awk '{ print $1 + $2 }'
}
# pair NAME: the functions ours and theirs against each other.
pair() {
  local i
  ours >/dev/null 2>&1 || { echo "$1: smimectl fails"; ours; exit 1; }
  theirs >/dev/null 2>&1 || { echo "$1: openssl fails"; theirs; exit 1; }
  for ((i = 0; i < rounds; i++)); do echo "$(cpu ours) $(cpu theirs)"; done | awk -v runs="$runs" '{ print 1000 * $1 / runs, 1000 * $2 / runs, $1 / $2 }' |
    sort -g -k 3 | awk -v name="$1" '{ a[NR] = $1; b[NR] = $2; r[NR] = $3 }
      END { m = int((NR + 1) / 2); printf "%-20s smimectl %6.2f ms   openssl %6.2f ms   ratio %.2f (%.2f to %.2f)\n", name, a[m], b[m], r[m], r[1], r[NR] }'
}
echo "one mail of 10 kB, one process: CPU, median (least to most) of $rounds rounds of $runs"
ours() { "$program" version; }
theirs() { openssl version; }
pair 'version'
ours() { "$program" sign -i alice.pem --key alice.key -o s.eml alice.eml; }
theirs() { openssl cms -sign -in part -signer alice.pem -inkey alice.key -out o.eml; }
pair 'sign RSA-2048'
ours() { "$program" sign -i bob.pem --key bob.key -o b.eml bob.eml; }
theirs() { openssl cms -sign -in part -signer bob.pem -inkey bob.key -out o.eml; }
pair 'sign P-256'
ours() { "$program" verify --ca ca.pem s.eml; }
theirs() { openssl cms -verify -in s.eml -CAfile ca.pem -purpose any -out o.out; }
pair 'verify RSA-2048'
ours() { "$program" encrypt --only --to alice.pem --cipher aes-256-cbc -o s.enc alice.eml; }
theirs() { openssl cms -encrypt -aes-256-cbc -in part -out o.enc alice.pem; }
pair 'encrypt RSA-2048'
ours() { "$program" decrypt -i alice.pem --key alice.key -o d.out s.enc; }
theirs() { openssl cms -decrypt -in s.enc -recip alice.pem -inkey alice.key -out o.out; }
pair 'decrypt RSA-2048'
