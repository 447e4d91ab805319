package message

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/verdict"
)

var layerKinds = []string{"clear", "opaque", "gcm", "cbc", "zip"}

// sequences lists every order of layers up to a depth, outermost first.
func sequences(depth int) [][]string {
	all := [][]string{}
	last := [][]string{{}}
	for range depth {
		var next [][]string
		for _, s := range last {
			for _, kind := range layerKinds {
				next = append(next, append(slices.Clone(s), kind))
			}
		}
		all = append(all, next...)
		last = next
	}
	return all
}

var kindName = map[string]string{"clear": "signed", "opaque": "signed", "gcm": "encrypted", "cbc": "encrypted", "zip": "compressed"}

func names(kinds []string) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, kindName[k])
	}
	return out
}

// TestLayersInEveryOrder nests up to four layers in every order and takes them
// off: all of them with a key, and up to the first encrypted one without.
func TestLayersInEveryOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	depth := 4
	if testing.Short() {
		depth = 3
	}
	opening, verifying := w.examiner(keyOf(w.bob)), w.examiner(untouchable(t, w.bob))
	entities := map[string]string{"": text}
	for _, kinds := range sequences(depth) {
		// The entity of the layers further in was made before.
		name := strings.Join(kinds, " ")
		inner := entities[strings.Join(kinds[1:], " ")]
		entities[name] = w.wrap(kinds[0], inner)
		message := mailOf(fromAlice, entities[name])
		checkDecrypt(t, name, names(kinds), examine(t, opening, decryptInput(message)))
		if len(kinds) <= 3 {
			checkVerify(t, name, kinds, entities, examine(t, verifying, verifyInput(message)))
		}
	}
}

func checkDecrypt(t *testing.T, name string, kinds []string, ex *Examination) {
	t.Helper()
	want := verdict.WordUnencrypted
	if slices.Contains(kinds, "encrypted") || slices.Contains(kinds, "compressed") {
		want = verdict.WordDone
	}
	// The word inside is that of the outermost signed layer with no encrypted one in it.
	judged := -1
	for i := len(kinds) - 1; i >= 0 && kinds[i] != "encrypted"; i-- {
		if kinds[i] == "signed" {
			judged = i
		}
	}
	inside := verdict.WordUnsigned
	if judged >= 0 {
		inside = verdict.WordGood
	}
	r := ex.Report
	if r.Verdict != want || r.Inside == nil || *r.Inside != inside || !slices.Equal(kindsOf(r), kinds) {
		t.Errorf("decrypt %s: %s, inside %v, layers %v, reasons %q; want %s, inside %s", name, r.Verdict, r.Inside, kindsOf(r), codes(r), want, inside)
		return
	}
	if r.Release() != (want == verdict.WordDone) {
		t.Errorf("decrypt %s: release %v", name, r.Release())
	}
	if got := released(t, ex); got != text {
		t.Errorf("decrypt %s: released %q", name, got)
	}
	checkAddresses(t, name, r, judged)
}

func checkVerify(t *testing.T, name string, kinds []string, entities map[string]string, ex *Examination) {
	t.Helper()
	seen := names(kinds)
	left := ""
	if i := slices.Index(seen, "encrypted"); i >= 0 {
		seen, left = seen[:i+1], strings.Join(kinds[i:], " ")
	}
	judged := slices.Index(seen, "signed")
	want := verdict.WordGood
	switch {
	case judged >= 0:
	case slices.Contains(seen, "encrypted"):
		want = verdict.WordEncrypted
	default:
		want = verdict.WordUnsigned
	}
	r := ex.Report
	if r.Verdict != want || !slices.Equal(kindsOf(r), seen) {
		t.Errorf("verify %s: %s, layers %v, reasons %q; want %s, layers %v", name, r.Verdict, kindsOf(r), codes(r), want, seen)
		return
	}
	if r.Release() != (want == verdict.WordGood) {
		t.Errorf("verify %s: release %v", name, r.Release())
	}
	checkAddresses(t, name, r, judged)
	if want != verdict.WordGood {
		return
	}
	content := text
	if left != "" {
		content = entities[left]
	}
	if got := released(t, ex); got != content {
		t.Errorf("verify %s: released %.300q", name, got)
	}
}

// checkAddresses wants From compared in the layer that gives the word alone.
func checkAddresses(t *testing.T, name string, r *verdict.Report, judged int) {
	t.Helper()
	for i, l := range r.Layers {
		if l.SignedReport == nil {
			continue
		}
		want := "not-checked"
		if i == judged {
			want = "ok"
		}
		for _, s := range l.Signers {
			if s.Address != want || s.Integrity != "ok" || s.Trust != "ok" {
				t.Errorf("%s, layer %d: address %s, integrity %s, trust %s; want address %s", name, i, s.Address, s.Integrity, s.Trust, want)
			}
		}
	}
}

// TestLayersLimit takes off eight layers and refuses the ninth as too large.
func TestLayersLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, outer := range layerKinds {
		entity := text
		for depth := 1; depth <= 10; depth++ {
			entity = w.wrap(outer, entity)
			if depth < maxLayers {
				continue
			}
			ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, entity)))
			r := ex.Report
			if depth == maxLayers {
				if r.Exit() != 0 && r.Verdict != verdict.WordUnencrypted {
					t.Errorf("%d layers %s: %s %q", depth, outer, r.Verdict, codes(r))
				}
				continue
			}
			if outer == "cbc" { // what is wrong inside a cipher that does not show changes has one answer
				expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
				continue
			}
			if r.Verdict != verdict.WordUnreadable || r.Exit() != 1 || r.Release() || !strings.Contains(codes(r), "too-large") {
				t.Errorf("%d layers %s: %s, exit %d, %q", depth, outer, r.Verdict, r.Exit(), codes(r))
			}
			if len(r.Layers) != maxLayers {
				t.Errorf("%d layers %s: %d in the report", depth, outer, len(r.Layers))
			}
		}
	}
}

// TestWordOfLayers has other people sign the layers, so that it shows which one
// gives the word and is compared with From.
func TestWordOfLayers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := func(entity string) string { return strings.Replace(entity, "100 EUR", "900 EUR", 1) }
	gcm := func(entity string) string { return w.encrypted(entity, "aes-256-gcm", w.bob) }
	const eves = "From: eve@example.test\r\nContent-Type: text/plain; hp=clear\r\n\r\npay\r\n"
	for _, test := range []struct {
		name    string
		entity  string
		decrypt bool
		word    verdict.Word
		inside  verdict.Word
		code    verdict.Code
	}{
		{"triple wrap, inner counts", w.clear(gcm(w.opaque(text, w.alice)), w.bob), true, verdict.WordDone, verdict.WordGood, ""},
		{"triple wrap, inner by another", w.clear(gcm(w.opaque(text, w.bob)), w.alice), true, verdict.WordDone, verdict.WordMismatch, verdict.FromMismatch},
		{"triple wrap, outer stranger", w.opaque(gcm(w.clear(text, w.alice)), w.stranger), true, verdict.WordDone, verdict.WordGood, ""},
		{"signature around encryption alone", w.clear(gcm(text), w.alice), true, verdict.WordDone, verdict.WordUnsigned, ""},
		{"verify judges the outer one", w.clear(gcm(w.opaque(text, w.alice)), w.bob), false, verdict.WordMismatch, "", verdict.FromMismatch},
		{"two signed layers, outer counts", w.opaque(w.clear(text, w.bob), w.alice), false, verdict.WordGood, "", ""},
		{"two signed layers, outer by another", w.opaque(w.clear(text, w.alice), w.bob), false, verdict.WordMismatch, "", verdict.FromMismatch},
		{"inner changed, outer good", w.opaque(broken(w.clear(text, w.alice)), w.alice), false, verdict.WordBad, "", verdict.ContentChanged},
		{"inner of a stranger", w.opaque(w.clear(text, w.stranger), w.alice), false, verdict.WordGood, "", ""},
		{"changed within encryption", gcm(broken(w.clear(text, w.alice))), true, verdict.WordBad, verdict.WordBad, verdict.ContentChanged},
		{"text behind the last boundary", w.clear(gcm(text), w.alice) + "\r\nepilogue\r\n", true, verdict.WordDone, verdict.WordUnsigned, ""},
		{"inner of a stranger within encryption", gcm(w.clear(text, w.stranger)), true, verdict.WordDone, verdict.WordUntrusted, verdict.IssuerUnknown},
		{"another From inside of two signatures", w.opaque(w.clear(eves, w.alice), w.alice), false, verdict.WordMismatch, "", verdict.HeadersDiffer},
		{"another From inside of three", w.clear(w.opaque(w.clear(eves, w.alice), w.bob), w.alice), false, verdict.WordMismatch, "", verdict.HeadersDiffer},
		{"another From inside of two within encryption", gcm(w.clear(w.opaque(eves, w.alice), w.alice)), true, verdict.WordDone, verdict.WordMismatch, verdict.HeadersDiffer},
		{"another From in a mail that is forwarded", w.opaque(multipart("mixed", w.clear(eves, w.bob), text), w.alice), false, verdict.WordGood, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := verifyInput(mailOf(fromAlice, test.entity))
			if test.decrypt {
				in = decryptInput(mailOf(fromAlice, test.entity))
			}
			ex := examine(t, w.examiner(keyOf(w.bob)), in)
			expect(t, ex, test.word, test.code)
			if test.inside != "" && (ex.Report.Inside == nil || *ex.Report.Inside != test.inside) {
				t.Errorf("inside %v, want %s", ex.Report.Inside, test.inside)
			}
		})
	}
	// BAD in a layer around the encryption is BAD.
	outer := w.clear(gcm(text), w.alice)
	changed := strings.Replace(outer, "smime.p7m", "smime.p7x", 1)
	if changed == outer {
		t.Fatal("nothing was changed")
	}
	expect(t, examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, changed))), verdict.WordBad, verdict.ContentChanged)
}

// TestInPart says of all signatures within a part that they do not cover the mail, and of a signature around a part of what
// it signs that the fields of that part are not its own.
func TestInPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const eves = "From: eve@example.test\r\nContent-Type: text/plain; hp=clear\r\n\r\npay\r\n"
	forwards := w.opaque(multipart("mixed", w.clear(eves, w.bob), text), w.alice)
	for _, test := range []struct {
		name, entity string
		layers       int
		differ       []string // of the outermost
	}{
		{"two signatures", w.clear(w.opaque(text, w.alice), w.alice), 2, nil},
		{"two signatures, another From inside", w.clear(w.opaque(eves, w.alice), w.alice), 2, []string{"From"}},
		{"a part of it from another", forwards, 2, nil},
	} {
		ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, multipart("mixed", test.entity, text))))
		if len(ex.Report.Layers) != test.layers {
			t.Fatalf("%s: %d layers", test.name, len(ex.Report.Layers))
		}
		for i, l := range ex.Report.Layers {
			if l.Covers.WholeBody {
				t.Errorf("%s: layer %d covers the whole body", test.name, i)
			}
		}
		if got := ex.Report.Layers[0].Covers.HeadersDiffer; !slices.Equal(got, test.differ) {
			t.Errorf("%s: fields %q differ, want %q", test.name, got, test.differ)
		}
	}
}

// TestCompareFrom says when there is something to compare the signer with.
func TestCompareFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entity := w.clear(text, w.alice)
	expected := w.examiner()
	expected.Policy.ExpectFrom = append(expected.Policy.ExpectFrom, parsed(t, "bob@example.org"))
	anyone := w.examiner()
	anyone.Policy.AnyFrom = true
	for _, test := range []struct {
		name    string
		x       *Examiner
		message string
		word    verdict.Word
		code    verdict.Code
		address string
	}{
		{"From is the signer", w.examiner(), mailOf(fromAlice, entity), verdict.WordGood, "", "ok"},
		{"From is another", w.examiner(), mailOf("Bob <bob@example.org>", entity), verdict.WordMismatch, verdict.FromMismatch, "mismatch"},
		{"a bare entity", w.examiner(), entity, verdict.WordGood, "", "not-checked"},
		{"a CMS file", w.examiner(), string(w.signedData([]byte("text"), false, w.alice)), verdict.WordGood, "", "not-checked"},
		{"a CMS file with an expectation", expected, string(w.signedData([]byte("text"), false, w.alice)), verdict.WordMismatch, verdict.FromMismatch, "mismatch"},
		{"no From in a mail", w.examiner(), "Subject: x\r\n" + entity, verdict.WordMismatch, verdict.FromMissing, "missing"},
		{"only delivered", w.examiner(), "Delivered-To: bob@example.org\r\n" + entity, verdict.WordMismatch, verdict.FromMissing, "missing"},
		{"only resent", w.examiner(), "Resent-From: alice@example.org\r\n" + entity, verdict.WordMismatch, verdict.FromMissing, "missing"},
		{"AS2 fields do not make a mail no mail", w.examiner(), "AS2-Version: 1.0\r\nSubject: x\r\n" + entity, verdict.WordMismatch, verdict.FromMissing, "missing"},
		{"any sender", anyone, mailOf("Bob <bob@example.org>", entity), verdict.WordGood, "", "not-checked"},
		{"another expected", expected, mailOf(fromAlice, entity), verdict.WordMismatch, verdict.FromMismatch, "mismatch"},
		{"a From inside does not count", w.examiner(), "Subject: x\r\n" + w.clear("From: alice@example.org\r\n"+text, w.alice), verdict.WordMismatch, verdict.FromMissing, "missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ex := examine(t, test.x, verifyInput(test.message))
			expect(t, ex, test.word, test.code)
			if got := ex.Report.Layers[0].Signers[0].Address; got != test.address {
				t.Errorf("address %s, want %s", got, test.address)
			}
		})
	}
}

// TestLayerNumbers names parts as they lie in the mail.
func TestLayerNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := mailOf(fromAlice, w.encrypted(w.clear(text, w.alice), "aes-256-gcm", w.bob))
	ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(message))
	got := fmt.Sprint(ex.Report.Layers[0].Part, " ", ex.Report.Layers[1].Part, " ", ex.Report.Layers[1].Covers.Parts)
	if want := "1 1.1 [1.1.1]"; got != want {
		t.Errorf("parts %s, want %s", got, want)
	}
}

// TestReleaseWhatWasHashed writes the octets that were hashed, in canonical form,
// however the file ends its lines; a whole mail has the line ends of the file.
func TestReleaseWhatWasHashed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := strings.ReplaceAll(mailOf(fromAlice, w.clear(text, w.alice)), "\r\n", "\n")
	ex := examine(t, w.examiner(), verifyInput(message))
	expect(t, ex, verdict.WordGood, "")
	if got := released(t, ex); got != text {
		t.Errorf("released %q, signed was %q", got, text)
	}
	var out strings.Builder
	if err := ex.Release(&out, ReleaseOptions{}); err != nil {
		t.Fatal(err)
	}
	want := "From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: test\nMIME-Version: 1.0\n" + strings.ReplaceAll(text, "\r\n", "\n")
	if out.String() != want {
		t.Errorf("released %q, want %q", out.String(), want)
	}
}
