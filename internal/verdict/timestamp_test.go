package verdict

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// stampOf is a good time stamp of a moment, over the signature of s.
func stampOf(t testing.TB, s *Signer, at time.Time) TimeStamp {
	t.Helper()
	d := digest(t, "sha256")
	by := issue(t, person{name: "UX TSA", issuer: "UX Mail CA 1"})
	return TimeStamp{
		Token: &cms.TimeStampToken{Info: &cms.TSTInfo{Policy: algorithm.MustOID("1.2.3"), Serial: []byte{7}, Time: at,
			Imprint: cms.Imprint{Algorithm: d.Identifier(), Sum: make([]byte, 32)}}},
		By:     Signer{Info: &cms.SignerInfo{Digest: d, DigestAlgorithm: d.Identifier(), Scheme: &algorithm.Signature{Name: "rsa-pkcs1v15", Digest: d}}, Checked: true, Certificate: by, Now: pathOf(t, by)},
		Moment: at, Then: pathOf(t, s.Certificate),
	}
}

// stamped is a mail whose certificate has expired, with one time stamp.
func stamped(t testing.TB, change func(s *Signer, stamp *TimeStamp, p *Policy)) (Facts, Policy) {
	t.Helper()
	f, p := good(t)
	s := first(&f)
	s.Now = with(t, s.Certificate, "expired-now")
	stamp := stampOf(t, s, signed)
	if change != nil {
		change(s, &stamp, &p)
	}
	s.TimeStamps = []TimeStamp{stamp}
	return f, p
}

func revokedOn(c *cert.Certificate, revoked, invalid time.Time, reason cert.Reason) certpath.Revocation {
	return certpath.Revocation{Certificate: c, Status: certpath.Revoked, Source: "file", Issued: today, Revoked: revoked, Invalid: invalid, Reason: reason}
}

// TestTimeStamps: what a time stamp does for a signer, and what keeps it from that. Nothing is ever worse with one.
func TestTimeStamps(t *testing.T) {
	t.Parallel()
	sha1 := digest(t, "sha1")
	revoked := func(on, invalid time.Time, reason cert.Reason) func(s *Signer, stamp *TimeStamp, p *Policy) {
		return func(s *Signer, stamp *TimeStamp, p *Policy) {
			for _, res := range []*certpath.Result{s.Now, stamp.Then} {
				res.Paths[0].Revocation = []certpath.Revocation{revokedOn(s.Certificate, on, invalid, reason), {Certificate: mailCA(t), Status: certpath.NotRevoked}}
			}
		}
	}
	before, after := signed.Add(-time.Hour), signed.Add(time.Hour)
	for _, c := range []struct {
		name   string
		change func(s *Signer, stamp *TimeStamp, p *Policy)
		word   Word
		source string
		told   string
	}{
		{"good", nil, WordGood, "timestamp", ""},
		{"good, claim a month later", func(s *Signer, _ *TimeStamp, _ *Policy) { s.ClaimedTime = signed.AddDate(0, 1, 0) }, WordGood, "timestamp", "warn:clock-differs"},
		{"good, claim a month before", func(s *Signer, _ *TimeStamp, _ *Policy) { s.ClaimedTime = signed.AddDate(0, -1, 0) }, WordGood, "timestamp", "note:clock-differs"},
		{"good, claim four minutes later", func(s *Signer, _ *TimeStamp, _ *Policy) { s.ClaimedTime = signed.Add(4 * time.Minute) }, WordGood, "timestamp", ""},
		{"good, no claim", func(s *Signer, _ *TimeStamp, _ *Policy) {
			s.ClaimedTime, s.HasClaimedTime, s.Then = time.Time{}, false, nil
		}, WordGood, "timestamp", ""},
		{"over something else", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Err = &cms.TimeStampError{Detail: "of another"} }, WordExpired, "signer", "note:timestamp-invalid"},
		{"not to be read", func(_ *Signer, stamp *TimeStamp, _ *Policy) { *stamp = TimeStamp{Err: errors.New("no")} }, WordExpired, "signer", "note:timestamp-invalid"},
		{"no error and no token", func(_ *Signer, stamp *TimeStamp, _ *Policy) { *stamp = TimeStamp{} }, WordExpired, "signer", "note:timestamp-invalid"},
		{"signature wrong", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Check = &cms.SignatureError{Kind: cms.Invalid} }, WordExpired, "signer", "note:timestamp-invalid"},
		{"signature not checked", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Checked = false }, WordExpired, "signer", "note:timestamp-invalid"},
		{"no certificate", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Certificate = nil }, WordExpired, "signer", "note:timestamp-invalid"},
		{"no path", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Now = nil }, WordExpired, "signer", "note:timestamp-untrusted"},
		{"no anchor", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Now.Paths[0].Anchor = nil }, WordExpired, "signer", "note:timestamp-untrusted"},
		{"wrong purpose", func(_ *Signer, stamp *TimeStamp, p *Policy) {
			stamp.By.Now = with(t, stamp.By.Certificate, "wrong-purpose")
		}, WordExpired, "signer", "note:timestamp-untrusted"},
		{"wrong purpose, any allowed", func(_ *Signer, stamp *TimeStamp, p *Policy) {
			stamp.By.Now, p.PurposeAny = with(t, stamp.By.Certificate, "wrong-purpose"), true
		}, WordExpired, "signer", "note:timestamp-untrusted"},
		{"authority expired", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Now = with(t, stamp.By.Certificate, "expired-now")
		}, WordExpired, "signer", "note:timestamp-untrusted"},
		{"authority revoked", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Now.Paths[0].Revocation = []certpath.Revocation{revokedOn(stamp.By.Certificate, today, time.Time{}, 0)}
		}, WordExpired, "signer", "note:timestamp-untrusted"},
		{"imprint over SHA-1", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Token.Info.Imprint.Algorithm = sha1.Identifier() }, WordExpired, "signer", "note:timestamp-untrusted"},
		{"imprint over SHA-1, allowed", func(_ *Signer, stamp *TimeStamp, p *Policy) {
			stamp.Token.Info.Imprint.Algorithm, p.Allow = sha1.Identifier(), map[string]bool{"sha1": true}
		}, WordGood, "timestamp", ""},
		{"imprint over nothing known", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Imprint.Algorithm.OID = algorithm.MustOID("1.2.3")
		}, WordExpired, "signer", "note:timestamp-invalid"},
		{"signed over SHA-1", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Info.Digest = sha1 }, WordExpired, "signer", "note:timestamp-untrusted"},
		{"in the future", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Token.Info.Time = today.Add(6 * time.Minute) }, WordExpired, "signer", "note:timestamp-invalid"},
		{"a clock that is ahead", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Token.Info.Time = today.Add(4 * time.Minute) }, WordGood, "timestamp", "note:clock-differs"},
		{"nobody looked at the path then", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then = nil }, WordExpired, "timestamp", ""},
		{"expired then, too", func(s *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then = with(t, s.Certificate, "expired-now") }, WordExpired, "timestamp", ""},
		{"not valid yet then", func(s *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then = with(t, s.Certificate, "not-yet-valid") }, WordExpired, "timestamp", ""},
		{"not valid yet then, but today", func(s *Signer, stamp *TimeStamp, _ *Policy) {
			s.Now, stamp.Then = pathOf(t, s.Certificate), with(t, s.Certificate, "not-yet-valid")
		}, WordGood, "timestamp", "warn:clock-differs"},
		{"untrusted then, too", func(s *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then.Paths[0].Anchor = nil }, WordExpired, "timestamp", ""},
		{"content changed", func(s *Signer, _ *TimeStamp, _ *Policy) { s.Check = &cms.SignatureError{Kind: cms.ContentChanged} }, WordBad, "signer", ""},
		{"revoked later", revoked(after, time.Time{}, 0), WordGood, "timestamp", "note:revoked"},
		{"revoked later, key stolen later", revoked(after.Add(1), after, cert.Reason(1)), WordGood, "timestamp", "note:revoked"},
		{"revoked later, key stolen before", revoked(after, before, cert.Reason(1)), WordUntrusted, "timestamp", ""},
		{"revoked before", revoked(before, time.Time{}, 0), WordUntrusted, "timestamp", ""},
		{"revoked in that second", revoked(signed, time.Time{}, 0), WordUntrusted, "timestamp", ""},
		{"revoked at no time", revoked(time.Time{}, time.Time{}, 0), WordUntrusted, "timestamp", ""},
		{"revoked later, by a list that anybody can make", func(s *Signer, stamp *TimeStamp, p *Policy) {
			revoked(after, time.Time{}, 0)(s, stamp, p)
			stamp.Then.Paths[0].Revocation[0].Digests = []*algorithm.Digest{sha1}
		}, WordUntrusted, "timestamp", ""},
		{"not known, but required", func(s *Signer, stamp *TimeStamp, p *Policy) {
			p.RequireRevocation = true
			stamp.Then.Paths[0].Revocation = []certpath.Revocation{{Certificate: s.Certificate}}
		}, WordUntrusted, "signer", "note:timestamp-untrusted"},
		{"known by the list of today", func(s *Signer, stamp *TimeStamp, p *Policy) {
			p.RequireRevocation = true
			ca := certpath.Revocation{Certificate: mailCA(t), Status: certpath.NotRevoked}
			stamp.By.Now.Paths[0].Revocation = []certpath.Revocation{{Certificate: stamp.By.Certificate, Status: certpath.NotRevoked}, ca}
			s.Now.Paths[0].Revocation = []certpath.Revocation{{Certificate: s.Certificate, Status: certpath.NotRevoked}, ca}
			stamp.Then.Paths[0].Revocation = []certpath.Revocation{{Certificate: s.Certificate}, ca}
		}, WordGood, "timestamp", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := stamped(t, c.change)
			r := Judge(f, p)
			s := r.Layers[0].Signers[0]
			source := ""
			if s.SignedAtSource != nil {
				source = *s.SignedAtSource
			}
			if r.Verdict != c.word || source != c.source {
				t.Errorf("got %s, time by %q, want %s, %q: %q", r.Verdict, source, c.word, c.source, told(r))
			}
			found := c.told == ""
			for i := range r.Reasons {
				x := &r.Reasons[i]
				level := string(x.Level)
				found = found || c.told == level+":"+string(x.Code)
				if c.told == "" && x.Level != Fail {
					t.Errorf("said too: %s:%s %s", level, x.Code, x.Text)
				}
			}
			if !found {
				t.Errorf("reasons %q, want %q", told(r), c.told)
			}
			// Without it the word is not better.
			bare := f
			bare.Layers = append([]Layer{}, f.Layers...)
			signers := append([]Signer{}, f.Layers[0].Signed.Signers...)
			signers[0].TimeStamps = nil
			bare.Layers[0].Signed = &Signed{Signers: signers, Judged: true}
			if without := Judge(bare, p); without.Verdict == WordGood && r.Verdict != WordGood {
				t.Errorf("%s with the time stamp, %s without", r.Verdict, without.Verdict)
			}
			for _, style := range styles {
				safeText(t, r.Text(style), style)
			}
		})
	}
}

// TestProvenTimeCheck: the named check says what the certificate was worth at the proven time, and is there with one alone.
func TestProvenTimeCheck(t *testing.T) {
	t.Parallel()
	const name = "valid at the proven time"
	for _, c := range []struct {
		name   string
		change func(s *Signer, stamp *TimeStamp, p *Policy)
		want   string
	}{
		{"valid then", nil, "passed"},
		{"expired then", func(s *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then = with(t, s.Certificate, "expired-now") }, "failed"},
		{"not valid yet then", func(s *Signer, stamp *TimeStamp, _ *Policy) { stamp.Then = with(t, s.Certificate, "not-yet-valid") }, "failed"},
		{"nothing proven", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Now = nil }, "there is no such check"},
	} {
		if got := checked(name)(Judge(stamped(t, c.change))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := checked(name)(Judge(good(t))); got != "there is no such check" {
		t.Errorf("no time stamp: %s", got)
	}
}

// TestProvenTimeOfTheSameWorth: where today's path is worth as much as the one of the proven time, it is today's that is
// shown and told about.
func TestProvenTimeOfTheSameWorth(t *testing.T) {
	t.Parallel()
	f, p := stamped(t, func(s *Signer, stamp *TimeStamp, _ *Policy) {
		s.Now = pathOf(t, s.Certificate)
		stamp.Then.Paths[0].Anchor.Name = "of-old"
		stamp.Then.Paths[0].Notes = []certpath.Problem{{Code: "old", Certificate: s.Certificate, Detail: "something of then"}}
	})
	r := Judge(f, p)
	s := r.Layers[0].Signers[0]
	if r.Verdict != WordGood || told(r) != "" || s.Chain[len(s.Chain)-1].Source != "anchor:ux-root" {
		t.Errorf("got %s, %q, %+v", r.Verdict, told(r), s.Chain)
	}
}

// TestStoodAt: a way to an anchor counts for a time stamp if all below the anchor was certified when it was made.
func TestStoodAt(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	year := 365 * 24 * time.Hour
	of := func(from, to time.Duration) *cert.Certificate {
		return &cert.Certificate{NotBefore: at.Add(from), NotAfter: at.Add(to)}
	}
	old, young, over := of(-year, year), of(time.Second, year), of(-year, -time.Second)
	for _, test := range []struct {
		name string
		path []*cert.Certificate
		bad  bool
		want bool
	}{
		{"all", []*cert.Certificate{old, old, old}, false, true},
		{"from that second to that second", []*cert.Certificate{of(0, 0), old}, false, true},
		{"a young authority", []*cert.Certificate{young, old, old}, false, false},
		{"a young CA", []*cert.Certificate{old, young, old}, false, false},
		{"a CA that had expired", []*cert.Certificate{old, over, old}, false, false},
		{"a young anchor", []*cert.Certificate{old, old, young}, false, true},
		{"a young authority that is the anchor", []*cert.Certificate{young}, false, false},
		{"an old authority that is the anchor", []*cert.Certificate{old}, false, true},
		{"a path that is not good", []*cert.Certificate{old, old}, true, false},
	} {
		path := certpath.Path{Certificates: test.path, Anchor: &certpath.Anchor{}}
		if test.bad {
			path.Problems = []certpath.Problem{{Code: certpath.CodeExpired}}
		}
		other := certpath.Path{Certificates: []*cert.Certificate{young}, Anchor: &certpath.Anchor{}}
		if got := stoodAt(&certpath.Result{Paths: []certpath.Path{other, path}}, at); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	if stoodAt(&certpath.Result{}, at) {
		t.Error("no path at all")
	}
}

// TestEarliestTimeStamp: of several that prove their time, the earliest counts, wherever it stands, and of two of one time
// the first.
func TestEarliestTimeStamp(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"in order": {0, 1, 2}, "last": {2, 1, 0}, "between": {1, 0, 2}, "two of one time": {1, 0, 3, 2}, "before one of an earlier time that is not accurate": {4, 0}, "behind it": {0, 4}} {
		f, p := stamped(t, nil)
		s := first(&f)
		all := []TimeStamp{stampOf(t, s, signed), stampOf(t, s, signed.Add(time.Hour)), {Err: errors.New("no")}, stampOf(t, s, signed), stampOf(t, s, signed.Add(-time.Minute))}
		all[4].Token.Info.Accuracy, all[4].Moment = time.Hour, signed.Add(59*time.Minute)
		all[3].Token.Info.Serial = []byte{8}
		s.TimeStamps = nil
		for _, i := range order {
			s.TimeStamps = append(s.TimeStamps, all[i])
		}
		r := Judge(f, p)
		if got := r.Layers[0].Signers[0]; r.Verdict != WordGood || !got.SignedAt.Equal(signed) || !got.Timestamp.Time.Equal(signed) || got.Timestamp.Serial != "07" || got.ClaimedAt == nil {
			t.Errorf("%s: %s, %+v", name, r.Verdict, got.SignedAt)
		}
	}
}

// TestTimeStampScreen: the screen says who proves the time.
func TestTimeStampScreen(t *testing.T) {
	t.Parallel()
	f, p := stamped(t, nil)
	if text := Judge(f, p).Text(Style{Width: 80}); !strings.Contains(text, "  Signed      2026-11-21 19:11:17 UTC   proven by UX TSA\n") || !strings.Contains(text, "when signed and not today") {
		t.Error(text)
	}
	f, p = stamped(t, func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Now = nil })
	text := Judge(f, p).Text(Style{Width: 80})
	if strings.Contains(text, "proven") || !strings.Contains(text, "none of your anchors for time stamps") || !strings.Contains(text, "--tsa-ca TSA.pem") {
		t.Error(text)
	}
	// A name that would act on the terminal, or push the rest away.
	f, p = stamped(t, func(_ *Signer, stamp *TimeStamp, _ *Policy) {
		stamp.By.Certificate = issue(t, person{name: "TSA\x1b[31m" + strings.Repeat("x", 200)})
		stamp.By.Now = pathOf(t, stamp.By.Certificate)
	})
	r := Judge(f, p)
	for _, style := range styles {
		safeText(t, r.Text(style), style)
	}
}

// TestCountersignatures: they are told and change nothing.
func TestCountersignatures(t *testing.T) {
	t.Parallel()
	bob := signer(t, person{name: "Bob", addresses: []string{"bob@example.org"}})
	for _, c := range []struct {
		name   string
		change func(c *Countersignature)
		shown  string
		told   string
	}{
		{"good", func(*Countersignature) {}, "good", ""},
		{"bad", func(c *Countersignature) { c.By.Check = &cms.SignatureError{Kind: cms.Invalid} }, "bad", "note:countersignature-invalid"},
		{"of another value", func(c *Countersignature) { c.By.Check = &cms.SignatureError{Kind: cms.ContentChanged} }, "is over another signature value than this", "note:countersignature-invalid"},
		{"not to be read", func(c *Countersignature) { *c = Countersignature{Over: -1, Err: errors.New("no")} }, "bad", "note:countersignature-invalid"},
		{"no certificate", func(c *Countersignature) { c.By.Certificate = nil }, "not checked", "note:countersignature-invalid"},
		{"untrusted", func(c *Countersignature) { c.By.Now = nil }, "not believed", "note:countersignature-invalid"},
		{"revoked", func(c *Countersignature) {
			c.By.Now = pathOf(t, bob.Certificate)
			c.By.Now.Paths[0].Revocation = []certpath.Revocation{revokedOn(bob.Certificate, signed, time.Time{}, 0)}
		}, "not believed", "note:countersignature-invalid"},
	} {
		for _, word := range []Word{WordGood, WordUntrusted, WordBad} {
			f, p := good(t)
			switch word {
			case WordUntrusted:
				first(&f).Now = nil
			case WordBad:
				first(&f).Check = &cms.SignatureError{Kind: cms.ContentChanged}
			}
			x := Countersignature{Over: -1, By: bob}
			c.change(&x)
			first(&f).Countersignatures = []Countersignature{x}
			r := Judge(f, p)
			if r.Verdict != word {
				t.Errorf("%s: %s, want %s", c.name, r.Verdict, word)
			}
			if text := r.Text(Style{Width: 160, Verbose: true}); !strings.Contains(text, "Countersign ") || !strings.Contains(text, c.shown) {
				t.Errorf("%s: %s", c.name, text)
			}
			notes := 0
			for _, reason := range r.Reasons {
				if reason.Code == CountersignatureInvalid {
					if notes++; strings.Contains(reason.Text, "the body") {
						t.Errorf("%s: it is not over the body: %s", c.name, reason.Text)
					}
				}
			}
			if (notes == 1) != (c.told != "") {
				t.Errorf("%s: %q", c.name, told(r))
			}
			out, err := json.Marshal(r)
			if err != nil || !strings.Contains(string(out), `"countersignatures":[{"over":null,`) {
				t.Errorf("%s: %v %s", c.name, err, out)
			}
			for _, style := range styles {
				safeText(t, r.Text(style), style)
			}
		}
	}
}

// TestCertificatesBeside: with all details, verify and inspect show the certificates of who stamped and of who countersigned,
// at every width; without they do not.
func TestCertificatesBeside(t *testing.T) {
	t.Parallel()
	bob := signer(t, person{name: "Bob", addresses: []string{"bob@example.org"}})
	for _, command := range []string{"verify", "inspect"} {
		f, p := stamped(t, nil)
		f.Command = command
		s := first(&f)
		tsa := s.TimeStamps[0].By.Certificate
		s.Countersignatures = []Countersignature{{Over: -1, By: bob}, {Over: -1, Err: errors.New("no")}}
		r := Judge(f, p)
		for _, style := range styles {
			if style.Verbose = true; style.Quiet {
				continue
			}
			text := r.Text(style)
			safeText(t, text, style)
			packed := strings.Join(strings.Fields(text), "")
			for _, c := range []*cert.Certificate{tsa, bob.Certificate} {
				for _, want := range []string{strings.ToUpper(c.Fingerprint()), c.SerialHex(), c.Subject.String(), c.Issuer.String()} {
					if want = strings.Join(strings.Fields(style.escape(want)), ""); !strings.Contains(packed, want) {
						t.Errorf("%s, %+v: no %s in\n%s", command, style, want, text)
					}
				}
			}
			if command == "verify" && strings.Count(packed, strings.Join(strings.Fields(fingerprint(mailCA(t).Fingerprint())), "")) != 3 {
				t.Errorf("%+v: the chains of all three are not shown in\n%s", style, text)
			}
			style.Verbose = false
			text = strings.Join(strings.Fields(r.Text(style)), "")
			if strings.Contains(text, strings.ToUpper(tsa.Fingerprint())) || strings.Contains(text, strings.ToUpper(bob.Certificate.Fingerprint())) {
				t.Errorf("%s: shown without -v too", command)
			}
		}
	}
}

// TestStampAnchorByFile: a file became an anchor of an authority by another flag than one of a signer.
func TestStampAnchorByFile(t *testing.T) {
	t.Parallel()
	f, p := stamped(t, func(s *Signer, stamp *TimeStamp, _ *Policy) {
		stamp.By.Now.Paths[0].Anchor.Kind, stamp.Then.Paths[0].Anchor.Kind = "file", "file"
	})
	text := Judge(f, p).Text(Style{Width: 160, Verbose: true})
	if strings.Count(text, "(an anchor by --ca)") != 1 || strings.Count(text, "(an anchor by --tsa-ca)") != 1 {
		t.Error(text)
	}
}

// nobody is a certificate with neither subject nor address.
func nobody(t testing.TB) *cert.Certificate {
	t.Helper()
	e := certtest.Issue(certtest.Template{Subject: certtest.Name()}, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA"))}, nil))
	c, err := cert.Parse(e.DER)
	if err != nil || c.DisplayName() != "" {
		t.Fatalf("%q, %v", c.DisplayName(), err)
	}
	return c
}

// TestNamelessBeside: certificates of those who stamped or countersigned may have neither subject nor address.
func TestNamelessBeside(t *testing.T) {
	t.Parallel()
	nobody := nobody(t)
	for _, command := range []string{"verify", "inspect"} {
		for _, good := range []bool{true, false} {
			f, p := stamped(t, nil)
			f.Command = command
			s := first(&f)
			s.TimeStamps[0].By.Certificate, s.TimeStamps[0].By.Now = nobody, pathOf(t, nobody)
			by := signer(t, person{name: "Bob"})
			by.Certificate, by.Now, by.Then = nobody, pathOf(t, nobody), pathOf(t, nobody)
			if !good {
				by.Now, s.TimeStamps[0].By.Now = nil, nil
			}
			s.Countersignatures = []Countersignature{{Over: -1, By: by}}
			r := Judge(f, p)
			for _, style := range styles {
				if style.Quiet {
					continue
				}
				for _, style.Verbose = range []bool{false, true} {
					text := r.Text(style)
					safeText(t, text, style)
					if packed := strings.Join(strings.Fields(text), ""); !strings.Contains(packed, "by"+strings.ReplaceAll(nameless, " ", "")) {
						t.Errorf("%s, good %v, %+v:\n%s", command, good, style, text)
					}
				}
			}
		}
	}
}

// TestTimeStampOfNoTime: a token may be of a time that no report can hold. It proves nothing, and inspect shows it.
func TestTimeStampOfNoTime(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"verify", "inspect"} {
		f, p := stamped(t, func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Token.Info.Time = time.Time{} })
		f.Command = command
		r := Judge(f, p)
		if got := r.Layers[0].Signers[0]; got.Timestamp.Time != nil || got.Timestamp.Integrity != "bad" || *got.SignedAtSource != "signer" {
			t.Errorf("%s: %+v, time by %s", command, got.Timestamp, *got.SignedAtSource)
		}
		if text := r.Text(Style{Width: 160}); !strings.Contains(text, "its time is none") {
			t.Errorf("%s: %s", command, text)
		}
	}
}

// TestProves: a time stamp proves its time if it has one, is intact and trusted, and if nothing speaks against it.
func TestProves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(r *TimeStampReport)
		want   bool
	}{
		{"all of it", func(*TimeStampReport) {}, true},
		{"no time", func(r *TimeStampReport) { r.Time = nil }, false},
		{"bad", func(r *TimeStampReport) { r.Integrity = "bad" }, false},
		{"not checked", func(r *TimeStampReport) { r.Integrity = "not-checked" }, false},
		{"not trusted", func(r *TimeStampReport) { r.Trust = "untrusted" }, false},
		{"trust not looked at", func(r *TimeStampReport) { r.Trust = "not-checked" }, false},
		{"something else is wrong", func(r *TimeStampReport) { r.Why = ptr("a reason") }, false},
	} {
		r := &TimeStampReport{Time: &Time{signed}, Integrity: "ok", Trust: "ok"}
		if c.change(r); r.proves() != c.want {
			t.Errorf("%s: %v", c.name, r.proves())
		}
	}
}

// TestTimeStampTold: what is said of a time stamp that proves nothing is the first reason, of the code and the words that
// belong to it; what is not intact is not asked for trust.
func TestTimeStampTold(t *testing.T) {
	t.Parallel()
	const it = `the time stamp of 2026-11-21 by "UX TSA" proves nothing: `
	for _, c := range []struct {
		name   string
		change func(s *Signer, stamp *TimeStamp, p *Policy)
		state  string // integrity and trust
		told   string // "": it proves its time
	}{
		{"good", nil, "ok ok", ""},
		{"five minutes after the moment that is judged for", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Time = today.Add(5 * time.Minute)
		}, "ok ok", ""},
		{"a second later", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Time = today.Add(5*time.Minute + time.Second)
		}, "ok ok", `timestamp-invalid the time stamp of 2026-11-22 by "UX TSA" proves nothing: it is of a time after the one that is judged for`},
		{"judged for another moment", func(_ *Signer, _ *TimeStamp, p *Policy) { p.At = signed.Add(-time.Hour) }, "ok ok",
			"timestamp-invalid " + it + "it is of a time after the one that is judged for"},
		{"judged for no moment", func(_ *Signer, _ *TimeStamp, p *Policy) { p.Now = time.Time{} }, "ok ok", ""},
		{"of a time at which nobody had certified the authority", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Time = date(2026, 11, 20)
		}, "ok not-yet-valid", `timestamp-untrusted the time stamp of 2026-11-20 by "UX TSA" proves nothing: ` +
			"it is of a time at which the certificate of its authority, or of one above it, was not valid"},
		{"such a time, and nobody vouches for the authority", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Time, stamp.By.Now = date(2026, 11, 20), nil
		}, "ok untrusted", `timestamp-untrusted the time stamp of 2026-11-20 by "UX TSA" proves nothing: ` +
			`issued by "UX Mail CA 1", which is none of your anchors for time stamps`},
		{"of another signature", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Err, stamp.By.Now = &cms.TimeStampError{Detail: "it is of another"}, nil
		}, "bad not-checked", "timestamp-invalid " + it + "it is of another"},
		{"not by the one it names", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Check = &cms.TimeStampError{Detail: "it names another maker"}
		}, "bad not-checked", "timestamp-invalid " + it + "it names another maker"},
		{"signature wrong", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Check = &cms.SignatureError{Kind: cms.Attributes, Detail: "two of one"}
		}, "bad not-checked", "timestamp-invalid " + it + "the signed attributes break a rule: two of one"},
		{"no signer info", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Info = nil }, "not-checked ok",
			"timestamp-invalid " + it + "there is nothing to check the signature against"},
		{"an imprint that nothing here can make", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Imprint.Algorithm.OID = algorithm.MustOID("1.2.3")
		}, "ok ok", "timestamp-invalid " + it + "its digest is not known here"},
		{"an imprint that anybody can meet", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Imprint.Algorithm = digest(t, "md5").Identifier()
		}, "ok weak", "timestamp-untrusted " + it + "it is made over MD5"},
		{"no certificate", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By = Signer{Info: stamp.By.Info} }, "not-checked untrusted",
			"timestamp-invalid the time stamp of 2026-11-21 proves nothing: the certificate of the signer is not to be had"},
		{"a certificate without a name", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Certificate, stamp.By.Check = nobody(t), &cms.TimeStampError{Detail: "a reason"}
		}, "bad not-checked", "timestamp-invalid the time stamp of 2026-11-21 proves nothing: a reason"},
		{"no token", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			*stamp = TimeStamp{Err: &cms.TimeStampError{Detail: "it has no content"}}
		}, "bad not-checked", "timestamp-invalid the time stamp proves nothing: it has no content"},
		{"a malformed token", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			*stamp = TimeStamp{Err: &cms.MalformedError{Detail: "no TSTInfo", Offset: 7}}
		}, "bad not-checked", "timestamp-invalid the time stamp proves nothing: it cannot be read: no TSTInfo"},
		{"a token that is too large", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			*stamp = TimeStamp{Err: errors.New("cms: too much")}
		}, "bad not-checked", "timestamp-invalid the time stamp proves nothing: it cannot be read: too much"},
		{"a token that nobody read", func(_ *Signer, stamp *TimeStamp, _ *Policy) { *stamp = TimeStamp{} }, "bad not-checked",
			"timestamp-invalid the time stamp proves nothing: it cannot be read"},
	} {
		r := Judge(stamped(t, c.change))
		got := r.Layers[0].Signers[0].Timestamp
		if state := got.Integrity + " " + got.Trust; state != c.state {
			t.Errorf("%s: %s, want %s", c.name, state, c.state)
		}
		said := ""
		for _, x := range r.Reasons {
			if x.Code == TimestampInvalid || x.Code == TimestampUntrusted {
				said += string(x.Code) + " " + x.Text
			}
		}
		if said != c.told || got.proves() != (said == "") {
			t.Errorf("%s: proves %v, said\n%s\nwant\n%s", c.name, got.proves(), said, c.told)
		}
	}
}

// TestClaimAgainstProvenTime: the signer's clock may be five minutes off, and as much more as the authority allows for its
// own; a claim beyond that is said, and one of a later time than the proven one is a contradiction.
func TestClaimAgainstProvenTime(t *testing.T) {
	t.Parallel()
	const minutes = time.Minute
	for _, c := range []struct {
		name     string
		off      time.Duration
		accuracy time.Duration
		want     string
	}{
		{"the same", 0, 0, ""},
		{"five minutes later", 5 * minutes, 0, ""},
		{"a second more", 5*minutes + time.Second, 0, "warn the signer claims to have signed on 2026-11-21 19:16, after the proven time 2026-11-21 19:11"},
		{"five minutes before", -5 * minutes, 0, ""},
		{"a second more before", -5*minutes - time.Second, 0, "note the signer claims to have signed on 2026-11-21 19:06, before the proven time 2026-11-21 19:11"},
		{"centuries before, which no Duration holds", math.MinInt64, 0, "note the signer claims to have signed on 1734-08-12 19:24, before the proven time 2026-11-21 19:11"},
		{"later within the accuracy", 6 * minutes, minutes, ""},
		{"later than that", 6*minutes + time.Second, minutes, "warn the signer claims to have signed on 2026-11-21 19:17, after the proven time 2026-11-21 19:11"},
		{"before within the accuracy", -6 * minutes, minutes, ""},
		{"before that", -6*minutes - time.Second, minutes, "note the signer claims to have signed on 2026-11-21 19:05, before the proven time 2026-11-21 19:11"},
	} {
		r := Judge(stamped(t, func(s *Signer, stamp *TimeStamp, _ *Policy) {
			s.ClaimedTime, stamp.Token.Info.Accuracy = signed.Add(c.off), c.accuracy
		}))
		said := ""
		for _, x := range r.Reasons {
			if x.Code == ClockDiffers && strings.Contains(x.Text, "the proven time") { // not Date
				said += string(x.Level) + " " + x.Text
			}
		}
		if said != c.want || r.Verdict != WordGood {
			t.Errorf("%s: %s, said %q, want %q", c.name, r.Verdict, said, c.want)
		}
	}
}

// TestTimeStampReported: the report says of a token what stands in it.
func TestTimeStampReported(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(s *Signer, stamp *TimeStamp, p *Policy)
		want   string
	}{
		{"no accuracy", nil, `"tsa":"UX TSA","integrity":"ok","trust":"ok","policy":"1.2.3","serial":"07","digest":"sha256"`},
		{"half a second", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Accuracy, stamp.Token.Info.HasAccuracy = time.Second/2, true
		}, `"accuracy":0.5,"tsa":"UX TSA"`},
		{"exact", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.Token.Info.HasAccuracy = true }, `"accuracy":0,"tsa":"UX TSA"`},
		{"a digest that is not known", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Imprint.Algorithm.OID = algorithm.MustOID("1.2.3.4")
		}, `"digest":"1.2.3.4"`},
		{"no certificate", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Certificate = nil }, `"tsa":null`},
	} {
		out, err := json.Marshal(Judge(stamped(t, c.change)).Layers[0].Signers[0].Timestamp)
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v, %s, want %s", c.name, err, out, c.want)
		}
	}
}

// TestInspectTimeStamps: inspect shows a token and judges nothing, whatever is known of it.
func TestInspectTimeStamps(t *testing.T) {
	t.Parallel()
	const when = "  Time stamp  2026-11-21 19:11:17 UTC  "
	for _, c := range []struct {
		name   string
		change func(s *Signer, stamp *TimeStamp, p *Policy)
		want   string
	}{
		{"good", nil, when + "by UX TSA, not checked\n              policy 1.2.3, serial 07, over sha256\n"},
		{"half a second", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.Token.Info.Accuracy, stamp.Token.Info.HasAccuracy = time.Second/2, true
		}, "over sha256, to within 0.5s\n"},
		{"a certificate without a name", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Certificate = nobody(t) },
			when + "by somebody whose certificate has no name, not checked\n"},
		{"no certificate", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Certificate = nil }, when + "not checked\n"},
		{"nobody would believe it", func(_ *Signer, stamp *TimeStamp, _ *Policy) { stamp.By.Now = nil }, when + "by UX TSA, not checked\n"},
		{"the signature is wrong", func(_ *Signer, stamp *TimeStamp, _ *Policy) {
			stamp.By.Check = &cms.SignatureError{Kind: cms.Invalid}
		}, when + "by UX TSA, not checked\n"},
	} {
		f, p := stamped(t, c.change)
		f.Command = "inspect"
		r := Judge(f, p)
		if got := r.Layers[0].Signers[0].Timestamp; got.Integrity != "not-checked" || got.Trust != "not-checked" || got.Why != nil || len(got.Chain) > 0 {
			t.Errorf("%s: judged %+v", c.name, got)
		}
		if text := r.Text(Style{Width: 120}); !strings.Contains(text, c.want) {
			t.Errorf("%s: no %q in\n%s", c.name, c.want, text)
		}
	}
	f, p := stamped(t, func(_ *Signer, stamp *TimeStamp, _ *Policy) { *stamp = TimeStamp{Err: errors.New("cms: no")} })
	f.Command = "inspect"
	if text := Judge(f, p).Text(Style{Width: 120}); !strings.Contains(text, "  Time stamp  it cannot be read: no\n") {
		t.Errorf("not to be read:\n%s", text)
	}
}

// TestTimeStampLabel: the row about an authority has the label that the screen has room for.
func TestTimeStampLabel(t *testing.T) {
	t.Parallel()
	r := Judge(stamped(t, nil))
	for width, want := range map[int]string{40: "\nStamp     by UX TSA\n", 120: "\n  Time stamp  by UX TSA\n"} {
		if text := r.Text(Style{Width: width, Verbose: true}); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestAssessProven: at a proven time a certificate is worth what it was worth then. What was revoked since was not yet, if
// who says so can be believed; what nobody knows of then may be known by what shows today that it was never revoked.
func TestAssessProven(t *testing.T) {
	t.Parallel()
	leaf, ca := signer(t, alice).Certificate, mailCA(t)
	otherCA := issue(t, person{name: "UX Mail CA 2", ca: true, issuer: "UX root CA", from: date(2020, 1, 1), to: date(2035, 1, 1)})
	before, after := signed.Add(-time.Second), signed.Add(time.Second)
	good := func(c *cert.Certificate) certpath.Revocation {
		return certpath.Revocation{Certificate: c, Status: certpath.NotRevoked}
	}
	unknown := func(c *cert.Certificate) certpath.Revocation {
		return certpath.Revocation{Certificate: c, Status: certpath.Unknown}
	}
	on := func(c *cert.Certificate, revoked, invalid time.Time) certpath.Revocation {
		return revokedOn(c, revoked, invalid, 0)
	}
	dated := unknown(leaf)
	dated.Revoked = after
	byAnybody := on(leaf, after, time.Time{})
	byAnybody.Digests = []*algorithm.Digest{digest(t, "md5")}
	list := func(l ...certpath.Revocation) []certpath.Revocation { return l }
	never := time.Time{}
	for _, c := range []struct {
		name  string
		then  []certpath.Revocation
		now   []certpath.Revocation // nil: nobody looked
		trust string
		later []*cert.Certificate
	}{
		{"not revoked then", list(good(leaf), good(ca)), nil, "ok", nil},
		{"revoked since", list(on(leaf, after, never), good(ca)), nil, "ok", []*cert.Certificate{leaf}},
		{"the CA revoked since", list(good(leaf), on(ca, after, never)), nil, "ok", []*cert.Certificate{ca}},
		{"both revoked since", list(on(leaf, after, never), on(ca, after, never)), nil, "ok", []*cert.Certificate{leaf, ca}},
		{"revoked at that moment", list(on(leaf, signed, never), good(ca)), nil, "revoked", nil},
		{"revoked before", list(on(leaf, before, never), good(ca)), nil, "revoked", nil},
		{"revoked at no time", list(on(leaf, never, never), good(ca)), nil, "revoked", nil},
		{"revoked at no time, the key bad since", list(on(leaf, never, after), good(ca)), nil, "revoked", nil},
		{"revoked since, the key bad since", list(on(leaf, after, after), good(ca)), nil, "ok", []*cert.Certificate{leaf}},
		{"revoked since, the key bad at that moment", list(on(leaf, after, signed), good(ca)), nil, "revoked", nil},
		{"revoked since, the key bad before", list(on(leaf, after, before), good(ca)), nil, "revoked", nil},
		{"revoked before, the key bad since", list(on(leaf, before, after), good(ca)), nil, "revoked", nil},
		{"revoked since, by a list that anybody can make", list(byAnybody, good(ca)), nil, "revoked", nil},
		{"not known then, nobody looked today", list(unknown(leaf), good(ca)), nil, "revocation-unknown", nil},
		{"not known then, though with a date", list(dated, good(ca)), nil, "revocation-unknown", nil},
		{"not known then, not revoked today", list(unknown(leaf), good(ca)), list(good(leaf), good(ca)), "ok", nil},
		{"not known then, nor today", list(unknown(leaf), good(ca)), list(unknown(leaf), good(ca)), "revocation-unknown", nil},
		{"not known then, only the CA today", list(unknown(leaf), good(ca)), list(good(ca)), "revocation-unknown", nil},
		{"not known then, revoked today", list(unknown(leaf), good(ca)), list(on(leaf, before, never), good(ca)), "revocation-unknown", nil},
	} {
		s, stamp := Signer{Certificate: leaf}, TimeStamp{Moment: signed, Then: pathOf(t, leaf)}
		stamp.Then.Paths[0].Revocation = c.then
		if c.now != nil {
			s.Now = pathOf(t, leaf)
			s.Now.Paths[0].Revocation = c.now
		}
		a := Policy{RequireRevocation: true}.assessProven(&s, &stamp)
		if a.trust() != c.trust || !sameLater(a.later, c.later) {
			t.Errorf("%s: %s, revoked later %d, want %s, %d", c.name, a.trust(), len(a.later), c.trust, len(c.later))
		}
	}

	// Of two ways to an anchor the later revocations are those of the one that is judged, each told once.
	two := func(first []*cert.Certificate, revoked ...*cert.Certificate) *TimeStamp {
		stamp := &TimeStamp{Moment: signed, Then: &certpath.Result{Paths: append(pathOf(t, leaf).Paths, pathOf(t, leaf).Paths...)}}
		stamp.Then.Paths[0].Certificates = first
		stamp.Then.Paths[0].Problems = []certpath.Problem{{Code: "issuer-unknown", Certificate: leaf}}
		for i := range stamp.Then.Paths {
			for _, c := range stamp.Then.Paths[i].Certificates {
				for _, r := range revoked {
					if c.Equal(r) {
						stamp.Then.Paths[i].Revocation = append(stamp.Then.Paths[i].Revocation, on(c, after, never))
					}
				}
			}
		}
		return stamp
	}
	s := Signer{Certificate: leaf}
	if a := (Policy{}).assessProven(&s, two([]*cert.Certificate{leaf, otherCA, rootCA(t)}, leaf)); a.trust() != "ok" || !sameLater(a.later, []*cert.Certificate{leaf}) {
		t.Errorf("on both ways: %s, %d told", a.trust(), len(a.later))
	}
	if a := (Policy{}).assessProven(&s, two([]*cert.Certificate{leaf, otherCA, rootCA(t)}, otherCA)); a.trust() != "ok" || len(a.later) > 0 {
		t.Errorf("on the other way: %s, %d told", a.trust(), len(a.later))
	}
}

func sameLater(got []certpath.Revocation, want []*cert.Certificate) bool {
	return slices.EqualFunc(got, want, func(r certpath.Revocation, c *cert.Certificate) bool { return r.Certificate.Equal(c) })
}
