package hostiletest

import "testing"

func processCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	return nil
}
