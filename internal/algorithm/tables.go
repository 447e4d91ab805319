package algorithm

import "slices"

// The lists of all rows. A new algorithm is one new file with its rows and its
// name added here.
var (
	digests  = slices.Concat(sha2Digests, sha3Digests, brokenDigests)
	keyKinds = slices.Concat(
		rsaKeyKinds,
		ecKeyKinds,
		rfc8410KeyKinds, x448KeyKinds, mlkemKeyKinds,
		ed448KeyKinds,
		mldsaKeyKinds,
		slhdsaKeyKinds,
		dsaKeyKinds,
	)
	ecdsaSchemes = slices.Concat(ecdsaSHA2Schemes, ecdsaSHA3Schemes, ecdsaSHAKESchemes)
	signatures   = slices.Concat(
		pkcs1v15Signatures, pkcs1v15SHA3Signatures,
		pssSignatures, pssSHAKESignatures,
		ecdsaRows(ecdsaSchemes),
		eddsaSignatures, ed448Signatures,
		mldsaSignatures,
		slhdsaSignatures,
		dsaSignatures,
	)
)
