// Package certstore reads and keeps what a person owns or has collected:
// private keys and their certificates, certificates of correspondents, trust
// anchors and revocation lists.
//
// Two things live here. ReadFile understands the files in which keys and
// certificates travel: PEM, DER, PKCS#8 (RFC 5958) clear and encrypted (PKCS#5,
// RFC 8018; scrypt, RFC 7914), the older PEM encryption, PKCS#12 (RFC 7292, with
// PBMAC1 of RFC 9579) and certificate bundles (.p7b, .p7c: a degenerate
// SignedData, RFC 5652, Section 5). Store keeps plain PEM files in directories,
// written by rename and read without locks. A Catalogue finds certificates among very
// many in an index that lies beside them and that nothing depends on.
//
// It does not judge certificates, build paths or read messages, and nothing in
// it makes a certificate trusted but a file under anchors. It never asks, prints
// or reads the clock: passphrases come from a PassphraseFunc, times from the
// caller.
package certstore
