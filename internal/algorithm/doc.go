// Package algorithm owns every object identifier and every primitive: digests,
// keys, signatures, key management and content ciphers, one table row each.
//
// A row says which parameters it takes, which keys fit, what it computes and
// what the standards of today think of it. The signature of a message and that
// of a certificate are checked by the same row. To add an algorithm is one new
// file with its rows and one line in tables.go; no other package, and no switch
// in this one, knows an OID.
//
// The package knows nothing of CMS structures, certificates, mail or files, and
// it judges nothing: [Status] is a fact for others to act on. It reads only
// DER; keys are read strictly and within limits before any arithmetic is done
// with them.
//
// Specifications: RFC 8551, Section 2; RFC 3370, RFC 5754, RFC 8419 (digests and
// signatures in CMS); RFC 8017, RFC 4055, RFC 4056 (RSA); RFC 5480, RFC 5753
// (elliptic curves); RFC 8410 (Ed25519, Ed448, X25519, X448); RFC 8702 (SHAKE);
// RFC 9881, RFC 9882 (ML-DSA); RFC 9814, RFC 9909 (SLH-DSA); RFC 5958, RFC 5915 (private
// keys); RFC 5084, RFC 8103, RFC 9709 (content ciphers); RFC 3394, RFC 5649 (key
// wraps); RFC 9629, RFC 9935, RFC 9936 (key encapsulation with ML-KEM).
package algorithm
