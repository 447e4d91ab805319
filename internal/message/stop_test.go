package message

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

var errTest = errors.New("test: some cause")

// TestStop maps every error that can end an examination. What the message is to
// blame for is never exit 3: a filter would retry it for ever.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		code verdict.Code
		exit int
	}{
		{&KeyError{Code: verdict.PassphraseMissing, Err: errTest}, verdict.PassphraseMissing, 5},
		{&KeyError{Code: verdict.PassphraseWrong, Err: errTest}, verdict.PassphraseWrong, 5},
		{&KeyError{Code: verdict.KeyMissing, Err: errTest}, verdict.KeyMissing, 5},
		{&KeyError{Code: verdict.CertificateUnfit, Err: errTest}, verdict.CertificateUnfit, 5},
		{&KeyError{Code: verdict.InputOutput, Err: fs.ErrPermission}, verdict.InputOutput, 3},
		{algorithm.ErrKeyUnavailable, verdict.KeyMissing, 5},
		{&NotARecipient{Identities: 2, Recipients: 3}, verdict.NotARecipient, 5},
		{cms.ErrDecrypt, verdict.DecryptFailed, 1},
		{&NoIntegrity{}, verdict.NoIntegrity, 1},
		{&WeakCipher{Name: "rc2-cbc", Title: "RC2"}, verdict.WeakCipher, 1},
		{&algorithm.UnsupportedError{Kind: "cipher"}, verdict.UnsupportedAlg, 1},
		{&UnsupportedContent{Type: "digestedData"}, verdict.UnsupportedAlg, 1},
		{&cms.LimitError{What: "recipients"}, verdict.TooLarge, 1},
		{&mimewrap.LimitError{What: "header"}, verdict.TooLarge, 1},
		{&cert.LimitError{What: "names"}, verdict.TooLarge, 1},
		{&algorithm.TooLongError{Name: "aes-256-gcm"}, verdict.TooLarge, 1},
		{&DetachedHasContent{}, verdict.DetachedHasContent, 1},
		{&ContentMissing{}, verdict.Malformed, 1},
		{&cms.MalformedError{Detail: "x"}, verdict.Malformed, 1},
		{&mimewrap.MalformedError{Detail: "x"}, verdict.Malformed, 1},
		{&mimewrap.ParameterError{Field: "Content-Type", Detail: "x"}, verdict.Malformed, 1},
		{&algorithm.ParameterError{Name: "aes-256-gcm", Detail: "x"}, verdict.Malformed, 1},
		{&algorithm.KeyError{Kind: "ec", Detail: "x"}, verdict.Malformed, 1},
		{&algorithm.MismatchError{Signature: "rsa"}, verdict.Malformed, 1},
		{&cert.SyntaxError{}, verdict.Malformed, 1},
		{&spool.Error{Op: "write", Err: syscall.ENOSPC}, verdict.InputOutput, 3},
		{spool.ErrChanged, verdict.InputOutput, 3},
		{cms.ErrChanged, verdict.InputOutput, 3},
		{fs.ErrPermission, verdict.InputOutput, 3},
		{io.ErrNoProgress, verdict.InputOutput, 3},
	} {
		for _, err := range []error{test.err, fmt.Errorf("around: %w", test.err)} {
			for _, command := range []string{"verify", "decrypt"} {
				stop := stopFor(err, -1)
				if stop.Code != test.code {
					t.Errorf("%v: code %s, want %s", err, stop.Code, test.code)
				}
				r := verdict.Judge(verdict.Facts{Command: command, Stop: stop}, verdict.Policy{Now: testNow})
				if r.Exit() != test.exit || r.Release() {
					t.Errorf("%s, %v: %s, exit %d, release %v; want exit %d", command, err, r.Verdict, r.Exit(), r.Release(), test.exit)
				}
			}
		}
	}
	// A failed decryption is told in words that do not depend on how it failed.
	for _, err := range []error{cms.ErrDecrypt, fmt.Errorf("padding: %w", cms.ErrDecrypt)} {
		if s := stopFor(err, 0); s.Text != "" || len(s.Hints) > 0 {
			t.Errorf("%v is told as %q %q", err, s.Text, s.Hints)
		}
	}
	if s := stopFor(&mimewrap.MalformedError{Detail: "it is empty"}, 0); strings.Contains(s.Text, "mimewrap") {
		t.Errorf("the text names a package: %q", s.Text)
	}
}

// TestStopFullDisk: no room for what is held back is told as the system says it, with what to do, and without the names of
// packages or of a file that nobody named.
func TestStopFullDisk(t *testing.T) {
	t.Parallel()
	unnamed := func(errno error) error { return &fs.PathError{Op: "write", Path: "unnamed file in /tmp/x", Err: errno} }
	for _, test := range []struct {
		err  error
		text string
		hint string
	}{
		{&spool.Error{Op: "write", Err: unnamed(syscall.ENOSPC)}, "cannot hold back the text in a temporary file: no space left on device", MoreRoom},
		{&spool.Error{Op: "create", Err: unnamed(syscall.EACCES)}, "cannot hold back the text in a temporary file: permission denied", AnotherFolder},
		{&spool.Error{Op: "read", Err: errTest}, "cannot read: " + errTest.Error(), ""},
	} {
		for _, err := range []error{test.err, fmt.Errorf("around: %w", test.err)} {
			r := verdict.Judge(verdict.Facts{Command: "decrypt", File: "big.eml", Stop: stopFor(err, 0)}, verdict.Policy{Now: testNow})
			reason := failing(r)
			if !strings.HasSuffix(reason.Text, test.text) || strings.Contains(reason.Text, "spool") || (reason.Hint == nil) != (test.hint == "") || reason.Hint != nil && *reason.Hint != test.hint {
				t.Errorf("%v: %q, hint %v", err, reason.Text, reason.Hint)
			}
		}
	}
}
