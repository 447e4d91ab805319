#!/usr/bin/env bash
# smimectl and openssl cms with one large message in one run: how much CPU time
# (user and system) and how much time on the clock smimectl takes of what openssl
# takes.
#
#   compare-large.sh PROGRAM [MIB [ROUNDS [PATTERN]]]
#
# In each round smimectl, openssl and openssl -stream (where it makes a difference)
# take turns; the ratio of a round is that of smimectl to the better of the other two.
# Printed are the least, the median and the greatest ratio of the rounds. Reading is
# compared on what openssl makes with -stream, and without it. Operations are those
# whose name fits PATTERN, an extended regular expression. The clock tells something
# only where nothing else runs: "busy" is the share of the processors that others had.
#
# What a run wrote is removed before the next one, so that neither has to be rid of it.
# It needs about 8 times MIB of room in TMPDIR, which should be a file system in memory.
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mib=${2:-100} rounds=${3:-5} pattern=${4:-.}
command -v openssl >/dev/null || { echo "skipped: openssl is not installed, there is nothing to compare with"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" -q demo --ca world
export SMIMECTL_HOME=$folder/world/store SMIMECTL_PASSPHRASE_FILE=$folder/world/pw TMPDIR=$folder LC_ALL=C
for who in alice bob; do
  openssl pkcs12 -in world/$who.p12 -passin pass:demo -nocerts -noenc -out $who.key 2>/dev/null
  cp world/$who.pem .
done
cp world/ca.pem .
# Keys in the clear for both programs.
alice=(-i alice.pem --key alice.key) bob=(-i bob.pem --key bob.key)

lines() { yes 'a line of seventy-two characters of plain text, as mail has it, 0123456' | head -c "$1" || true; }
type=$'Content-Type: text/plain\n\n'
{ printf '%s' "$type"; lines $((mib << 20)); echo end; } > big.part
{ printf '%s' $'From: alice@example.test\nTo: bob@example.test\nSubject: compare\n'; cat big.part; } > big.eml
{ printf 'Content-Type: text/plain\r\n\r\n'; { lines $((mib << 20)); echo end; } | sed 's/$/\r/'; } > big.crlf

# measure FILE COMMAND...: appends CPU seconds, clock seconds and the busy share of one run.
ticks() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8, $2 + $3 + $4 + $5 + $6 + $7 + $8; exit }' /proc/stat 2>/dev/null || echo 0 0; }
measure() {
  local TIMEFORMAT='%U %S %R' file=$1 before after out
  shift
  rm -f s.out o.out
  before=$(ticks)
  out=$( { time "$@" >/dev/null 2>&1 || echo failed >&2; } 2>&1 )
  after=$(ticks)
  case $out in *failed*) echo "FAILED: $*" >&2; return 1 ;; esac
  echo "$out $before $after" | awk '{ all = $7 - $5; own = ($1 + $2) * 100
    print $1 + $2, $3, (all > 0 && $6 - $4 > own ? ($6 - $4 - own) / all : 0) }' >> "$file"
}

wanted() { [[ $1 =~ $pattern ]]; }

# compare NAME OURS THEIRS...: names of functions.
compare() {
  local name=$1 ours=$2 i other
  shift 2
  wanted "$name" || return 0
  rm -f times.*
  for ((i = 0; i < rounds; i++)); do
    measure times.ours "$ours"
    for other; do measure "times.$other" "$other"; done
  done
  paste -d' ' times.ours $(for other; do echo "times.$other"; done) | awk -v name="$name" '
    function least(col,   i, m) { m = 0; for (i = col; i <= NF; i += 3) if (m == 0 || $i < m) m = $i; return m > 0 ? m : 0.001 }
    function order(a, n,   i, j, t) { for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] < a[j-1]; j--) { t = a[j]; a[j] = a[j-1]; a[j-1] = t } }
    { cpu[NR] = $1 / least(4); wall[NR] = $2 / least(5); c[NR] = $1; w[NR] = $2; b[NR] = $3 }
    END { n = NR; order(cpu, n); order(wall, n); order(c, n); order(w, n); order(b, n); m = int((n + 1) / 2)
      printf "%-30s %7.3f %7.3f   %5.2f %5.2f %5.2f   %5.2f %5.2f %5.2f   %3.0f %%\n", name, c[m], w[m], cpu[1], cpu[m], cpu[n], wall[1], wall[m], wall[n], b[m] * 100 }'
}

echo "one message of $mib MiB, $rounds rounds, $(getconf _NPROCESSORS_ONLN 2>/dev/null || echo '?') processors"
printf '%-30s %7s %7s   %-17s   %-17s   %s\n' '' 'CPU s' 'clock s' 'CPU: of openssl' 'clock: of openssl' 'busy'

for f in smime der; do
  [ $f = smime ] && form= tail= || form='-outform DER' tail=', DER'
  [ $f = smime ] && from= || from='-inform DER'

  if [ $f = smime ]; then
    s() { "$program" sign "${alice[@]}" --any-from -o s.out big.eml; }
    o() { openssl cms -sign -in big.part -signer alice.pem -inkey alice.key -out o.out; }
    t() { openssl cms -sign -stream -in big.part -signer alice.pem -inkey alice.key -out o.out; }
    compare 'sign detached' s o t
    s() { "$program" sign --opaque "${alice[@]}" -o s.out big.eml; }
    o() { openssl cms -sign -nodetach -in big.part -signer alice.pem -inkey alice.key -out o.out; }
    t() { openssl cms -sign -nodetach -stream -in big.part -signer alice.pem -inkey alice.key -out o.out; }
    compare 'sign opaque' s o t
    if wanted 'verify detached'; then
      openssl cms -sign -in big.part -signer alice.pem -inkey alice.key -out in
      s() { "$program" verify --ca ca.pem --any-from in; }
      o() { openssl cms -verify -in in -CAfile ca.pem -purpose any -out o.out; }
      compare 'verify detached' s o
    fi
  else
    s() { "$program" sign --raw "${alice[@]}" -o s.out big.crlf; }
    o() { openssl cms -sign -binary -outform DER -in big.crlf -signer alice.pem -inkey alice.key -out o.out; }
    t() { openssl cms -sign -binary -stream -outform DER -in big.crlf -signer alice.pem -inkey alice.key -out o.out; }
    compare 'sign detached, DER' s o t
    s() { "$program" sign --raw --opaque "${alice[@]}" -o s.out big.crlf; }
    o() { openssl cms -sign -binary -nodetach -outform DER -in big.crlf -signer alice.pem -inkey alice.key -out o.out; }
    t() { openssl cms -sign -binary -nodetach -stream -outform DER -in big.crlf -signer alice.pem -inkey alice.key -out o.out; }
    compare 'sign opaque, DER' s o t
    openssl cms -sign -binary -outform DER -in big.crlf -signer alice.pem -inkey alice.key -out in
    s() { "$program" verify --ca ca.pem --content big.crlf in; }
    o() { openssl cms -verify -binary -inform DER -in in -content big.crlf -CAfile ca.pem -purpose any -out /dev/null; }
    compare 'verify detached, DER' s o
  fi

  # What is read was made by openssl, in both of its ways.
  for stream in '' -stream; do
    name="verify opaque$tail${stream:+ (of -stream)}"
    wanted "$name" || continue
    openssl cms -sign $form -binary -nodetach $stream -in big.crlf -signer alice.pem -inkey alice.key -out in
    s() { "$program" verify --ca ca.pem --any-from -o s.out in; }
    o() { openssl cms -verify $from -binary -in in -CAfile ca.pem -purpose any -out o.out; }
    compare "$name" s o
  done
  for c in gcm cbc; do
    if [ $f = smime ]; then
      s() { "$program" encrypt --entity --only --to bob.pem --cipher aes-256-$c -o s.out big.part; }
    else
      s() { "$program" encrypt --raw --only --to bob.pem --cipher aes-256-$c -o s.out big.part; }
    fi
    o() { openssl cms -encrypt $form -aes-256-$c -in big.part -out o.out bob.pem; }
    t() { openssl cms -encrypt $form -aes-256-$c -stream -in big.part -out o.out bob.pem; }
    compare "encrypt ${c^^}$tail" s o t
    for stream in '' -stream; do
      name="decrypt ${c^^}$tail${stream:+ (of -stream)}"
      wanted "$name" || continue
      openssl cms -encrypt $form -binary -aes-256-$c $stream -in big.crlf -out in bob.pem
      s() { "$program" decrypt "${bob[@]}" --entity -o s.out in; }
      o() { openssl cms -decrypt $from -binary -in in -recip bob.pem -inkey bob.key -out o.out; }
      compare "$name" s o
    done
  done
done
