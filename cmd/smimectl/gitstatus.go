package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smimectl/internal/verdict"
)

// gitStatus writes the lines that git reads: "[GNUPG:] KEYWORD ...", as gpg
// documents them. The first error of the writer is kept.
type gitStatus struct {
	w   io.Writer
	err error
}

func (s *gitStatus) line(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, "[GNUPG:] "+format+"\n", args...)
	}
}

// OpenPGP's numbers of public-key and hash algorithms (RFC 9580, Sections 9.1
// and 9.5): the lines have no others.
func gitKeyNumber(key string) int {
	switch {
	case strings.HasPrefix(key, "rsa"):
		return 1
	case strings.HasPrefix(key, "ed"):
		return 22
	}
	return 19
}

func gitHashNumber(digest string) int {
	switch digest {
	case "sha384":
		return 9
	case "sha512":
		return 10
	}
	return 8
}

// gitTime is a time as the lines have it, 0 where there is none.
func gitTime(t *verdict.Time) string {
	if t == nil {
		return "0"
	}
	return t.UTC().Format("20060102T150405")
}

func gitDate(t *verdict.Time) string {
	if t == nil {
		return "0"
	}
	return t.UTC().Format(time.DateOnly)
}

// gitName is a signer as git shows him (%GS): readable, and on one line whatever
// the certificate says.
func gitName(s *verdict.SignerReport) string {
	name := ""
	if s.Name != nil {
		name = *s.Name
	}
	if len(s.Addresses) > 0 && name != s.Addresses[0] {
		name = strings.TrimSpace(name + " <" + s.Addresses[0] + ">")
	}
	if name == "" {
		return "unknown"
	}
	var b strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		if r == '%' || r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) {
			for _, c := range []byte(name[:n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(name[:n])
		}
		name = name[n:]
	}
	return b.String()
}

// verdict says what git is to make of a report. Exactly one of the words that
// exclude each other is written, GOODSIG only for GOOD; and always a line about
// trust, without which git log stops with an error of its own.
func (s *gitStatus) verdict(r *verdict.Report) {
	s.line("NEWSIG")
	signers := gitSigners(r)
	if len(signers) != 1 || signers[0].Certificate == nil {
		// No signer, or several: git has room for one.
		s.line("ERRSIG %s 1 8 00 0 %d", strings.Repeat("0", 40), gitNoKey(signers))
		s.line("TRUST_UNDEFINED 0 shell")
		return
	}
	signer := signers[0]
	fingerprint, name := strings.ToUpper(signer.Certificate.SHA256), gitName(signer)
	key, hash := gitKeyNumber(signer.Key), gitHashNumber(signer.Digest)
	valid := func() {
		s.line("VALIDSIG %s %s %s %s 0 0 %d %d 00", fingerprint, gitDate(signer.SignedAt), gitTime(signer.SignedAt), gitTime(&signer.Certificate.NotAfter), key, hash)
	}
	switch {
	case r.Good():
		s.line("GOODSIG %s %s", fingerprint, name)
		valid()
		s.line("TRUST_FULLY 0 shell")
	case r.Verdict == verdict.WordExpired:
		s.line("EXPKEYSIG %s %s", fingerprint, name)
		valid()
		s.line("TRUST_FULLY 0 shell")
	case r.Verdict == verdict.WordBad:
		s.line("BADSIG %s %s", fingerprint, name)
		s.line("TRUST_NEVER 0 shell")
	case r.Verdict == verdict.WordUntrusted && signer.Trust == "revoked":
		s.line("REVKEYSIG %s %s", fingerprint, name)
		valid()
		s.line("TRUST_NEVER 0 shell")
	case r.Verdict == verdict.WordUntrusted && signer.Trust == "expired":
		s.line("EXPKEYSIG %s %s", fingerprint, name)
		s.line("TRUST_NEVER 0 shell")
	case r.Verdict == verdict.WordUntrusted:
		s.line("ERRSIG %s %d %d 00 %s 9", fingerprint, key, hash, gitTime(signer.SignedAt))
		s.line("TRUST_UNDEFINED 0 shell")
	default:
		s.line("ERRSIG %s %d %d 00 0 4", fingerprint, key, hash)
		s.line("TRUST_UNDEFINED 0 shell")
	}
}

// gitNoKey is the reason of ERRSIG: 9, a certificate that is missing, 4, something
// that cannot be read.
func gitNoKey(signers []*verdict.SignerReport) int {
	if len(signers) == 1 {
		return 9
	}
	return 4
}

// gitSigners are those of the outermost signed layer.
func gitSigners(r *verdict.Report) []*verdict.SignerReport {
	for i := range r.Layers {
		if signed := r.Layers[i].SignedReport; signed != nil {
			var out []*verdict.SignerReport
			for j := range signed.Signers {
				out = append(out, &signed.Signers[j])
			}
			return out
		}
	}
	return nil
}
