package hostiletest

import "testing"

// encryptedCases are A94 to A122: envelopes, their ciphers and their recipients.
func encryptedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{
		tagCases, nonceCases, authenticatedAttributeCases, relabelledCases, derivedKeyCases, chainedCases,
		recipientCases, transportCasesOfKeys, oaepCases, agreementCases, curve25519Cases, keyWrapCases, kemCases, passwordCases, compressedCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}
