package algorithm

import "slices"

// The lists of all rows. A new algorithm is one new file with its rows and its
// name added here.
var (
	digests    = slices.Concat(sha2Digests, brokenDigests)
	keyKinds   = slices.Concat(rsaKeyKinds, ecKeyKinds, rfc8410KeyKinds)
	signatures = slices.Concat(pkcs1v15Signatures, pssSignatures, ecdsaSignatures, eddsaSignatures)
)
