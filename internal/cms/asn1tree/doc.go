// Package asn1tree walks through an ASN.1 encoding (BER or DER, ITU-T X.690) for people who want to look at it: every
// element with its offset, its lengths, its tag, the name its field has in the standard, and its value where it can be
// told in a line.
//
// The walk is a stream: it takes memory for a few elements whatever the size of the input, it never recurses, and what
// stands before a fault is seen before the fault is told. Names come from a schema, the ASN.1 modules of CMS (RFC 5652
// and its companions), X.509 (RFC 5280), PKCS #7 to #12 (RFC 5208, RFC 5958, RFC 7292, RFC 2986), OCSP (RFC 6960) and
// time stamps (RFC 3161), in a notation close to theirs. The schema only names: what does not fit it is shown without a
// name, and nothing is checked against it. Strings that hold another encoding, as the values of extensions do, are
// opened where the schema knows what is inside.
//
// Values of private keys are never given out.
package asn1tree
