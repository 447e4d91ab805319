package mailroots

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
)

// Limits of a list. Mozilla's has less than 200 roots of about 1 KiB each.
const (
	MaxSize        = 8 << 20 // octets of a file, certdata.txt too
	maxRoots       = 2000
	maxCertificate = 32 << 10
)

//go:embed mailroots.pem
var builtin string

// Root is a root that may vouch for mail.
type Root struct {
	Certificate   *cert.Certificate
	DistrustAfter time.Time // certificates that begin later are not vouched for; zero = no such day
}

// VouchesFor reports whether a certificate that begins at notBefore is one that
// the root may still vouch for.
func (r Root) VouchesFor(notBefore time.Time) bool {
	return r.DistrustAfter.IsZero() || !notBefore.After(r.DistrustAfter)
}

// List is a list of roots. It may be used from several goroutines.
type List struct {
	Source string    // where it comes from, one line of text
	Date   time.Time // the day it stands for
	Count  int       // how many roots it has

	body   string
	once   sync.Once
	err    error
	byName map[string][]*entry
	order  []*entry
}

// entry is a root that is parsed when it is wanted.
type entry struct {
	der           []byte
	distrustAfter time.Time
	once          sync.Once
	parsed        *cert.Certificate
}

// Builtin gives the list that the program was built with. Its checksum is not
// looked at: it is as trustworthy as the program around it.
func Builtin() (*List, error) {
	l, _, err := parseHeader(builtin)
	return l, err
}

// Parse reads a list in the form that Encode writes. What is damaged anywhere is
// an error: a list that lost a root, or the day after which one is distrusted,
// would change verdicts without a word.
func Parse(data []byte) (*List, error) {
	if len(data) > MaxSize {
		return nil, &LimitError{What: fmt.Sprintf("list of more than %d MiB", MaxSize>>20)}
	}
	l, sum, err := parseHeader(string(data))
	if err != nil {
		return nil, err
	}
	if want := checksum(l.Source, l.Date, l.Count, l.body); subtle.ConstantTimeCompare(sum, want) != 1 {
		return nil, malformed(0, "the checksum does not fit: it was changed or cut off")
	}
	if l.once.Do(l.index); l.err != nil {
		return nil, l.err
	}
	return l, nil
}

// Names of the header's lines, in their order.
const (
	title       = "# Public roots for e-mail (S/MIME)\n"
	sourceLine  = "# source: "
	dateLine    = "# date: "
	countLine   = "# roots: "
	sumLine     = "# sha256: "
	afterLine   = "# distrust-after: "
	maxHeader   = 4 << 10
	maxSource   = 200
	formatOfOwn = "list of roots"
)

func malformed(line int, detail string) error {
	return &MalformedError{Format: formatOfOwn, Line: line, Detail: detail}
}

// IsList reports whether data begins like a list of this package's own form.
func IsList(data []byte) bool { return bytes.HasPrefix(data, []byte(title)) }

// parseHeader reads the first five lines; the rest becomes the body. The text is kept
// and not copied: the built-in list is 160 KiB that most runs never look at.
func parseHeader(data string) (*List, []byte, error) {
	if !strings.HasPrefix(data, title) {
		return nil, nil, malformed(1, "it does not begin with "+strings.TrimSpace(title))
	}
	rest := data[len(title):]
	var values [4]string
	for i, name := range []string{sourceLine, dateLine, countLine, sumLine} {
		end := strings.IndexByte(rest[:min(len(rest), maxHeader)], '\n')
		if end < 0 || !strings.HasPrefix(rest[:end], name) {
			return nil, nil, malformed(i+2, "no line "+strings.TrimSpace(name))
		}
		values[i] = rest[len(name):end]
		rest = rest[end+1:]
	}
	l := &List{Source: values[0], body: rest}
	if !cleanSource(l.Source) {
		return nil, nil, malformed(2, "the source is no line of plain text")
	}
	var err error
	if l.Date, err = time.Parse(time.DateOnly, values[1]); err != nil {
		return nil, nil, malformed(3, "the date is none")
	}
	if l.Count, err = strconv.Atoi(values[2]); err != nil || l.Count < 1 || l.Count > maxRoots {
		return nil, nil, malformed(4, "the number of roots is none")
	}
	sum, err := hex.DecodeString(values[3])
	if err != nil || len(sum) != sha256.Size {
		return nil, nil, malformed(5, "the checksum is none")
	}
	return l, sum, nil
}

// checksum covers all that a list says.
func checksum(source string, date time.Time, count int, body string) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n", source, date.Format(time.DateOnly), count)
	io.WriteString(h, body)
	return h.Sum(nil)
}

// cleanSource keeps to what is safe on every screen and in a header line.
func cleanSource(s string) bool {
	if s == "" || len(s) > maxSource {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// index decodes the blocks and files each under its subject, without parsing the
// certificates.
func (l *List) index() {
	l.byName = make(map[string][]*entry, l.Count)
	l.order = make([]*entry, 0, l.Count)
	rest := l.body
	for len(l.order) <= l.Count {
		start := strings.Index(rest, "-----BEGIN ")
		if start < 0 {
			break
		}
		e, after, ok := readBlock(rest[start:])
		if !ok || !e.comments(rest[:start]) {
			l.err = malformed(0, fmt.Sprintf("block %d is none of ours", len(l.order)+1))
			return
		}
		name, ok := subjectOf(e.der)
		if !ok {
			l.err = malformed(0, fmt.Sprintf("certificate %d cannot be read", len(l.order)+1))
			return
		}
		l.byName[name.Key()] = append(l.byName[name.Key()], e)
		l.order = append(l.order, e)
		rest = after
	}
	if len(l.order) != l.Count {
		l.err = malformed(0, fmt.Sprintf("it has not the %d roots it says", l.Count))
	}
}

// Lines around a certificate.
const (
	beginLine = "-----BEGIN CERTIFICATE-----\n"
	endLine   = "\n-----END CERTIFICATE-----\n"
)

// readBlock reads a block of the exact form that Encode writes, in less than half
// the time that encoding/pem takes for all the forms it knows.
func readBlock(text string) (e *entry, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, beginLine)
	if !ok {
		return nil, "", false
	}
	inside, rest, ok := strings.Cut(text, endLine)
	if !ok {
		return nil, "", false
	}
	der, err := base64.StdEncoding.Strict().DecodeString(inside)
	return &entry{der: der}, rest, err == nil
}

// comments reads the lines before a block. A day that cannot be read is an error;
// what else a person wrote there is not.
func (e *entry) comments(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		value, ok := strings.CutPrefix(line, afterLine)
		if !ok {
			continue
		}
		t, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return false
		}
		e.distrustAfter = t
	}
	return true
}

// subjectOf walks over a certificate to its subject (RFC 5280, Section 4.1).
func subjectOf(der []byte) (cert.Name, bool) {
	s := cryptobyte.String(der)
	var certificate, tbs, subject cryptobyte.String
	if !s.ReadASN1(&certificate, asn1.SEQUENCE) || !s.Empty() || !certificate.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) ||
		!tbs.SkipASN1(asn1.INTEGER) || // serial number
		!tbs.SkipASN1(asn1.SEQUENCE) || // signature
		!tbs.SkipASN1(asn1.SEQUENCE) || // issuer
		!tbs.SkipASN1(asn1.SEQUENCE) || // validity
		!tbs.ReadASN1Element(&subject, asn1.SEQUENCE) {
		return cert.Name{}, false
	}
	name, err := cert.ParseName(subject)
	return name, err == nil && !name.Empty()
}

// root parses the certificate, once.
func (e *entry) root() (Root, bool) {
	e.once.Do(func() {
		if c, err := cert.Parse(e.der); err == nil {
			e.parsed = c
		}
	})
	return Root{Certificate: e.parsed, DistrustAfter: e.distrustAfter}, e.parsed != nil
}

// Find gives the roots whose subject is one of names. A root that cannot be
// parsed is none: nothing is trusted by it.
func (l *List) Find(names ...cert.Name) []Root {
	if l.once.Do(l.index); l.err != nil {
		return nil
	}
	var out []Root
	asked := make(map[string]bool, len(names))
	for _, name := range names {
		key := name.Key()
		if key == "" || asked[key] {
			continue
		}
		asked[key] = true
		for _, e := range l.byName[key] {
			if r, ok := e.root(); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// All gives every root in the order of the list.
func (l *List) All() ([]Root, error) {
	if l.once.Do(l.index); l.err != nil {
		return nil, l.err
	}
	out := make([]Root, 0, len(l.order))
	for i, e := range l.order {
		r, ok := e.root()
		if !ok {
			return nil, malformed(0, fmt.Sprintf("certificate %d cannot be read", i+1))
		}
		out = append(out, r)
	}
	return out, nil
}
