package algorithm

import (
	"iter"
	"slices"
	"sync"
)

// table is the rows of one kind, family by family, the ones that are met most often
// first. A family that is made by a function is made when a search comes to it: a start
// that looks for RSA makes no rows for SLH-DSA.
type table[R any] []func() []R

func (t table[R]) rows() iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, family := range t {
			for _, row := range family() {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// made is a family whose rows are made of sets of parameters, once.
func made[R, S any](rows func(sets []S) []R, sets func() []S) func() []R {
	return sync.OnceValue(func() []R { return rows(sets()) })
}

// The lists of all rows. A new algorithm is one new file with its rows and its
// name added here.
var (
	digests  = slices.Concat(sha2Digests, sha3Digests, brokenDigests)
	ecCurves = slices.Concat(nistCurves, brainpoolCurves)
	keyKinds = table[*keyKind]{
		func() []*keyKind { return rsaKeyKinds },
		func() []*keyKind { return ecKeyKinds },
		func() []*keyKind { return rfc8410KeyKinds },
		func() []*keyKind { return x448KeyKinds },
		made(mlkemKinds, func() []*kemRow { return mlkemSets }),
		func() []*keyKind { return ed448KeyKinds },
		made(mldsaKeys, func() []*mldsaSet { return mldsaSets }),
		made(slhdsaKeys, func() []*slhdsaSet { return slhdsaSets }),
		func() []*keyKind { return dsaKeyKinds },
	}
	pkcs1v15Schemes = table[pkcs1v15Scheme]{
		func() []pkcs1v15Scheme { return pkcs1v15SHA2Schemes },
		func() []pkcs1v15Scheme { return pkcs1v15TruncatedSchemes },
		func() []pkcs1v15Scheme { return pkcs1v15SHA3Schemes },
	}
	ecdsaSchemes = table[ecdsaScheme]{
		func() []ecdsaScheme { return ecdsaSHA2Schemes },
		func() []ecdsaScheme { return ecdsaSHA3Schemes },
		func() []ecdsaScheme { return ecdsaSHAKESchemes },
	}
	signatures = table[*signatureRow]{
		func() []*signatureRow { return pkcs1v15Signatures },
		made(pkcs1v15Rows, func() []pkcs1v15Scheme { return slices.Collect(pkcs1v15Schemes.rows()) }),
		func() []*signatureRow { return pssSignatures },
		made(pssSHAKERows, func() []pssScheme { return pssSHAKESchemes }),
		made(ecdsaRows, func() []ecdsaScheme { return slices.Collect(ecdsaSchemes.rows()) }),
		func() []*signatureRow { return eddsaSignatures },
		func() []*signatureRow { return ed448Signatures },
		made(mldsaRows, func() []*mldsaSet { return mldsaSets }),
		made(slhdsaRows, func() []*slhdsaSet { return slhdsaSets }),
		made(dsaRows, func() []dsaScheme { return dsaSchemes }),
	}
)
