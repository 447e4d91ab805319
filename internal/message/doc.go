// Package message takes one mail through the house: examine (verify, decrypt)
// takes its S/MIME layers off inwards and hands the facts to internal/verdict;
// compose (sign, encrypt) writes a new one. It owns the order of work: which
// certificate is tried for a signer, which key for a recipient, what is held
// back and when it is released. It knows no flags, no file names and no ASN.1,
// and judges nothing itself.
//
// What is written follows RFC 8551 (S/MIME 4.0); nothing is released before it
// is known to be good (RFC 8551, Section 6; RFC 5083, Section 2).
package message
