package cms

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// TestTSTInfoBounds: on either side of each bound, and what stands where something else should (RFC 3161, Section 2.4.2).
func TestTSTInfoBounds(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	integer := func(contents ...byte) *cmstest.Node { return cmstest.Primitive(ber.Integer, contents) }
	sequence := func(n ...*cmstest.Node) *cmstest.Node { return cmstest.Constructed(ber.Sequence, n...) }
	small := func(tag uint32, contents ...byte) *cmstest.Node {
		return cmstest.Primitive(ber.Context(tag), contents)
	}
	more := func(n ...*cmstest.Node) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.Insert(5, n...) }
	}
	extension := func(n ...*cmstest.Node) func(info *cmstest.Node) {
		return more(cmstest.Constructed(ber.Context(1), sequence(n...)))
	}
	serial := func(octets ...byte) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.At(3).Value = octets }
	}
	clock := func(text string) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.At(4).Value = []byte(text) }
	}
	oid, octets := cmstest.OID(algorithm.MustOID("1.2.3.4")), cmstest.Primitive(ber.OctetString, nil)
	boolean := func(value byte) *cmstest.Node { return cmstest.Primitive(ber.Boolean, []byte{value}) }

	long := bytes.Repeat([]byte{1}, 64)
	for name, c := range map[string]struct {
		change   func(info *cmstest.Node)
		serial   []byte
		accuracy time.Duration
	}{
		"serial 0":                {serial(0), []byte{0}, 0},
		"serial 128":              {serial(0, 0x80), []byte{0, 0x80}, 0},
		"serial -129":             {serial(0xff, 0x7f), []byte{0xff, 0x7f}, 0},
		"serial -1":               {serial(0xff), []byte{0xff}, 0},
		"serial 16384":            {serial(0x40, 0), []byte{0x40, 0}, 0},
		"serial of 64 octets":     {serial(long...), long, 0},
		"accuracy of nothing":     {more(sequence()), []byte{0x17}, 0},
		"accuracy of seconds":     {more(sequence(integer(3))), []byte{0x17}, 3 * time.Second},
		"accuracy of ms":          {more(sequence(small(0, 5))), []byte{0x17}, 5 * time.Millisecond},
		"accuracy of µs":          {more(sequence(small(1, 5))), []byte{0x17}, 5 * time.Microsecond},
		"accuracy of zeros":       {more(sequence(integer(0), small(0, 0), small(1, 0))), []byte{0x17}, 0},
		"999 ms and 999 µs":       {more(sequence(small(0, 3, 0xe7), small(1, 3, 0xe7))), []byte{0x17}, 999*time.Millisecond + 999*time.Microsecond},
		"as many seconds as may":  {more(sequence(integer(1, 0, 0, 0, 0))), []byte{0x17}, 1 << 32 * time.Second},
		"an extension, as it may": {extension(oid, octets), []byte{0x17}, 0},
	} {
		info, err := ParseTSTInfo(infoOf(t, by, c.change))
		if err != nil || !bytes.Equal(info.Serial, c.serial) || info.Accuracy != c.accuracy {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}

	for name, c := range map[string]struct {
		change func(info *cmstest.Node)
		want   string
	}{
		"serial of no octets":         {serial(), "serialNumber"},
		"serial 127, too long":        {serial(0, 0x7f), "serialNumber"},
		"serial -128, too long":       {serial(0xff, 0x80), "serialNumber"},
		"nonce not in DER":            {more(integer(0, 1)), "nonce"},
		"policy of another type":      {func(info *cmstest.Node) { *info.At(1) = *integer(1) }, "policy"},
		"no policy":                   {func(info *cmstest.Node) { info.Remove(1) }, "policy"},
		"imprint without algorithm":   {func(info *cmstest.Node) { info.At(2).Remove(0) }, "messageImprint"},
		"imprint without digest":      {func(info *cmstest.Node) { info.At(2).Remove(1) }, "messageImprint"},
		"imprint that is none":        {func(info *cmstest.Node) { *info.At(2) = *integer(1) }, "messageImprint"},
		"letters in the fraction":     {clock("20250601120000.5x1Z"), "genTime"},
		"a short time with a point":   {clock("2025.060112000012Z"), "genTime"},
		"digits too many":             {clock("202506011200000Z"), "genTime"},
		"accuracy of nine octets":     {more(sequence(integer(1, 0, 0, 0, 0, 0, 0, 0, 0))), "accuracy"},
		"a second too many":           {more(sequence(integer(1, 0, 0, 0, 1))), "accuracy"},
		"1000 µs":                     {more(sequence(small(1, 3, 0xe8))), "accuracy"},
		"-1 ms":                       {more(sequence(small(0, 0xff))), "accuracy"},
		"critical extension":          {extension(oid, boolean(0xff), octets), "critical extension 1.2.3.4 of the TSTInfo is not known"},
		"half critical":               {extension(oid, boolean(1), octets), "extensions"},
		"extension without an OID":    {extension(octets), "extensions"},
		"a BOOLEAN instead of an OID": {extension(boolean(0), octets), "extensions"},
		"extension of three fields":   {extension(oid, octets, octets), "extensions"},
		"a field before the OID":      {extension(integer(1), boolean(0), octets), "extensions"},
		"extension in a SET":          {more(cmstest.Constructed(ber.Context(1), cmstest.Constructed(ber.Set, oid, octets))), "extensions"},
		"imprint in a SET":            {func(info *cmstest.Node) { info.At(2).Tag = ber.Set }, "messageImprint"},
		"algorithm of another type":   {func(info *cmstest.Node) { *info.At(2, 0) = *integer(1) }, "messageImprint"},
		"serial of another type":      {func(info *cmstest.Node) { info.At(3).Tag = ber.Tag{Number: 10} }, "serialNumber"},
		"time of another type":        {func(info *cmstest.Node) { info.At(4).Tag = ber.Tag{Number: 23} }, "genTime"},
		"all in a SET":                {func(info *cmstest.Node) { info.Tag = ber.Set }, "TSTInfo is no SEQUENCE"},
		"extension that is none":      {more(cmstest.Constructed(ber.Context(1), octets)), "extensions"},
	} {
		var malformed *MalformedError
		if info, err := ParseTSTInfo(infoOf(t, by, c.change)); !errors.As(err, &malformed) || !strings.Contains(malformed.Detail, c.want) {
			t.Errorf("%s: %+v, %v, want %q", name, info, err, c.want)
		}
	}
	if info, err := ParseTSTInfo(append(infoOf(t, by, nil), 5, 0)); err == nil {
		t.Errorf("octets behind it: %+v", info)
	}
}
