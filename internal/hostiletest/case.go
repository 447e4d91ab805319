package hostiletest

import (
	"testing"
	"time"
)

// Case is one hostile input with the command line that judges it and what must
// come of it.
type Case struct {
	ID    string            // "A8": its number in the catalogue, which several cases may share
	Name  string            // told apart from the others of the number
	Args  []string          // the command line; "@name" stands for a file of Files or of the World
	Mail  []byte            // on standard input
	Files map[string][]byte // beside those of the World
	Want  Want
	Alike string // cases with the same word here must not be told apart by anything the program says or writes

	// Locked cases run with a store that holds bob's keys under a passphrase that
	// nobody gives: what is decided before a key is used is decided the same, and
	// anything else asks for the passphrase.
	Locked bool
}

// Want is what a command must do with a case.
type Want struct {
	Exit    int
	Verdict string                             // the word of the report, "" when any will do
	Reason  string                             // code of a reason that fails; "" when exit is 0
	Note    string                             // code of a reason that warns or is a note; "" when none is asked for
	Content []byte                             // what is written when exit is 0; nil: anything
	Cause   string                             // what explains a changed content; "" when none is asked for
	Says    string                             // what the screen shows; "" when nothing is asked for
	Written func(tb testing.TB, output []byte) // looks at what was written; nil when Content says it all
}

// At is the moment at which every case is judged.
var At = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Verify is the usual command line: the anchor of the World, nobody else.
func Verify(more ...string) []string {
	return append([]string{"verify", "--ca", "@ca.pem"}, more...)
}

// Decrypt opens with bob's keys and judges what is inside.
func Decrypt(more ...string) []string {
	return append([]string{"decrypt", "--ca", "@ca.pem", "-i", "@bob.pem", "-i", "@bob-ec.pem"}, more...)
}

// Accepted is for what must pass; bad, untrusted and mismatch for the usual
// refusals.
func Accepted(content []byte) Want  { return Want{Exit: 0, Verdict: "good", Content: content} }
func Bad(reason string) Want        { return Want{Exit: 1, Verdict: "bad", Reason: reason} }
func Unreadable(reason string) Want { return Want{Exit: 1, Verdict: "unreadable", Reason: reason} }
func Untrusted(reason string) Want  { return Want{Exit: 1, Verdict: "untrusted", Reason: reason} }
func Mismatch(reason string) Want   { return Want{Exit: 1, Verdict: "mismatch", Reason: reason} }
func Unsigned() Want                { return Want{Exit: 4, Verdict: "unsigned", Reason: ""} }

// Opened is for what must be decrypted; Closed is the one refusal that all
// failures with a secret in them share; Partial is for what is protected only
// in parts. Refused is for command lines that are wrong, and Unfit for keys and
// certificates that cannot be used.
func Opened(content []byte) Want { return Want{Exit: 0, Verdict: "done", Content: content} }
func Closed() Want               { return Bad("decrypt-failed") }
func Partial(reason string) Want { return Want{Exit: 1, Verdict: "partial", Reason: reason} }
func Refused() Want              { return Want{Exit: 2} }
func Unfit(reason string) Want   { return Want{Exit: 5, Verdict: "nokey", Reason: reason} }

// WithNote asks for a note or warning too.
func (w Want) WithNote(code string) Want {
	w.Note = code
	return w
}

// Cases is the whole catalogue, in the order of its numbers.
func Cases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{
		signedCases, certificateCases, identityCases, mimeCases, encryptedCases, syntaxCases, processCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}
