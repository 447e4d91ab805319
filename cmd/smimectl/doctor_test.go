package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
)

// doctored are the findings of the doctor about something: "warn alice@example.test expires in 5 days".
func (w *sendingWorld) doctored(about string) []string {
	w.t.Helper()
	var findings []finding
	r := w.manage(nil, "doctor", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &findings); err != nil {
		w.t.Fatalf("exit %d: %v\n%s%s", r.code, err, r.stdout, r.stderr)
	}
	var out []string
	for _, f := range findings {
		if f.About == about {
			out = append(out, f.Level+" "+f.Text)
		}
	}
	slices.Sort(out)
	return out
}

// TestDoctorIdentities follows an identity to its end: what the doctor says of it is what sign
// will do, and what has been replaced is no reason to worry.
func TestDoctorIdentities(t *testing.T) {
	t.Parallel()
	type person struct {
		from, to int // days
		change   func(*certtest.Template)
		serial   byte
	}
	two := func(t *certtest.Template) {
		setExtension(t, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.RFC822("team@example.test")))
	}
	reads := func(t *certtest.Template) { setExtension(t, certtest.KeyUsage(4)) }
	signs := func(t *certtest.Template) { setExtension(t, certtest.KeyUsage(0)) }
	for _, tc := range []struct {
		name   string
		people []person
		want   []string
	}{
		{"well", []person{{-10, 365, nil, 1}}, []string{"ok alice@example.test signs and decrypts, P-256, 365 days left"}},
		{"about to end", []person{{-10, 5, nil, 1}}, []string{"warn alice@example.test expires in 5 days"}},
		{"about to end, and renewed", []person{{-10, 5, nil, 1}, {-1, 365, nil, 2}},
			[]string{"ok alice@example.test expires in 5 days, and a newer one is there", "ok alice@example.test signs and decrypts"}},
		{"both about to end", []person{{-10, 5, nil, 1}, {-1, 29, nil, 2}}, []string{"warn alice@example.test expires in 29 days", "warn alice@example.test expires in 5 days"}},
		{"renewed for one address", []person{{-10, 5, two, 1}, {-1, 365, nil, 2}}, []string{"ok alice@example.test signs and decrypts", "warn alice@example.test expires in 5 days"}},
		{"renewed for signing alone", []person{{-10, 5, reads, 1}, {-1, 365, signs, 2}}, []string{"ok alice@example.test signs, P-256", "warn alice@example.test expires in 5 days"}},
		{"the newer one is not valid yet", []person{{-10, 5, nil, 1}, {1, 365, nil, 2}}, []string{"warn alice@example.test expires in 5 days", "warn alice@example.test is valid from 2026-06-02"}},
		{"expired", []person{{-10, -5, nil, 1}}, []string{"warn alice@example.test expired on 2026-05-27: it opens old mail"}},
		{"expired, and renewed", []person{{-10, -5, nil, 1}, {-1, 365, nil, 2}}, []string{"ok alice@example.test expired on 2026-05-27, and a newer one is there", "ok alice@example.test signs and decrypts"}},
		{"revoked", []person{{-10, 365, nil, 0x55}}, []string{"warn alice@example.test ({0}): the certificate was revoked on 2026-05-25: it opens old mail, and signs no more"}},
		{"revoked, for reading alone", []person{{-10, 365, reads, 0x55}}, []string{"warn alice@example.test ({0}): the certificate was revoked on 2026-05-25"}},
		{"revoked, and another is there", []person{{-10, 365, nil, 0x55}, {-1, 365, nil, 2}},
			[]string{"ok alice@example.test signs and decrypts", "ok alice@example.test ({0}): the certificate was revoked on 2026-05-25, and another one is there"}},
		{"the newer one was revoked", []person{{-10, 5, nil, 1}, {-1, 365, nil, 0x55}},
			[]string{"warn alice@example.test ({1}): the certificate was revoked on 2026-05-25", "warn alice@example.test expires in 5 days"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newSendingWorld(t)
			w.lists("leaf")
			w.must("crl", "import", w.path("leaf.crl"))
			var short []string
			for _, p := range tc.people {
				template := w.person("alice")
				template.Serial, template.NotBefore, template.NotAfter = []byte{p.serial}, w.now.AddDate(0, 0, p.from), w.now.AddDate(0, 0, p.to)
				if p.change != nil {
					p.change(&template)
				}
				e := w.issue("alice", template)
				w.own(e)
				short = append(short, w.parse(e).Fingerprint()[:12])
			}
			got := w.doctored("identity")
			var want []string
			for _, line := range tc.want {
				for i, digits := range short {
					line = strings.ReplaceAll(line, "{"+string(rune('0'+i))+"}", digits)
				}
				want = append(want, line)
			}
			slices.Sort(want)
			if !slices.EqualFunc(got, want, strings.HasPrefix) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestListsTellRevoked: id list and cert list say what the revocation lists of the store do, for people and for
// programs, and who cannot be encrypted to.
func TestListsTellRevoked(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	revoked, signs := w.person("alice"), w.person("carol")
	revoked.Serial = []byte{0x55}
	setExtension(&signs, certtest.KeyUsage(0))
	w.own(w.issue("alice", revoked))
	w.known(w.issue("alice", revoked))
	w.known(w.issue("carol", signs))
	if got := w.must("cert", "list").stdout; strings.Contains(got, "revoked") || !strings.Contains(got, "signs only") {
		t.Errorf("before:\n%s", got)
	}
	if got := w.doctored("recipients"); len(got) != 0 {
		t.Errorf("before: %q", got)
	}
	w.lists("leaf")
	w.must("crl", "import", w.path("leaf.crl"))
	for _, verb := range []string{"cert", "id"} {
		if got := w.must(verb, "list").stdout; strings.Count(got, "revoked 2026-05-25") != 1 {
			t.Errorf("%s list:\n%s", verb, got)
		}
		if got := w.must(verb, "list", "--json").stdout; strings.Count(got, `"revoked": "2026-05-25T12:00:00Z"`) != 1 {
			t.Errorf("%s list --json:\n%s", verb, got)
		}
	}
	const one = "none what is known of alice@example.test has expired or was revoked"
	if got := w.doctored("recipients"); len(got) != 1 || !strings.HasPrefix(got[0], one) {
		t.Errorf("doctor: %q", got)
	}
	old := w.person("dora")
	old.NotAfter = w.now.AddDate(0, 0, -1)
	w.known(w.issue("dora", old))
	if got := w.doctored("recipients"); len(got) != 1 || !strings.Contains(got[0], " and 1 more has expired or was revoked") {
		t.Errorf("doctor: %q", got)
	}
	w.known(w.issue("alice", w.person("Alice")))
	w.known(w.issue("dora", w.person("dora")))
	if got := w.doctored("recipients"); len(got) != 0 {
		t.Errorf("with others: %q", got)
	}
	// A list that cannot be read hides nothing else.
	w.write("store/crls/x.crl", []byte("nonsense"))
	if r := w.must("id", "list"); !strings.Contains(r.stdout, "until 2027-06-01") || !strings.Contains(r.stderr, "warning: what was revoked is not shown") {
		t.Errorf("damaged list:\n%s%s", r.stdout, r.stderr)
	}
}

// TestDoctorOpenStore: a copy that has lost its modes is one finding, whose hint mends all of it.
func TestDoctorOpenStore(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	for _, name := range []string{"alice", "bob"} {
		w.own(w.issue(name, w.person(name)))
	}
	if got := w.doctored("files"); len(got) != 0 {
		t.Fatalf("before: %q", got)
	}
	if err := filepath.Walk(w.path("store/identities"), func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, 0o755)
	}); err != nil {
		t.Fatal(err)
	}
	if got := w.doctored("files"); len(got) != 1 || !strings.Contains(got[0], " can be read by others, so ") {
		t.Errorf("got %q", got)
	}
	if err := os.Chmod(w.path("store/identities"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := w.doctored("files"); len(got) != 1 || !strings.Contains(got[0], " and 1 more can be read by others, so they are not used") {
		t.Errorf("got %q", got)
	}
}

// TestDamagedAnchorIsToldOnce: verify stops at it, so the doctor must not say that it is passed over.
func TestDamagedAnchorIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	w.write("store/anchors/root.pem", []byte("nonsense"))
	if got := append(w.doctored("store"), w.doctored("files")...); len(got) != 1 || !strings.HasPrefix(got[0], "fail the store is damaged: ") {
		t.Errorf("got %q", got)
	}
}
