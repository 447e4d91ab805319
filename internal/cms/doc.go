// Package cms reads and writes the Cryptographic Message Syntax as streams:
// SignedData, EnvelopedData (RFC 5652), AuthEnvelopedData (RFC 5083) and
// CompressedData (RFC 3274), with the attributes of S/MIME 4.0 (RFC 8551) and
// ESS (RFC 2634, RFC 5035).
//
// Contents may be of any size; what stays in memory is certificates, attributes
// and signatures, and Limits bounds those. Readers take BER with definite and
// indefinite lengths; writers write DER where all sizes are known beforehand.
//
// The package states facts. It does not judge: which algorithms are acceptable,
// whether a certificate is trusted, whether a signature's claimed time is
// believed is decided elsewhere. It knows no mail, no files and no clock. Bytes
// that no check has been made on are called unverified.
package cms
