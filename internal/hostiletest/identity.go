package hostiletest

import "testing"

func identityCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	return nil
}
