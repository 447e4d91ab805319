package algorithm

import (
	"slices"
	"sync"
)

// The lists of all rows that encrypt, the preferred ones first. A new
// algorithm is one new file with its rows and its name added here.
var (
	keyTransports  = rsaTransports
	originatorKeys = slices.Concat(ecdhOriginators, x448Originators)
	keyKEMs        = mlkemSets
	kemDerivations = hkdfDerivations
	keyWraps       = slices.Concat(aesWraps, paddedWraps, tripleDESWraps)
	compressions   = []*Compression{zlibCompression}
	keyAgreements  = table[*agreementRow]{
		func() []*agreementRow { return x963Agreements },
		func() []*agreementRow { return hkdfAgreements },
	}
	contentCiphers = table[*ContentCipher]{
		func() []*ContentCipher { return gcmCiphers },
		func() []*ContentCipher { return chachaCiphers },
		func() []*ContentCipher { return ccmCiphers },
		func() []*ContentCipher { return cbcCiphers },
		made(underHKDF, func() []*ContentCipher { return slices.Concat(gcmCiphers, chachaCiphers, ccmCiphers, cbcCiphers) }),
		func() []*ContentCipher { return tripleDESCiphers },
		func() []*ContentCipher { return desCiphers },
		made(rc2Rows, func() []rc2Form { return rc2Forms }),
	}
	writtenOAEP    = sync.OnceValue(oaepPairs)
	keyEncryptions = sync.OnceValue(everyKeyEncryption)
)
