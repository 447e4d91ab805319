package forensics

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"
	"testing"

	"smimectl/internal/forensics/transporttest"
)

func targetOf(entity string) []Target {
	sum := sha256.Sum256([]byte(entity))
	return []Target{{New: func() hash.Hash { return sha256.New() }, Sum: sum[:]}}
}

func explain(t testing.TB, is, signed string) *Finding {
	t.Helper()
	f, err := Explain(strings.NewReader(is), int64(len(is)), targetOf(signed))
	if err != nil || f == nil {
		t.Fatalf("finding %v, error %v", f, err)
	}
	return f
}

func kindsOf(f *Finding) string {
	var out []string
	for _, k := range f.Kinds {
		out = append(out, string(k))
	}
	return strings.Join(out, "+")
}

// TestEveryChangeOnEveryMessage makes each change of the model on each of its ten messages. Those that leave the
// octets as they were break nothing and do not count.
func TestEveryChangeOnEveryMessage(t *testing.T) {
	t.Parallel()
	broken, right := 0, 0
	var missed []string
	for _, m := range transporttest.Messages() {
		for _, c := range transporttest.Changes() {
			changed := c.Do(m.Entity)
			if changed == m.Entity {
				continue
			}
			broken++
			f := explain(t, changed, m.Entity)
			switch got := kindsOf(f); {
			case got == "":
				missed = append(missed, fmt.Sprintf("%s, %s: not named", m.Name, c.Name))
			case got == c.Kind, m.Name == "empty body" && got == "footer" && c.Kind == "banner": // all there is was added
				right++
				if f.Line == 0 {
					t.Errorf("%s, %s: no line", m.Name, c.Name)
				}
			default:
				t.Errorf("%s, %s: named %s, want %q", m.Name, c.Name, got, c.Kind)
			}
		}
	}
	t.Logf("%d changes broke the digest, %d were named", broken, right)
	for _, line := range missed {
		t.Log(line)
	}
	if broken < 100 || right*100 < broken*95 {
		t.Errorf("%d of %d named, want at least 95 of 100", right, broken)
	}
}

// TestSignedWithOtherLineEnds: some programs digest what they sent with LF alone, or a binary body as it was.
func TestSignedWithOtherLineEnds(t *testing.T) {
	t.Parallel()
	is := "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\none\r\ntwo\r\n"
	i := strings.Index(is, "one")
	for name, signed := range map[string]string{
		"LF everywhere":  strings.ReplaceAll(is, "\r\n", "\n"),
		"LF in the body": is[:i] + strings.ReplaceAll(is[i:], "\r\n", "\n"),
	} {
		if f := explain(t, is, signed); kindsOf(f) != "line-endings" || f.Line == 0 {
			t.Errorf("%s: %s, line %d", name, kindsOf(f), f.Line)
		}
		if f := explain(t, signed, is); kindsOf(f) != "line-endings" {
			t.Errorf("%s, the other way: %s", name, kindsOf(f))
		}
	}
}
