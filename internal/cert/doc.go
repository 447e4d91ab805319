// Package cert holds certificates, revocation lists, distinguished names and
// mail addresses as values over their bytes (RFC 5280, RFC 8550, RFC 9598).
//
// It reads every field itself, so a certificate whose key or contents
// crypto/x509 refuses is a value like any other. It says what is written in a
// certificate and how names and addresses are compared; it does not say whether
// anything of it may be believed. Paths and times are certpath's, keys and
// signature algorithms are those of package algorithm.
package cert
