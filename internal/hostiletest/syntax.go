package hostiletest

import "testing"

// syntaxCases are A123 to A135, A139 and A140: the encoding of the CMS object.
func syntaxCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{
		nestingCases, lengthCases, segmentCases, tagCasesOfASN1, behindCases, bulkCases, structureCases, bagCases, armorCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}

// file is a CMS object that is no mail: there is no sender to compare.
func file(id, name string, octets []byte, want Want) Case {
	return Case{ID: id, Name: name, Args: Verify(), Mail: octets, Want: want}
}

// object is the same CMS object in a mail, and as a file.
func object(id, name string, octets []byte, want Want) []Case {
	return []Case{
		{ID: id, Name: name, Args: Verify("--entity"), Mail: OpaqueMail("signed-data", octets), Want: want},
		file(id, name+", as a file", octets, want),
	}
}
