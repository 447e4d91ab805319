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
	ecCurves        = slices.Concat(nistCurves, brainpoolCurves)
	pkcs1v15Schemes = slices.Concat(pkcs1v15SHA2Schemes, pkcs1v15TruncatedSchemes, pkcs1v15SHA3Schemes)
	ecdsaSchemes    = slices.Concat(ecdsaSHA2Schemes, ecdsaSHA3Schemes, ecdsaSHAKESchemes)
	signatures      = slices.Concat(
		pkcs1v15Signatures, pkcs1v15Rows(pkcs1v15Schemes),
		pssSignatures, pssSHAKESignatures,
		ecdsaRows(ecdsaSchemes),
		eddsaSignatures, ed448Signatures,
		mldsaSignatures,
		slhdsaSignatures,
		dsaSignatures,
	)
)
