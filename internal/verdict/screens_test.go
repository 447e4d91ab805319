package verdict

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"smimectl/internal/algorithm"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

var update = flag.Bool("update", false, "write the golden files anew")

var styles = []Style{
	{Width: 40}, {Width: 80}, {Width: 120}, {Width: 40, ASCII: true}, {Width: 80, ASCII: true, Color: true, Verbose: true},
	{Width: 120, Color: true}, {Width: 40, Verbose: true}, {Width: 1}, {Quiet: true},
}

// safeText checks what holds for every text: only printable runes and line ends, the first word a verdict or the name of
// the program, and no line longer than the terminal, what is to be pasted excepted.
func safeText(t *testing.T, text string, s Style) {
	t.Helper()
	if text == "" {
		return
	}
	if !strings.HasSuffix(text, "\n") {
		t.Errorf("no line end: %q", text)
	}
	for _, line := range strings.Split(text, "\n") {
		for _, code := range []string{"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"} {
			if s.Color {
				line = strings.Replace(line, code, "", 1)
			}
		}
		for _, c := range line {
			if !printable(c) || s.ASCII && c >= utf8.RuneSelf {
				t.Errorf("%U in %q", c, line)
			}
		}
		if n := columnsOf(line); n > max(s.columns(), 40) && !strings.HasPrefix(line, program) && !strings.Contains(line, "  "+pastedFrom) {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// screens are the golden screens; the names are those of the files.
var screens = []struct {
	name    string
	command string
	change  []change
}{
	{"good", "", nil},
	{"good-two-signers", "", []change{layers(func(t *testing.T) []Layer {
		return []Layer{signedBy(signer(t, alice), signer(t, person{name: "Alice 2", addresses: alice.addresses}))}
	})}},
	{"good-cms-file", "", []change{facts(func(f *Facts) {
		f.Mail, f.IsMail = nil, false
		f.Layers[0].Covered, f.Layers[0].Attachments, f.Layers[0].Form = nil, nil, "signed-data"
	})}},
	{"good-allowed", "", []change{digested("sha1"), allow("sha1"), policy(func(p *Policy) { p.Flags = []string{"--allow-sha1"} })}},
	{"good-notes", "", []change{facts(func(f *Facts) {
		f.Mail.Date = date(2026, 1, 1)
		f.Layers[0].Notes = []Note{{Code: SMIMETypeDiffers, Text: "smime-type says enveloped-data, it is signed-data"}}
		f.Notes = []Note{{Code: OutsideText}}
	})}},
	{"bad-mbox", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "mbox-from", Line: 14, Is: ">From here on the line ends", Before: "From here on the line ends"}
	})}},
	{"bad-two-changes", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "trailing-blanks", Also: "mbox-from", Line: 9, Is: "--", Before: "-- "}
	})}},
	{"bad-far-in-the-line", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "header-spelling", Line: 12, Is: "Content-Type: text/plain; charset=\"utf-8\"; format=flowed", Before: "Content-Type: text/plain; charset=utf-8; format=flowed"}
	})}},
	{"bad-line-end", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "last-line-end", Line: 30, Is: "Alice", Before: "Alice"}
	})}},
	{"bad-footer", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "footer", Line: 31, Is: "GOOD\x1b[2J\u202e_________________________", Before: "", Added: 4}
	})}},
	{"bad-footer-and-more", "", []change{verifying("b"), facts(func(f *Facts) {
		f.Layers[0].Signed.Cause = &Cause{Kind: "re-encoded", Also: "footer", Line: 8, Is: "Content-Transfer-Encoding: base64", Before: "Content-Transfer-Encoding: 8bit", Added: 2}
	})}},
	{"bad-cause-to-come", "", []change{verifying("b"), facts(func(f *Facts) { f.Layers[0].Signed.Cause = &Cause{Kind: "not-known-here"} })}},
	{"bad-unknown", "", []change{verifying("b"), facts(func(f *Facts) { f.Layers[0].Signed.Cause = &Cause{} })}},
	{"bad-signature", "", []change{check(&cms.SignatureError{Kind: cms.Invalid})}},
	{"untrusted", "", []change{by(person{name: "Eve Dropper", addresses: []string{"eve@example.org"}, issuer: "UX evil CA"}), from("eve@example.org"), fromName(""),
		facts(func(f *Facts) {
			p := &first(f).Now.Paths[0]
			p.Anchor, p.Certificates = nil, p.Certificates[:1]
			p.Problems = []certpath.Problem{{Code: "issuer-unknown", Certificate: first(f).Certificate}}
		})}},
	{"untrusted-certificate-missing", "", []change{facts(func(f *Facts) { first(f).Certificate = nil })}},
	{"untrusted-weak", "", []change{digested("sha1")}},
	{"mismatch-no-address", "", []change{by(person{name: "alice@example.org"})}},
	{"mismatch", "", []change{by(person{name: "Mallory", addresses: []string{"mallory@example.net"}})}},
	{"mismatch-name", "", []change{fromName("bob@example.org")}},
	{"partial", "", []change{inPart("2"), parts(plainPart, signedPart,
		PartFact{Number: "2.1", Protected: "signed", MediaType: "text/plain", Excerpt: "Hallo Bob,"},
		PartFact{Number: "2.2", Protected: "signed", MediaType: "application/pdf", FileName: "bericht.pdf"})}},
	{"expired", "", []change{by(person{name: "Olga Old", addresses: []string{"olga@example.org"}, from: date(2023, 1, 1), to: date(2024, 1, 1)}),
		problems("expired-now", ""), from("olga@example.org"), fromName(""), facts(func(f *Facts) {
			f.File, f.Mail.Date = "olga.eml", date(2023, 6, 1)
			first(f).ClaimedTime = date(2023, 6, 1).Add(12 * 3600e9)
		})}},
	{"unsigned", "", []change{verifying("")}},
	{"encrypted", "", []change{verifying("E")}},
	{"unreadable", "", []change{verifying(""), facts(func(f *Facts) { f.Stop = &Stop{Code: Malformed, Text: "two Content-Type fields"} })}},
	{"hostile", "", []change{by(person{name: "x\nGOOD  signed by \u202eboss\x1b[2J <boss@example.org>" + strings.Repeat(" GOOD", 60), addresses: []string{"mallory@example.net"}}),
		fromName("\x1b]52;c;x\x07" + strings.Repeat("漢", 300)), facts(func(f *Facts) { f.File = "a b'\n.eml" })}},
	{"sign", "", []change{facts(func(f *Facts) {
		f.Command, f.Done = "sign", true
		f.Notes = []Note{{Code: ReEncoded, Text: "part 1.1 re-encoded as quoted-printable, 8bit would not survive transport"}}
	})}},
	{"encrypt", "", []change{decrypting("e"), cipher("aes-256-cbc", algorithm.Current, false), facts(func(f *Facts) {
		f.Command, f.Done = "encrypt", true
		f.Layers[0].Encrypted.Recipients = []Recipient{{Type: "key-transport", Address: "bob@example.org", Here: "certificate"},
			{Type: "key-agreement", Address: "carol@example.org", Here: "certificate"}, {Type: "key-transport", Address: "alice@example.org", Here: "key"}}
	})}},
	{"decrypt", "", []change{decrypting("ea")}},
	{"decrypt-untrusted", "", []change{decrypting("eu"), cipher("aes-256-cbc", algorithm.Current, false)}},
	{"decrypt-unsigned", "", []change{decrypting("e")}},
	{"decrypt-bad", "", []change{decrypting("eb")}},
	{"decrypt-failed", "", []change{decrypting("E"), stopped(DecryptFailed)}},
	{"decrypt-not-a-recipient", "", []change{decrypting("E"), facts(func(f *Facts) {
		f.Stop = &Stop{Code: NotARecipient, Text: "cannot decrypt: none of your 2 identities is among its 3 recipients",
			Hints: []string{"it is for bob@example.org, carol@example.org and 1 more: smimectl inspect secret.eml"}}
	})}},
	{"decrypt-required", "", []change{decrypting("e"), policy(func(p *Policy) { p.RequireSigned = true })}},
	{"decrypt-unencrypted", "", []change{decrypting("")}},
}

// TestScreens compares every screen with its golden file: 40, 80 and 120 columns, in colour, in ASCII, and with
// everything that was looked at.
func TestScreens(t *testing.T) {
	t.Parallel()
	for _, c := range screens {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			for _, change := range c.change {
				change(t, &f, &p)
			}
			r := Judge(f, p)
			var out strings.Builder
			for _, s := range []Style{{Width: 40}, {Width: 80}, {Width: 120}, {Width: 80, Color: true}, {Width: 40, Color: true, ASCII: true}, {Width: 80, ASCII: true, Verbose: true}, {Quiet: true}} {
				text := r.Text(s)
				safeText(t, text, s)
				fmt.Fprintf(&out, "--- width %d color %v ascii %v verbose %v quiet %v\n%s", s.Width, s.Color, s.ASCII, s.Verbose, s.Quiet, strings.ReplaceAll(text, "\x1b", "<ESC>"))
			}
			fmt.Fprintf(&out, "--- one line\n%s\n", OneLine(r))
			golden(t, c.name+".txt", out.String())
			b, err := r.JSON()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".json", indented(t, b))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs (go test -update writes it anew):\ngot\n%s\nwant\n%s", file, got, want)
	}
}

// TestColourTouchesTheFirstWordOnly and carries no meaning alone.
func TestColourTouchesTheFirstWordOnly(t *testing.T) {
	t.Parallel()
	for _, c := range screens {
		f, p := good(t)
		for _, change := range c.change {
			change(t, &f, &p)
		}
		r := Judge(f, p)
		plain, coloured := r.Text(Style{}), r.Text(Style{Color: true})
		if strings.Count(coloured, "\x1b") > 2 {
			t.Errorf("%s: more than one word in colour", c.name)
		}
		for _, code := range []string{"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"} {
			coloured = strings.Replace(coloured, code, "", 1)
		}
		if plain != coloured {
			t.Errorf("%s: colour changes the text", c.name)
		}
	}
}

// TestNoLineBeginsWithTheMessage: a word of a verdict in column 1 is ours.
func TestNoLineBeginsWithTheMessage(t *testing.T) {
	t.Parallel()
	hostile := strings.Repeat("GOOD signed by your boss ", 8)
	for _, width := range []int{20, 40, 72, 73, 80, 120} {
		for _, kinds := range []string{"a", "b", "u", "x"} {
			f, p := good(t)
			f.Layers = stack(t, kinds)
			s := signer(t, person{name: hostile, addresses: []string{"mallory@example.net"}})
			old := first(&f)
			s.Check = old.Check
			old.Certificate, old.Now, old.Then, old.Check = s.Certificate, s.Now, s.Then, s.Check
			f.Mail.FromNames = []string{hostile}
			f.File = hostile
			f.Layers[0].Attachments = []string{hostile}
			f.Partial = []PartFact{{Number: "1", MediaType: "GOOD", Excerpt: hostile}, {Number: "2", Protected: "signed", FileName: hostile}}
			for _, text := range []string{Judge(f, p).Text(Style{Width: width}), Judge(f, p).Text(Style{Width: width, Verbose: true})} {
				if strings.Contains(text, "\nGOOD") || strings.HasPrefix(text, "GOOD") {
					t.Errorf("width %d:\n%s", width, text)
				}
			}
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for i, kinds := range []string{"a", "b", "m", ""} {
		f, p := good(t)
		f.Layers, f.File = stack(t, kinds), fmt.Sprintf("inbox/%d.eml", i+1)
		if kinds == "b" {
			f.Layers[0].Signed.Cause = &Cause{Kind: "mbox-from"}
		}
		out.WriteString(OneLine(Judge(f, p)) + "\n")
	}
	golden(t, "several.txt", out.String())
	if OneLine(nil) != "ERROR" {
		t.Error("no report is no error")
	}
}
