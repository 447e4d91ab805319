package hostiletest

import "testing"

// signedCases are A1 to A40: signatures, their attributes and what they cover.
func signedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	return []Case{
		{ID: "A0", Name: "as it should be, opaque", Args: Verify("--entity"), Mail: OpaqueMail("signed-data", Opaque(tb, Text, w.Alice)), Want: Accepted([]byte(Text))},
		{ID: "A0", Name: "as it should be, clear", Args: Verify("--entity"), Mail: ClearMail(Text, Detached(tb, Text, w.AliceEC)), Want: Accepted([]byte(Text))},
	}
}
