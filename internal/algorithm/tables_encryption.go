package algorithm

import "slices"

// The lists of all rows that encrypt, the preferred ones first. A new
// algorithm is one new file with its rows and its name added here.
var (
	keyTransports  = slices.Concat(rsaTransports)
	keyAgreements  = slices.Concat(x963Agreements, hkdfAgreements)
	keyWraps       = slices.Concat(aesWraps, tripleDESWraps)
	contentCiphers = slices.Concat(gcmCiphers, cbcCiphers, tripleDESCiphers)
)
