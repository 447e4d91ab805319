#!/usr/bin/env bash
# Many small mails in one process of smimectl, against one process of openssl cms
# for each: seconds of the clock and of the processors for 1,000 mails, their
# ratios, what a second worker gives, and how much memory it takes.
#
#   compare-many.sh PROGRAM [MAILS [ROUNDS [LOOP]]]
#
# A Maildir of MAILS mails of 2 kB from 20 people under one CA. openssl works on
# LOOP of them, and its figures are scaled up. Runs of the two take turns, so that
# what else the machine does falls on both; of the rounds the least and the median
# of the ratios are shown, above 1 where smimectl is faster. Both cms -sign and
# smimectl sign get keys in the clear, and both write a file for each mail.
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mails=${2:-10000} rounds=${3:-3} loop=${4:-200} people=20
command -v openssl >/dev/null || { echo "skipped: openssl is not installed, there is nothing to compare with"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export SMIMECTL_HOME=$folder/store TMPDIR=$folder

# The CA, and 20 people with RSA-2048 and one with P-256, in the store and as files.
openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -days 3650 -subj '/O=Compare/CN=Compare CA' \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
person() { # NAME NEWKEY...
  local name=$1
  shift
  openssl req -new -newkey "$@" -noenc -keyout "$name.key" -out "$name.csr" -subj "/O=Compare/CN=$name" 2>/dev/null
  printf '%s\n' "subjectAltName=email:$name@example.test" 'basicConstraints=critical,CA:FALSE' 'extendedKeyUsage=emailProtection' \
    'keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement' 'authorityKeyIdentifier=keyid' > ext
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile ext -out "$name.pem" 2>/dev/null
  openssl pkcs12 -export -in "$name.pem" -inkey "$name.key" -certfile ca.pem -out "$name.p12" -passout pass:compare
  echo compare > pw
  "$program" -q id import --no-passphrase --passphrase-file pw "$name.p12"
}
for ((i = 0; i < people; i++)); do person "p$i" rsa:2048; done
person curve ec -pkeyopt ec_paramgen_curve:P-256
"$program" -q ca add ca.pem 2>/dev/null

# Whole lines: one that ended in a blank would have to be encoded.
body() { yes 'a line of seventy-two characters of plain text, as mail has it, 0123456' | head -n 28; }
draft() { printf 'From: %s@example.test\nTo: p1@example.test\nSubject: mail %s\nMessage-ID: <%s@example.test>\nContent-Type: text/plain\n\n' "$1" "$2" "$2"; body; echo; }
maildir() { mkdir -p "$1/cur" "$1/new" "$1/tmp"; }
for box in drafts curves; do maildir $box; done
for ((i = 0; i < mails; i++)); do draft "p$((i % people))" "$i" > "drafts/cur/$i.compare:2,S"; done
for ((i = 0; i < (mails < 2000 ? mails : 2000); i++)); do draft curve "$i" > "curves/cur/$i.compare:2,S"; done
for box in signed sealed; do maildir $box; done
"$program" -q sign -j 0 --out-dir signed drafts 2>/dev/null
"$program" -q encrypt -j 0 --no-self --cipher aes-256-cbc --out-dir sealed drafts 2>/dev/null
{ printf 'Content-Type: text/plain\n\n'; body; echo; } > part

# taken COMMAND...: seconds of the clock and of the processors of one run. What the last one wrote is removed before, which
# is nobody's work.
taken() {
  local TIMEFORMAT='%R %U %S'
  rm -rf out.d their.d
  mkdir their.d
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1, $2 + $3 }'
}
# pair NAME MAILS OURS THEIRS: OURS is given the number of workers and works on MAILS mails, THEIRS on LOOP.
pair() {
  local name=$1 count=$2 i
  : > figures
  for ((i = 0; i < rounds; i++)); do
    echo "$(taken "$3" 1) $(taken "$3" 2) $(taken "$4")" >> figures
  done
  awk -v name="$name" -v count="$count" -v loop="$loop" '
    function sorted(v, n,   i, j, t) { for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j-1]; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t } }
    function middle(v) { return v[int((NR + 1) / 2)] }
    { ours = 1000 / count; theirs = 1000 / loop
      one[NR] = $1 * ours; cpu[NR] = $2 * ours; two[NR] = $3 * ours; cpu2[NR] = $4 * ours; wall[NR] = $5 * theirs; work[NR] = $6 * theirs
      r[NR] = work[NR] / cpu[NR]; c[NR] = wall[NR] / one[NR]; d[NR] = wall[NR] / two[NR]; s[NR] = one[NR] / two[NR] }
    END { n = NR
      sorted(one, n); sorted(cpu, n); sorted(two, n); sorted(cpu2, n); sorted(wall, n); sorted(work, n); sorted(r, n); sorted(c, n); sorted(d, n); sorted(s, n)
      printf "%-22s -j 1 %7.3f s (cpu %7.3f)  -j 2 %7.3f s (cpu %7.3f)  openssl %7.3f s (cpu %7.3f)\n", name, middle(one), middle(cpu), middle(two), middle(cpu2), middle(wall), middle(work)
      printf "%-22s faster, least/median:  cpu %.1f/%.1f   -j 1 %.1f/%.1f   -j 2 %.1f/%.1f   -j 2 of -j 1 %.2f/%.2f\n", "", r[1], middle(r), c[1], middle(c), d[1], middle(d), s[1], middle(s) }' figures
}
# Each of the loop's own mails: names without what Maildir puts behind them.
signed=(signed/cur/*) sealed=(sealed/cur/*)

echo "for 1,000 mails of 2 kB; $mails mails at once, openssl one process each ($loop of them)"
verify() { "$program" -q verify -j "$1" signed; }
theirs() { local i; for ((i = 0; i < loop; i++)); do openssl cms -verify -in "${signed[i]}" -CAfile ca.pem -out out; done; }
pair 'verify' "$mails" verify theirs
alone() { "$program" -q verify -j "$1" --ca ca.pem signed; }
pair 'verify --ca' "$mails" alone theirs
sign() { "$program" -q sign -j "$1" --out-dir out.d drafts; }
theirs() { local i; for ((i = 0; i < loop; i++)); do openssl cms -sign -in part -signer p0.pem -inkey p0.key -out "their.d/$i"; done; }
pair 'sign RSA-2048' "$mails" sign theirs
curve() { "$program" -q sign -j "$1" --out-dir out.d curves; }
theirs() { local i; for ((i = 0; i < loop; i++)); do openssl cms -sign -in part -signer curve.pem -inkey curve.key -out "their.d/$i"; done; }
pair 'sign P-256' "$((mails < 2000 ? mails : 2000))" curve theirs
seal() { "$program" -q encrypt -j "$1" --no-self --cipher aes-256-cbc --out-dir out.d drafts; }
theirs() { local i; for ((i = 0; i < loop; i++)); do openssl cms -encrypt -aes-256-cbc -in part -out "their.d/$i" p1.pem; done; }
pair 'encrypt CBC, RSA-2048' "$mails" seal theirs
unseal() { "$program" -q decrypt -j "$1" --out-dir out.d sealed; }
theirs() { local i; for ((i = 0; i < loop; i++)); do openssl cms -decrypt -in "${sealed[i]}" -recip p1.pem -inkey p1.key -out "their.d/$i"; done; }
pair 'decrypt CBC, RSA-2048' "$mails" unseal theirs
rm -rf out.d their.d

# peak COMMAND...: the most memory that one run took, in KiB, where the system tells.
peak() {
  local most=0 now
  "$@" >/dev/null 2>&1 &
  while now=$(awk '/^VmHWM:/ { print $2 }' "/proc/$!/status" 2>/dev/null) && [ -n "$now" ]; do most=$now; sleep 0.02; done
  wait $! || true
  echo "$most"
}
if [ -r /proc/self/status ]; then
  tenth=()
  for ((i = 0; i < mails / 10; i++)); do tenth+=("${signed[i]}"); done
  printf '%s\n' "${tenth[@]}" > list
  for jobs in 1 2; do
    echo "peak memory of verify -j $jobs: $(peak "$program" -q verify -j $jobs --files-from list) KiB for $((mails / 10)) mails, $(peak "$program" -q verify -j $jobs signed) KiB for $mails"
  done
fi
