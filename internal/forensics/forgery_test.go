package forensics

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"smimectl/internal/forensics/transporttest"
)

// TestForgeriesAreNotAccidents changes what the messages say: words, amounts, whole lines, text in the middle,
// parts, types. No such change is ever explained, however small it is. What is put at the end or the beginning of
// a text is no accident either but an addition, and said to be one.
func TestForgeriesAreNotAccidents(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(1))
	n := 0
	for _, m := range transporttest.Messages() {
		body := strings.Index(m.Entity, "\r\n\r\n") + 4
		for name, forged := range forgeries(r, m.Entity, body) {
			if forged == m.Entity {
				continue
			}
			if n++; testing.Short() && n%4 != 0 {
				continue
			}
			f := explain(t, forged, m.Entity)
			if len(f.Kinds) > 0 {
				t.Errorf("%s, %s: explained as %s\n%q\n%q", m.Name, name, kindsOf(f), f.Is, f.Before)
			}
		}
	}
	if n < 80 {
		t.Errorf("only %d forgeries were made", n)
	}
	t.Logf("%d forgeries", n)
}

func forgeries(r *rand.Rand, s string, body int) map[string]string {
	out := map[string]string{}
	replace := func(name, pattern, with string) {
		out[name] = s[:body] + regexp.MustCompile(pattern).ReplaceAllString(s[body:], with)
	}
	replace("amount", `1200 EUR|1\.234,56|100&nbsp;EUR`, "9$0")
	replace("total", `120\b`, "1200")
	replace("digit", `week 14`, "week 15")
	replace("word", `Bob`, "Eve")
	replace("not", ` is `, " is not ")
	replace("address", `example\.org`, "example.net")
	replace("name", `Alice|Jürgen|J=FCrgen`, "Mallory")
	replace("paragraph in the middle", `\r\n\r\nBest|\r\n\r\n-- \r\n|<p>Regards`, "\r\n\r\nPay 9000 EUR to DE00 1234.\r\n$0")
	lines := strings.SplitAfter(s[body:], "\r\n")
	for k := range 3 {
		if len(lines) < 8 || strings.Contains(s, "multipart/") {
			break // where lines may be those of headers and boundaries
		}
		i := 6 + r.Intn(max(1, len(lines)-9)) // in the middle
		if i+3 >= len(lines) {
			break
		}
		if strings.TrimSpace(lines[i]) == "" || lines[i] == lines[i+1] {
			continue
		}
		out[fmt.Sprintf("line %d gone, %d", i, k)] = s[:body] + strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		swapped := append([]string{}, lines...)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		out[fmt.Sprintf("lines %d and %d swapped", i, i+1)] = s[:body] + strings.Join(swapped, "")
		in := append(append([]string{}, lines[:i]...), append([]string{"Please use the new account.\r\n"}, lines[i:]...)...)
		out[fmt.Sprintf("line put in at %d, %d", i, k)] = s[:body] + strings.Join(in, "")
	}
	for k := range 4 {
		if len(s)-body < 40 {
			break
		}
		i := body + 1 + r.Intn(len(s)-body-20)
		c := s[i]
		if c <= ' ' || c == '=' || c == '.' || c == '>' {
			continue
		}
		out[fmt.Sprintf("octet %d, %d", i, k)] = s[:i] + string(rune('a'+(int(c)+1+r.Intn(20))%26)) + s[i+1:]
	}
	out["type"] = strings.Replace(s, "text/plain", "text/html", 1)
	out["file name"] = strings.ReplaceAll(s, "report.pdf", "report.exe")
	out["disposition"] = strings.ReplaceAll(s, "attachment;", "inline;")
	if i := strings.Index(s, "\r\n--=_inner_1\r\nContent-Type: application/pdf"); i >= 0 {
		out["attachment gone"] = s[:i] + s[strings.LastIndex(s, "\r\n--=_inner_1--"):]
	}
	if i, k := strings.Index(s, "\r\n--=_inner_1\r\n"), strings.LastIndex(s, "\r\n--=_inner_1\r\n"); i >= 0 && k > i {
		end := k + strings.Index(s[k:], "\r\n--=_inner_1--")
		out["parts swapped"] = s[:i] + s[k:end] + s[i:k] + s[end:]
	}
	return out
}

// TestAnotherFieldIsNoAccident: a field that came in where another one went is neither dropped nor added but changed.
func TestAnotherFieldIsNoAccident(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ signed, forged string }{
		{"Content-Disposition: inline", "Content-Disposition: attachment; filename=x.exe"},
		{"Content-Transfer-Encoding: 7bit", "Content-Description: pay at once"},
		{"MIME-Version: 1.0", "Content-Language: xx"},
	} {
		entity := func(field string) string { return "Content-Type: text/plain\r\n" + field + "\r\n\r\nHello\r\n" }
		if f := explain(t, entity(c.forged), entity(c.signed)); len(f.Kinds) > 0 {
			t.Errorf("%s: explained as %s", c.forged, kindsOf(f))
		}
	}
}

// TestAdditionsAreNotAccidents: what stands at the end or the beginning may be a footer or a fraud, and is called
// an addition in both cases.
func TestAdditionsAreNotAccidents(t *testing.T) {
	t.Parallel()
	const fraud = "PS: our bank account has changed, please pay to DE00 1234.\r\n"
	for _, m := range transporttest.Messages() {
		if strings.Contains(m.Entity, "multipart") || strings.Contains(m.Entity, "base64") {
			continue
		}
		body := strings.Index(m.Entity, "\r\n\r\n") + 4
		for _, forged := range []string{m.Entity + fraud, m.Entity[:body] + fraud + m.Entity[body:]} {
			f := explain(t, forged, m.Entity)
			if len(f.Kinds) != 1 || !f.Kinds[0].Addition() || f.Added != 1 {
				t.Errorf("%s: %s, %d lines added", m.Name, kindsOf(f), f.Added)
			}
		}
	}
}

// TestTwoChanges makes pairs of changes that happen together: the mbox of a list, a gateway behind a list.
func TestTwoChanges(t *testing.T) {
	t.Parallel()
	changes := map[string]transporttest.Change{}
	for _, c := range transporttest.Changes() {
		changes[c.Name] = c
	}
	pairs := [][2]string{
		{"trailing blanks cut", "mboxrd quotes From"}, {"mboxrd quotes From", "trailing blanks cut"}, {"list footer", "mboxo quotes From"},
		{"mboxo quotes From", "list footer"}, {"list footer", "line end added"}, {"last line end cut", "mboxrd quotes From"},
		{"quoted-printable by sendmail", "mboxrd quotes From"}, {"mboxo quotes From", "quoted-printable by Postfix"},
		{"dots doubled", "trailing blanks cut"}, {"caution at the top", "list footer"}, {"header unfolded", "mboxrd quotes From"},
		{"base64 by a gateway", "header unfolded"}, {"decoded to 8bit", "list footer"}, {"charset labelled anew", "mboxrd quotes From"},
		{"tabs to blanks", "mboxrd quotes From"}, {"CR twice", "mboxrd quotes From"}, {"MIME-Version dropped", "list footer"},
		{"byte order mark", "mboxrd quotes From"}, {"fields spelt Content-type", "list footer"}, {"field added", "dots doubled"},
	}
	tried, named := 0, 0
	for _, m := range transporttest.Messages() {
		for _, p := range pairs {
			first, second := changes[p[0]], changes[p[1]]
			once := first.Do(m.Entity)
			twice := second.Do(once)
			if once == m.Entity || twice == once || twice == m.Entity || second.Do(m.Entity) == m.Entity {
				continue
			}
			tried++
			f := explain(t, twice, m.Entity)
			got := map[string]bool{}
			for _, k := range f.Kinds {
				got[string(k)] = true
			}
			switch {
			case len(got) == 0:
				t.Logf("%s, %s, then %s: not named", m.Name, p[0], p[1])
			case got[first.Kind] && got[second.Kind] || len(got) == 1 && (got[first.Kind] || got[second.Kind]):
				named++
			default:
				t.Logf("%s, %s, then %s: named %s", m.Name, p[0], p[1], kindsOf(f))
				named++
			}
		}
	}
	t.Logf("%d pairs, %d named", tried, named)
	if tried < 60 || named*10 < tried*8 {
		t.Errorf("%d of %d pairs were named, want 8 of 10", named, tried)
	}
}
