package hostiletest

import (
	"strings"
	"testing"
)

// fileCases are A92: names of parts that are paths. They are shown, never used.
func fileCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, c := range []struct{ name, parameter string }{
		{"a folder up", `="../x"`}, {"an absolute path", `="/etc/x"`}, {"a drive", `="C:\\x"`}, {"a device", `="CON"`},
		{"300 octets", `="` + strings.Repeat("n", 300) + `"`}, {"a folder up in digits", `*=utf-8''..%2Fx`},
		{"NUL", `*=utf-8''a%00b`}, {"line ends", `*=utf-8''a%0D%0Ab`}, {"control characters", `*=utf-8''%1B[2J`},
		{"an encoded word", `="=?utf-8?q?=1B[2J=2E=2E=2Fx?="`}, {"turned around", "*=utf-8''%E2%80%AEgnp.exe"}, {"empty", `=""`}, {"a dot", `="."`},
	} {
		entity := "Content-Type: text/plain; name" + c.parameter + "\r\nContent-Disposition: attachment; filename" + c.parameter + "\r\n\r\nx\r\n"
		out = append(out,
			judged("A92", c.name, clearText(tb, entity, w.AliceEC), Accepted([]byte(entity))),
			decrypted("A92", c.name+", encrypted", envelopeMail(sealed(tb, entity, "aes-256-gcm", to(w.BobEC))), Opened([]byte(entity))),
		)
	}
	return out
}
