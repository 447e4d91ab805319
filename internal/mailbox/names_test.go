package mailbox

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestNames reads lists in either form.
func TestNames(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	long := strings.Repeat("x", maxName)
	for _, test := range []struct {
		name string
		list io.Reader
		want []string
		fits func(error) bool // the error at the end; nil: none
	}{
		{"empty", strings.NewReader(""), nil, nil},
		{"lines", strings.NewReader("a\nb c\n"), []string{"a", "b c"}, nil},
		{"no end of line at the end", strings.NewReader("a\nb"), []string{"a", "b"}, nil},
		{"CRLF and empty lines", strings.NewReader("a\r\n\n\r\nb\r\n"), []string{"a", "b"}, nil},
		{"NUL", strings.NewReader("a\nb\x00c\r\x00\x00d"), []string{"a\nb", "c\r", "d"}, nil},
		{"one octet at a time", iotest.OneByteReader(strings.NewReader("a\nb\n")), []string{"a", "b"}, nil},
		{"the longest", strings.NewReader(long[1:] + "\nb\n"), []string{long[1:], "b"}, nil},
		{"too long", strings.NewReader("a\n" + long + "\nb\n"), []string{"a"}, func(err error) bool {
			tooLong, ok := errors.AsType[*LongNameError](err)
			return ok && tooLong.Limit == maxName && strings.Contains(err.Error(), "65536 octets")
		}},
		{"cannot be read", io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), []string{"a"}, func(err error) bool { return errors.Is(err, broken) }},
	} {
		var got []string
		var failed error
		for name, err := range Names(test.list) {
			if err != nil {
				failed = err
				continue
			}
			got = append(got, name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %.80q, want %.80q", test.name, got, test.want)
		}
		if (failed != nil) != (test.fits != nil) || test.fits != nil && !test.fits(failed) {
			t.Errorf("%s: %v", test.name, failed)
		}
	}
	for name := range Names(strings.NewReader("a\nb\n")) {
		if name != "a" {
			t.Errorf("%q after the end", name)
		}
		break
	}
}
