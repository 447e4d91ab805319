#!/usr/bin/env bash
# Makes the certificates and keys of this folder anew with openssl 3. They are
# for tests alone: everybody has their keys.
set -eu
cd "$(dirname "$0")"
start=20250101000000Z end=20450101000000Z
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { # key NAME ALGORITHM [OPTION...]
  local name=$1; shift
  openssl genpkey -quiet -algorithm "$@" -out "$name.key" 2>/dev/null || openssl genpkey -algorithm "$@" -out "$name.key" 2>/dev/null
}

# issue NAME SUBJECT ISSUER EXTENSIONS [START END]: ISSUER may be NAME itself.
issue() {
  local name=$1 subject=$2 issuer=$3 extensions=$4 from=${5:-$start} to=${6:-$end}
  printf '%s\n' "$extensions" > "$work/ext"
  cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = toy
[toy]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = default
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = optional
organizationName = optional
CNF
  : > "$work/index.txt"
  local issuing=(-cert "$issuer.pem" -keyfile "$issuer.key")
  [ "$name" = "$issuer" ] && issuing=(-selfsign -keyfile "$name.key")
  if openssl pkey -in "$name.key" -noout -text | grep -q X25519; then
    # An X25519 key cannot sign a request; the certificate takes it all the same.
    openssl req -new -key "$issuer.key" -subj "$subject" -out "$work/csr"
    openssl pkey -in "$name.key" -pubout -out "$work/pub"
    openssl x509 -req -in "$work/csr" -force_pubkey "$work/pub" -CA "$issuer.pem" -CAkey "$issuer.key" \
      -extfile "$work/ext" -days 7300 -set_serial "0x$(openssl rand -hex 15)" -out "$name.pem" 2>/dev/null
    return
  fi
  openssl req -new -key "$name.key" -subj "$subject" -out "$work/csr"
  openssl ca -batch -notext -config "$work/ca.cnf" "${issuing[@]}" -in "$work/csr" -extfile "$work/ext" \
    -startdate "$from" -enddate "$to" -out "$name.pem" 2>/dev/null
}

authority='basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash'
person() { # person ADDRESS USAGE
  printf 'keyUsage = critical, %s\nextendedKeyUsage = emailProtection\nsubjectAltName = email:%s\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n' "$2" "$1"
}

key root EC -pkeyopt ec_paramgen_curve:P-384
key mailca EC -pkeyopt ec_paramgen_curve:P-256
key alice RSA -pkeyopt rsa_keygen_bits:2048
key bob EC -pkeyopt ec_paramgen_curve:P-256
key carol ED25519
key dana X25519
key erin EC -pkeyopt ec_paramgen_curve:P-521
key olga EC -pkeyopt ec_paramgen_curve:P-256
key web EC -pkeyopt ec_paramgen_curve:P-256

issue root '/O=smimectl tests/CN=Test Root' root "$authority"
issue mailca '/O=smimectl tests/CN=Test Mail CA' root "$authority
authorityKeyIdentifier = keyid"
issue alice '/O=smimectl tests/CN=Alice' mailca "$(person alice@example.test 'digitalSignature, keyEncipherment')"
issue bob '/O=smimectl tests/CN=Bob' mailca "$(person bob@example.test 'digitalSignature, keyAgreement')"
issue carol '/O=smimectl tests/CN=Carol' mailca "$(person carol@example.test 'digitalSignature')"
issue dana '/O=smimectl tests/CN=Dana' mailca "$(person dana@example.test 'keyAgreement')"
issue erin '/O=smimectl tests/CN=Erin' mailca "$(person erin@example.test 'digitalSignature, keyAgreement')"
issue olga '/O=smimectl tests/CN=Olga Old' mailca "$(person olga@example.test 'digitalSignature, keyAgreement')" 20200101000000Z 20220101000000Z
issue web '/O=smimectl tests/CN=Web Server' mailca 'keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:www.example.test, email:web@example.test'
