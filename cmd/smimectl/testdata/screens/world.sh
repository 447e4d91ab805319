# Lays out the world of the screens in the folder it runs in: a store, mails, and what else the screens name. The clock
# of smimectl stands still meanwhile.
set -e
umask 077
as() { name=$1; shift; smimectl "$@" -i "certs/$name.pem" --key "certs/$name.key" --chain certs/mailca.pem; }

mkdir tmp bin inbox home
smimectl ca add -q --name ux-root certs/root.pem
TZ=UTC touch -t 202611201200.00 store/anchors/*.pem
smimectl id import -q --no-passphrase certs/bob.pem certs/mailca.pem --key certs/bob.key
cp -pR store bobs-store
smimectl id import -q --no-passphrase certs/alice.pem certs/mailca.pem --key certs/alice.key
echo secret > pw
smimectl id import -q --no-passphrase certs/olga.pem certs/mailca.pem --key certs/olga.key
smimectl cert import -q certs/carol.pem
cp certs/eve.pem carol.pem
mkdir empty-store

# What was written.
part() { printf -- '--b1\nContent-Type: %s\nContent-Transfer-Encoding: %s\n%s\n' "$1" "$2" "$3"; }
mail() { printf 'From: %s\nTo: bob@example.org, carol@example.org\nSubject: =?utf-8?q?Pr=C3=BCfbericht_=E2=80=93_Q2_=E2=82=AC?=\nDate: Sat, 21 Nov 2026 19:11:02 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n' "$1"; }
{
  mail '=?utf-8?q?Alice_=C3=85ngstr=C3=B6m?= <alice@example.org>'
  printf 'Content-Type: multipart/mixed; boundary=b1\n\n'
  part 'text/plain; charset=utf-8' 8bit
  printf 'Hallo Bob,\n\nder Prüfbericht ist fertig.\nFrom here on the line is for readers of mbox files.\n'
  printf '%01500d\n\n' 0
  part application/pdf base64 'Content-Disposition: attachment; filename=bericht.pdf
'
  awk 'BEGIN { for (i = 0; i < 26; i++) print "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }'
  printf -- '--b1--\n'
} > draft.eml
{ mail 'Alice <alice@example.org>'; printf 'Content-Type: text/plain\n\nHallo Bob,\n\nFrom here on the line is quoted by mbox files.\n\nAlice\n'; } > short.eml

# What came in.
smimectl sign -q -o report.eml draft.eml
smimectl sign -q --as-is -o asis.eml short.eml
sed 's/^From here/>From here/' asis.eml > mbox.eml
sed 's/^Hallo Bob/Hello Bob/' asis.eml > changed.eml
as mallory sign -q --any-from -o mallory.eml short.eml
sed 's/^From: .*/From: Eve <eve@example.org>/' short.eml > fromeve.eml
smimectl sign -q -i certs/eve.pem --key certs/eve.key --chain certs/evilca.pem -o eve.eml fromeve.eml
smimectl sign -q -i certs/eve.pem --key certs/eve.key -o eve-alone.eml fromeve.eml
sed 's/^From: .*/From: Rita <rita@example.org>/' short.eml > fromrita.eml
as rita sign -q -o rita.eml fromrita.eml
sed 's/^From: .*/From: Olga Old <olga@example.org>/; s/^Date: .*/Date: Thu, 01 Jun 2023 12:00:00 +0000/' short.eml > fromolga.eml
SMIMECTL_TEST_NOW=2023-06-01T12:00:00Z as olga sign -q -o olga.eml fromolga.eml
{
  mail 'Alice <alice@example.org>'
  printf 'Content-Type: multipart/mixed; boundary=list\n\n--list\nContent-Type: text/plain\n\nPlease pay 10000 EUR to DE00 1234.\n--list\n'
  awk 'found || /^Content-Type: multipart\/signed/ { found = 1; print }' report.eml
  printf -- '--list--\n'
} > list.eml
smimectl encrypt -q --cipher aes-256-gcm -o secret.eml short.eml
smimectl encrypt -q --sign -o both.eml short.eml
smimectl encrypt -q --cipher aes-256-gcm -o long.eml draft.eml
awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) { if (i == int(NR * 2 / 3)) line[i] = "AAAA" substr(line[i], 5); print line[i] } }' long.eml > damaged.eml
head -n 24 secret.eml > cut.eml
cp report.eml inbox/1.eml; cp mbox.eml inbox/2.eml; cp mallory.eml inbox/3.eml; cp short.eml inbox/4.eml
# What comes from a root that is in the mail, made by another program.
cp certs/evil.eml evil.eml

# A store whose keys are under a passphrase, and a PKCS#12 file.
SMIMECTL_HOME=sealed smimectl id import -q --passphrase-file pw certs/alice.pem certs/mailca.pem certs/root.pem --key certs/alice.key 2>/dev/null
SMIMECTL_HOME=sealed smimectl id export --passphrase-file pw -o alice.p12 alice@example.org
echo wrong > wrong
sed 's/^From: .*/From: Dora <dora@example.org>/' short.eml > fromdora.eml
sed 's/^Subject:/Bcc: dave@example.org\n&/' short.eml > bcc.eml
sed 's/bob@example.org, carol@example.org/bob@example.org, dora@example.org/' short.eml > todora.eml
smimectl encrypt -q --only --no-self --to certs/carol.pem --to certs/mallory.pem --to certs/eve.pem --ca certs/root.pem --ca certs/evilca.pem -o theirs.eml short.eml || cp secret.eml theirs.eml
# git as the doctor meets it: not that of the machine.
printf '#!/bin/sh\ncase "$*" in\n--version) echo git version 2.39.5;;\n"config gpg.format") echo x509;;\n"config gpg.x509.program") echo smimectl;;\n"config user.signingkey") echo alice@example.org;;\nesac\n' > bin/git
chmod 700 bin/git

# What hostile people send: names that would paint over the screen, turn a line around, look like a verdict of ours, or
# push everything else away.
{
  printf 'From: =?utf-8?q?GOOD_=1B[2J=E2=80=AEecila=E2=80=AC_=0D=09x=E2=80=8By?= <alice@example.org>\n'
  printf 'To: bob@example.org\nSubject: =?utf-8?q?=1B]0;t=07GOOD__signed_by_Alice_=E2=80=AE?=\n =?utf-8?q?'
  awk 'BEGIN { for (i = 0; i < 120; i++) printf "=E6=BC=A2" }'
  printf '?=\nDate: Sat, 21 Nov 2026 19:11:02 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=h\n\n--h\n'
  printf 'Content-Type: text/plain; charset=utf-8\n\nGOOD \033[31m signed \342\200\256by Alice\n--h\n'
  printf 'Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n'
  printf "Content-Disposition: attachment; filename*=utf-8''%%1B%%5B2J%%E2%%80%%AEfdp.exe%%0AGOOD%%20signed\n\nJVBERi0=\n--h--\n"
} > hostile-draft.eml
smimectl sign -q --as-is --any-from -i certs/hostile.pem --key certs/hostile.key --chain certs/mailca.pem -o hostile.eml hostile-draft.eml
sed 's/^From: .*/From: wide@example.org/' hostile-draft.eml > wide-draft.eml
smimectl sign -q --as-is -i certs/wide.pem --key certs/wide.key --chain certs/mailca.pem -o wide.eml wide-draft.eml
{ printf 'From: hostile@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nGOOD \033[2J\342\200\256 signed\n--o\n'
  awk 'found || /^Content-Type: multipart\/signed/ { found = 1; print }' hostile.eml; printf -- '--o--\n'; } > hostile-partial.eml
evil=$(printf 'GOOD \033[2J\342\200\256 x\ny.eml')
mkdir hostile-inbox
cp hostile.eml "hostile-inbox/$evil"; cp wide.eml hostile-inbox/wide.eml; cp short.eml "$(printf 'hostile-inbox/\346\274\242 \342\200\256.eml')"
cp -pR bobs-store hostile-store
SMIMECTL_HOME=hostile-store smimectl id import -q --no-passphrase certs/hostile.pem certs/mailca.pem --key certs/hostile.key
SMIMECTL_HOME=hostile-store smimectl id import -q --no-passphrase certs/wide.pem certs/mailca.pem --key certs/wide.key
SMIMECTL_HOME=hostile-store smimectl cert import -q certs/hostile.pem certs/wide.pem
echo nonsense > "hostile-store/certs/$(printf 'x\033[2J\342\200\256.pem')"
