// Package ber reads and writes ASN.1 tag-length-value streams: the Basic
// Encoding Rules with definite and indefinite lengths (ITU-T X.690).
//
// The Reader walks a stream of any size in constant memory. It never recurses
// and never sizes an allocation by a length it has only been told: depth,
// element sizes and tag numbers are bounded, lengths are 64 bits wide and are
// checked against the enclosing element before they are used. Strings of
// octets, whole or in segments nested to any permitted depth, are handed out
// as an io.Reader. The Writer is its counterpart; it writes indefinite lengths,
// or definite ones where the caller knows them beforehand.
//
// The package knows tags and lengths only. It does not interpret values, does
// not know any ASN.1 module, and accepts more than DER: whoever needs DER has
// to convert with ToDER and compare.
package ber
