#!/usr/bin/env bash
# Makes the keys, certificates, revocation list and messages of this folder anew
# with openssl 3: all on the curves of RFC 5639. For tests alone.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=20250101000000Z to=20450101000000Z

cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = toy
[toy]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha384
policy = any
unique_subject = no
crlnumber = $work/crlnumber
[any]
commonName = optional
CNF
: > "$work/index.txt"
echo 01 > "$work/crlnumber"

issue() { # issue NAME CURVE SUBJECT EXTENSIONS [DIGEST]
  openssl ecparam -name "$2" -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"
  openssl req -new -key "$1.key" -subj "$3" -out "$work/csr"
  printf '%s\n' "$4" > "$work/ext"
  local by=(-cert root.pem -keyfile root.key)
  [ "$1" = root ] && by=(-selfsign -keyfile root.key)
  openssl ca -batch -notext -config "$work/ca.cnf" "${by[@]}" -in "$work/csr" -extfile "$work/ext" -md "${5:-sha384}" \
    -startdate "$from" -enddate "$to" -out "$1.pem" 2>/dev/null
}
person() {
  printf 'keyUsage = critical, digitalSignature, keyAgreement\nextendedKeyUsage = emailProtection\nsubjectAltName = email:%s\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n' "$1"
}

issue root brainpoolP384r1 '/CN=Test Brainpool Root' 'basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash'
issue anna brainpoolP256r1 /CN=Anna "$(person anna@example.test)"
issue bert brainpoolP512r1 /CN=Bert "$(person bert@example.test)" sha512
issue cora brainpoolP384r1 /CN=Cora "$(person cora@example.test)" sha3-384
issue tess brainpoolP256t1 /CN=Tess "$(person tess@example.test)" sha256
issue gone brainpoolP256r1 /CN=Gone "$(person gone@example.test)"
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile root.key -revoke gone.pem -crl_reason keyCompromise 2>/dev/null
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile root.key -gencrl -crl_lastupdate "$from" -crl_nextupdate "$to" -out root.crl 2>/dev/null
openssl ec -in anna.key -out anna-sec1.key 2>/dev/null
openssl ec -in bert.key -conv_form compressed -out "$work/c.key" 2>/dev/null
openssl pkcs12 -export -inkey bert.key -in bert.pem -certfile root.pem -passout pass:secret -out bert.p12

printf 'Content-Type: text/plain\r\n\r\nSigned and sealed on a curve of RFC 5639.\r\n' > "$work/part"
mail() { printf 'From: %s@example.test\nTo: bert@example.test\nSubject: brainpool\n' "$1"; }
sign() { # sign NAME FILE OPTION...
  local who=$1 file=$2; shift 2
  { mail "$who"; openssl cms -sign -in "$work/part" -signer "$who.pem" -inkey "$who.key" "$@"; } | tr -d '\r' > "$file.eml"
}
sign anna signed-p256r1 -md sha256
sign cora signed-p384r1 -md sha384 -nodetach
sign bert signed-p512r1 -md sha512
sign tess signed-p256t1 -md sha256 -keyid
sign gone signed-gone -md sha256
seal() { # seal NAME FILE OPTION...
  local who=$1 file=$2; shift 2
  { mail anna; openssl cms -encrypt -in "$work/part" "$@" -recip "$who.pem" "${keyopt[@]}"; } | tr -d '\r' > "$file.eml"
}
keyopt=(); seal anna sealed-p256r1 -aes-128-cbc
keyopt=(-keyopt ecdh_kdf_md:sha384); seal cora sealed-p384r1 -aes-256-gcm
keyopt=(-keyopt ecdh_kdf_md:sha512); seal bert sealed-p512r1 -aes-256-cbc
keyopt=(-keyopt ecdh_kdf_md:sha256 -keyopt ecdh_cofactor_mode:1); seal tess sealed-p256t1 -aes-128-gcm
chmod 600 *.key
