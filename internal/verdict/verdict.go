// Package verdict turns facts and a policy into one typed Report.
//
// It decides which algorithms are acceptable, which word a message gets, what the exit code is, and how all of that
// is worded: as text for a terminal and as JSON ("smimectl.report/1"). It is pure: it opens no file, reads no clock and
// calls no cryptography; what was found out about a message is handed in as [Facts], what is wanted of it as [Policy].
// The comparison of From with the signer follows RFC 8550, Section 3; the parts of a judgement on a signer follow
// RFC 5652, Section 5.6 and RFC 5280, Section 6.
//
// The zero value of every type here means "not verified": a Report nobody judged is neither good nor finished.
package verdict

// Word is the verdict on a message, as it stands in the JSON; the first word of a screen is the same in capitals.
type Word string

// The words, and the exit code that goes with each.
const (
	WordGood        Word = "good"        // 0
	WordDone        Word = "done"        // 0: sign, encrypt and decrypt have finished
	WordBad         Word = "bad"         // 1
	WordUnreadable  Word = "unreadable"  // 1
	WordUntrusted   Word = "untrusted"   // 1
	WordMismatch    Word = "mismatch"    // 1
	WordPartial     Word = "partial"     // 1
	WordExpired     Word = "expired"     // 1
	WordError       Word = "error"       // 3
	WordUnsigned    Word = "unsigned"    // 4
	WordUnencrypted Word = "unencrypted" // 4
	WordEncrypted   Word = "encrypted"   // 4
	WordNoKey       Word = "nokey"       // 5
)

// The exit codes, one for each next action. 2 (the command line is wrong) is given before there is anything to judge.
const (
	exitYes     = 0 // go on
	exitNo      = 1 // quarantine
	exitMachine = 3 // try again later
	exitNothing = 4 // treat as plain mail
	exitKey     = 5 // set up, ask a person
)

// Exit is the exit code of the word. A word outside the list, the empty one too, says that nothing was finished.
func (w Word) Exit() int {
	switch w {
	case WordGood, WordDone:
		return exitYes
	case WordBad, WordUnreadable, WordUntrusted, WordMismatch, WordPartial, WordExpired:
		return exitNo
	case WordUnsigned, WordUnencrypted, WordEncrypted:
		return exitNothing
	case WordNoKey:
		return exitKey
	}
	return exitMachine
}

// severity orders the words: of several that hold for one message the highest is said. A machine that failed comes
// first because everything else was then not found out; a missing key comes after BAD because a signature around
// the encryption may be known to be bad without it.
func (w Word) severity() int {
	switch w {
	case WordGood, WordDone:
		return 0
	case WordUnsigned, WordUnencrypted, WordEncrypted:
		return 1
	case WordExpired:
		return 2
	case WordPartial:
		return 3
	case WordMismatch:
		return 4
	case WordUntrusted:
		return 5
	case WordNoKey:
		return 6
	case WordBad:
		return 7
	case WordUnreadable:
		return 8
	}
	return 9
}

// worse is the more severe of two words; an empty one says nothing.
func worse(a, b Word) Word {
	if a == "" || b != "" && b.severity() > a.severity() {
		return b
	}
	return a
}

// MarshalJSON writes the word, and null for the empty one: inspect judges nothing.
func (w Word) MarshalJSON() ([]byte, error) {
	if w == "" {
		return []byte("null"), nil
	}
	return []byte(`"` + string(w) + `"`), nil
}

// Level says what a reason does to the verdict.
type Level string

// The levels. A fail is why the word is not good; a warn and a note change nothing.
const (
	Fail Level = "fail"
	Warn Level = "warn"
	Info Level = "note"
)
