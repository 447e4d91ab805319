package algorithm

import "slices"

// The lists of all rows that encrypt, the preferred ones first. A new
// algorithm is one new file with its rows and its name added here.
var (
	keyTransports  = slices.Concat(rsaTransports)
	keyAgreements  = slices.Concat(x963Agreements, hkdfAgreements)
	originatorKeys = slices.Concat(ecdhOriginators, x448Originators)
	keyKEMs        = slices.Concat(mlkemSets)
	kemDerivations = slices.Concat(hkdfDerivations)
	keyWraps       = slices.Concat(aesWraps, paddedWraps, tripleDESWraps)
	contentCiphers = slices.Concat(gcmCiphers, chachaCiphers, ccmCiphers, cbcCiphers, hkdfCiphers, tripleDESCiphers, desCiphers, rc2Ciphers)
	compressions   = []*Compression{zlibCompression}
)
