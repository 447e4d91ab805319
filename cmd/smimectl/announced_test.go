package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/cms"
)

// announcing is somebody who says in signed mails what he can read.
type announcing struct {
	*choosingWorld
	signer cms.Signer
	edit   func(signedData []byte) []byte // has the last word on what is sent; nil: as it was made
}

func newAnnouncing(t *testing.T) *announcing {
	t.Helper()
	w := newChoosingWorld(t)
	address, err := cert.ParseAddress("carol@example.test")
	if err != nil {
		t.Fatal(err)
	}
	key, c, err := w.toy.Issue(certstore.ToyOptions{Addresses: []cert.Address{address}, KeyName: "p-256"})
	if err != nil {
		t.Fatal(err)
	}
	// The toy certificate is some minutes old: the mails are of the days after.
	w.now = w.now.Add(20 * 24 * time.Hour)
	return &announcing{choosingWorld: w, signer: cms.Signer{Key: key, Certificate: c, Chain: []*cert.Certificate{w.toy.Certificate}}}
}

// days is a signing time: so many days before the clock.
func (w *announcing) days(n int) time.Time { return w.now.Add(-time.Duration(n) * 24 * time.Hour) }

// mail writes NAME.eml, signed at a time, which says what the signer reads.
func (w *announcing) mail(name string, at time.Time, reads ...string) string {
	w.t.Helper()
	opt := cms.SignedDataOptions{Time: at, Capabilities: []algorithm.Identifier{}}
	for _, oid := range reads {
		opt.Capabilities = append(opt.Capabilities, algorithm.Identifier{OID: algorithm.MustOID(oid)})
	}
	content := "Content-Type: text/plain\r\n\r\nhello\r\n"
	opt.ContentSize = int64(len(content))
	var out bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&out, []cms.Signer{w.signer}, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := sd.Write([]byte(content)); err != nil {
		w.t.Fatal(err)
	}
	if err := sd.Close(); err != nil {
		w.t.Fatal(err)
	}
	der := out.Bytes()
	if w.edit != nil {
		der = w.edit(der)
	}
	body := base64.StdEncoding.EncodeToString(der)
	var lines strings.Builder
	for len(body) > 76 {
		lines.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	w.write(name+".eml", fmt.Appendf(nil, "From: carol@example.test\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n%s%s\r\n", lines.String(), body))
	return w.path(name + ".eml")
}

const (
	oidGCM  = "2.16.840.1.101.3.4.1.46"
	oidCBC  = "2.16.840.1.101.3.4.1.42"
	oid3DES = "1.2.840.113549.3.7"
)

func (w *announcing) ok(args ...string) string {
	w.t.Helper()
	code, stdout, stderr := w.plain(nil, args...)
	if code != 0 {
		w.t.Fatalf("%v: exit %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout + stderr
}

// reads is what the store says of carol.
func (w *announcing) reads() string {
	w.t.Helper()
	found, err := w.store().FindCertificates("carol@example.test")
	if err != nil || len(found) != 1 {
		w.t.Fatalf("%d entries, %v", len(found), err)
	}
	return strings.Join(found[0].Capabilities, " ")
}

// TestNewestAnnouncementCounts: of what somebody announced the mail signed last counts, and no mail that is seen later takes
// that back, in whatever way and order the mails come.
func TestNewestAnnouncementCounts(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name  string
		mails []string // in the order of their coming
		want  string
	}{
		{"older mail afterwards", []string{"gcm", "old"}, "aes-256-gcm"},
		{"newer mail afterwards", []string{"old", "gcm"}, "aes-256-gcm"},
		{"newest one is weaker", []string{"gcm", "last", "old"}, "3des-cbc"},
		{"newest one is weaker, first", []string{"last", "gcm", "old"}, "3des-cbc"},
		{"signed at the same time", []string{"gcm", "same"}, "aes-256-gcm"},
		{"newer mail that says nothing", []string{"gcm", "silent"}, "aes-256-gcm"},
		{"newer mail that says nothing, first", []string{"silent", "old", "gcm"}, "aes-256-gcm"},
		{"the same said later counts from then on", []string{"gcm", "again", "between"}, "aes-256-gcm"},
		{"a mail of the future is of no time", []string{"gcm", "future"}, "aes-256-gcm"},
		{"a mail of the future, first", []string{"future", "old"}, "3des-cbc"},
		{"a mail without a time", []string{"gcm", "timeless"}, "aes-256-gcm"},
		{"a mail without a time, first", []string{"timeless", "gcm"}, "aes-256-gcm"},
		{"clock a little ahead", []string{"gcm", "ahead"}, "aes-256-cbc"},
	} {
		for _, way := range []string{"import", "harvest", "harvest at once", "harvest, then import", "import, then harvest"} {
			t.Run(x.name+"/"+way, func(t *testing.T) {
				t.Parallel()
				w := newAnnouncing(t)
				made := map[string]string{
					"gcm": w.mail("gcm", w.days(10), oidGCM), "old": w.mail("old", w.days(15), oid3DES), "last": w.mail("last", w.days(1), oid3DES),
					"same": w.mail("same", w.days(10), oid3DES), "silent": w.mail("silent", w.days(1)), "again": w.mail("again", w.days(2), oidGCM),
					"between": w.mail("between", w.days(5), oid3DES), "future": w.mail("future", w.now.Add(time.Hour), oidCBC),
					"timeless": w.mail("timeless", time.Time{}, oid3DES), "ahead": w.mail("ahead", w.now.Add(2*time.Minute), oidCBC),
				}
				var files []string
				for _, name := range x.mails {
					files = append(files, made[name])
				}
				switch way {
				case "harvest at once":
					w.ok(append([]string{"cert", "harvest"}, files...)...)
				default:
					ways := strings.Split(way, ", then ")
					for i, file := range files {
						w.ok("cert", ways[min(i, len(ways)-1)], file)
					}
				}
				if got := w.reads(); got != x.want {
					t.Errorf("the store says %q, want %q", got, x.want)
				}
			})
		}
	}
}

// TestOlderAnnouncementIsSaid: import says that it leaves what is known; --force takes what the mail says, and a
// certificate by itself takes nothing away.
func TestOlderAnnouncementIsSaid(t *testing.T) {
	t.Parallel()
	w := newAnnouncing(t)
	gcm, old := w.mail("gcm", w.days(10), oidGCM), w.mail("old", w.days(15), oid3DES)
	if said := w.ok("cert", "import", gcm); strings.Contains(said, "stays") {
		t.Errorf("a first mail: %s", said)
	}
	want := "note: what carol@example.test can read stays as another mail said it, signed on " + w.days(10).UTC().Format(time.DateOnly)
	if said := w.ok("cert", "import", old); !strings.Contains(said, want) {
		t.Errorf("got %q, want %q in it", said, want)
	}
	w.write("carol.pem", pemOf([]*cert.Certificate{w.signer.Certificate}))
	w.ok("cert", "import", "--force", w.path("carol.pem"))
	if got := w.reads(); got != "aes-256-gcm" {
		t.Errorf("after the certificate alone: %q", got)
	}
	w.ok("cert", "import", "--force", old)
	if got := w.reads(); got != "3des-cbc" {
		t.Errorf("forced: %q", got)
	}
}

// TestHarvestDryRunAnnouncements: a dry run tells the same as a run, and writes nothing.
func TestHarvestDryRunAnnouncements(t *testing.T) {
	t.Parallel()
	w := newAnnouncing(t)
	files := []string{w.mail("old", w.days(15), oid3DES), w.mail("gcm", w.days(10), oidGCM), w.mail("between", w.days(12), oid3DES)}
	dry := w.ok(append([]string{"cert", "harvest", "--dry-run"}, files...)...)
	if found, err := w.store().FindCertificates("carol@example.test"); err != nil || len(found) != 0 {
		t.Fatalf("%d entries, %v", len(found), err)
	}
	wet := w.ok(append([]string{"cert", "harvest"}, files...)...)
	if dry = strings.Replace(dry, " (nothing was written)", "", 1); dry != wet || !strings.Contains(wet, "1 brought up to date") {
		t.Errorf("%q\n%q", dry, wet)
	}
	slices.Reverse(files)
	if again := w.ok(append([]string{"cert", "harvest"}, files...)...); strings.Contains(again, "brought up to date") || w.reads() != "aes-256-gcm" {
		t.Errorf("%s%s", again, w.reads())
	}
}
