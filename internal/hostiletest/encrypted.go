package hostiletest

import "testing"

func encryptedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	return nil
}
