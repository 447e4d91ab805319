#!/usr/bin/env bash
# smimectl and openssl cms in one run: CPU seconds (user and system) of both and
# their ratio, for messages of 100 MiB and for 1,000 messages of 20 kB.
#
#   compare.sh PROGRAM [MIB [MESSAGES [ROUNDS]]]
#
# Each figure is the median of the rounds; a ratio below 1 means that smimectl
# needs less. Runs of the two programs take turns, so that what else the machine
# does falls on both.
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mib=${2:-100} messages=${3:-1000} rounds=${4:-3}
command -v openssl >/dev/null || { echo "skipped: openssl is not installed, there is nothing to compare with"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" -q demo --ca world
export SMIMECTL_HOME=$folder/world/store SMIMECTL_PASSPHRASE_FILE=$folder/world/pw TMPDIR=$folder
for who in alice bob; do
  openssl pkcs12 -in world/$who.p12 -passin pass:demo -nocerts -noenc -out $who.key 2>/dev/null
  cp world/$who.pem .
done
cp world/ca.pem .
# Keys in the clear for both programs: opening a sealed key takes longer than a small mail.
alice=(-i alice.pem --key alice.key) bob=(-i bob.pem --key bob.key)

header=$'From: alice@example.test\nTo: bob@example.test\nSubject: compare\n'
type=$'Content-Type: text/plain\n\n'
lines() { yes 'a line of seventy-two characters of plain text, as mail has it, 0123456' | head -c "$1" || true; }
{ printf '%s%s' "$header" "$type"; lines $((mib << 20)); echo; } > big.eml
{ printf '%s' "$type"; lines $((mib << 20)); echo; } > big.part

# cpu COMMAND...: CPU seconds of one run.
cpu() {
  local TIMEFORMAT='%U %S'
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# pair NAME OURS THEIRS: both are names of functions.
pair() {
  local name=$1 i
  : > ours; : > theirs
  for ((i = 0; i < rounds; i++)); do
    cpu "$2" >> ours; cpu "$3" >> theirs
  done
  awk -v name="$name" -v a="$(median < ours)" -v b="$(median < theirs)" \
    'BEGIN { printf "%-34s smimectl %8.3f s   openssl %8.3f s   ratio %.2f\n", name, a, b, (b > 0 ? a / b : 0) }'
}

echo "one message of $mib MiB"
s_det() { "$program" sign "${alice[@]}" --any-from -o s.det big.eml; }
o_det() { openssl cms -sign -in big.part -signer alice.pem -inkey alice.key -out o.det; }
pair 'sign multipart/signed' s_det o_det
s_opq() { "$program" sign --opaque "${alice[@]}" -o s.opq big.eml; }
o_opq() { openssl cms -sign -nodetach -stream -in big.part -signer alice.pem -inkey alice.key -out o.opq; }
pair 'sign opaque (openssl -stream)' s_opq o_opq
s_vdet() { "$program" verify --ca ca.pem --any-from o.det; }
o_vdet() { openssl cms -verify -in o.det -CAfile ca.pem -purpose any -out /dev/null; }
pair 'verify multipart/signed' s_vdet o_vdet
s_vopq() { "$program" verify --ca ca.pem --any-from -o v.out o.opq; }
o_vopq() { openssl cms -verify -in o.opq -CAfile ca.pem -purpose any -out o.out; }
pair 'verify opaque, content written' s_vopq o_vopq
for cipher in gcm cbc; do
  s_enc() { "$program" encrypt --entity --only --to bob.pem --cipher aes-256-$cipher -o s.$cipher big.part; }
  o_enc() { openssl cms -encrypt -aes-256-$cipher -stream -in big.part -out o.$cipher bob.pem; }
  pair "encrypt ${cipher^^} (openssl -stream)" s_enc o_enc
  s_dec() { "$program" decrypt "${bob[@]}" --entity -o d.out o.$cipher; }
  o_dec() { openssl cms -decrypt -in o.$cipher -recip bob.pem -inkey bob.key -out o.out; }
  pair "decrypt ${cipher^^}" s_dec o_dec
done
rm -f big.* s.* o.* d.out v.out

echo "$messages messages of 20 kB, one process each (verify also in one process)"
{ printf '%s%s' "$header" "$type"; lines 20000; echo; } > m.eml
{ printf '%s' "$type"; lines 20000; echo; } > m.part
many() { local i; for ((i = 0; i < messages; i++)); do "$@" || return; done; }
s1() { many "$program" sign "${alice[@]}" -o s.eml m.eml; }
o1() { many openssl cms -sign -in m.part -signer alice.pem -inkey alice.key -out o.eml; }
pair 'sign RSA-2048' s1 o1
s2() { many "$program" verify --ca ca.pem --any-from s.eml; }
o2() { many openssl cms -verify -in s.eml -CAfile ca.pem -purpose any -out o.out; }
pair 'verify' s2 o2
s2b() { many "$program" verify --any-from s.eml; }
pair 'verify, store and built-in roots' s2b o2
mkdir box; for ((i = 0; i < messages; i++)); do ln s.eml "box/$i.eml"; done
s3() { "$program" verify --ca ca.pem --any-from box/*.eml; }
pair 'verify, one process for all' s3 o2
s4() { many "$program" encrypt --only --to alice.pem --cipher aes-256-gcm -o s.enc m.eml; }
o4() { many openssl cms -encrypt -aes-256-gcm -in m.part -out o.enc alice.pem; }
pair 'encrypt GCM, RSA-2048' s4 o4
s5() { many "$program" decrypt "${alice[@]}" -o d.out s.enc; }
o5() { many openssl cms -decrypt -in s.enc -recip alice.pem -inkey alice.key -out o.out; }
pair 'decrypt GCM, RSA-2048' s5 o5
