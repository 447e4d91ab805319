#!/usr/bin/env bash
# Makes the certificates and keys of the screens anew with openssl 3. They are
# for tests alone: everybody has their keys. The golden files show their
# fingerprints: go test -run TestScreens -update afterwards.
set -eu
cd "$(dirname "$0")"
start=20261101000000Z end=20290223191117Z
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# issue NAME SUBJECT ISSUER EXTENSIONS [START END]: ISSUER may be NAME itself.
issue() {
  local name=$1 subject=$2 issuer=$3 extensions=$4 from=${5:-$start} to=${6:-$end}
  printf '%s\n' "$extensions" > "$work/ext"
  cat > "$work/ca.cnf" <<CNF
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = toy
[toy]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = optional
organizationName = optional
countryName = optional
CNF
  : > "$work/index.txt"
  local issuing=(-cert "$issuer.pem" -keyfile "$issuer.key")
  [ "$name" = "$issuer" ] && issuing=(-selfsign -keyfile "$name.key")
  openssl req -new -utf8 -config "$work/ca.cnf" -key "$name.key" -subj "$subject" -out "$work/csr"
  openssl ca -batch -notext -utf8 -preserveDN -config "$work/ca.cnf" "${issuing[@]}" -in "$work/csr" -extfile "$work/ext" \
    -startdate "$from" -enddate "$to" -out "$name.pem" 2>"$work/log" || { cat "$work/log"; exit 1; }
}

authority='basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash'
person() { # person ADDRESS USAGE
  printf 'keyUsage = critical, %s\nextendedKeyUsage = emailProtection, clientAuth\nsubjectAltName = email:%s\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n' "$2" "$1"
}
rsa='digitalSignature, keyEncipherment' ec='digitalSignature, keyAgreement'

for name in root mailca evilca carol eve mallory olga rita hostile wide; do
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key"
done
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out alice.key
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out bob.key

issue root '/C=DE/O=UX Lab/CN=UX root CA' root "$authority" 20210101000000Z 20400101000000Z
issue mailca '/C=DE/O=UX Lab/CN=UX Mail CA 1' root "$authority
authorityKeyIdentifier = keyid" 20210101000000Z 20400101000000Z
issue evilca '/C=DE/O=Evil Corp/CN=UX evil CA' evilca "$authority"
issue alice '/C=DE/O=UX Lab/CN=Alice Ångström' mailca "$(person alice@example.org "$rsa")"
issue bob '/C=DE/O=UX Lab/CN=Bob' mailca "$(person bob@example.org "$rsa")"
issue carol '/C=DE/O=UX Lab/CN=Carol' mailca "$(person carol@example.org "$ec")"
issue mallory '/CN=Mallory' mailca "$(person mallory@example.net "$ec")"
issue olga '/CN=Olga Old' mailca "$(person olga@example.org "$ec")" 20230101000000Z 20240101000000Z
issue eve '/C=DE/O=Evil Corp/CN=Eve Dropper' evilca "$(person eve@example.org "$ec")"
# A name that would paint over the screen, turn the line around, and look like a verdict of its own.
issue hostile "$(printf '/CN=x\033[2J\r\tGOOD \xe2\x80\xaeelgoog\xe2\x80\xac z\xe2\x80\x8bero <boss@example.org>')" mailca "$(person hostile@example.org "$ec")"
issue wide "$(printf '/CN=\xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa\xe9\x83\x8e \xf0\x9f\x94\x92 Zoe\xcc\x88')" mailca "$(person wide@example.org "$ec")"
issue rita '/C=DE/O=UX Lab/CN=Rita Revoked' mailca "$(person rita@example.org "$ec")"
printf 'R\t290223191117Z\t261110120000Z\t%s\tunknown\t/CN=Rita\n' "$(openssl x509 -in rita.pem -noout -serial | cut -d= -f2)" > "$work/index.txt"
printf '01\n' > "$work/crlnumber"
sed -i 's|^default_md.*|&\ncrlnumber = '"$work"'/crlnumber|' "$work/ca.cnf"
openssl ca -gencrl -config "$work/ca.cnf" -cert mailca.pem -keyfile mailca.key -crl_lastupdate 20261120000000Z -crl_nextupdate 20261220000000Z -out mailca.crl 2>"$work/log" || { cat "$work/log"; exit 1; }
# A mail that carries its root.
printf 'Content-Type: text/plain\r\n\r\nHallo Bob,\r\n\r\nclick here.\r\n' > "$work/body"
{
  printf 'From: Eve <eve@example.org>\nTo: bob@example.org\nSubject: A prize\nDate: Sat, 21 Nov 2026 19:11:02 +0000\n'
  openssl cms -sign -in "$work/body" -binary -nodetach -signer eve.pem -inkey eve.key -certfile evilca.pem -outform SMIME | tr -d '\r'
} > evil.eml
