package hostiletest

import (
	"bytes"
	"compress/zlib"
	"strings"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// zlibOf compresses, at the size given of zeros when there is no content.
func zlibOf(tb testing.TB, content []byte, zeros int) []byte {
	tb.Helper()
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := z.Write(content); err != nil {
		tb.Fatal(err)
	}
	piece := make([]byte, 1<<20)
	for ; zeros > 0; zeros -= len(piece) {
		if _, err := z.Write(piece[:min(len(piece), zeros)]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// compressed is a CompressedData (RFC 3274).
func compressed(tb testing.TB, content []byte) []byte {
	tb.Helper()
	return compressedData(zlibOf(tb, content, 0)).Encode()
}

// compressedData holds octets that were compressed, or not.
func compressedData(stream []byte) *cmstest.Node {
	return sequence(oidNode("1.2.840.113549.1.9.16.1.9"), explicit(0, sequence(
		integer(0), identifier("1.2.840.113549.1.9.16.3.8"), sequence(oidNode(idData), explicit(0, octets(stream))),
	)))
}

// compressedCases are A121.
func compressedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	stream := zlibOf(tb, []byte(Text), 0)
	mail := func(n *cmstest.Node) []byte { return OpaqueMail("compressed-data", n.Encode()) }
	open := func(name string, n *cmstest.Node, want Want) Case { return decrypted("A121", name, mail(n), want) }
	edit := func(f func(data *cmstest.Node)) *cmstest.Node {
		n := compressedData(stream)
		f(n.At(1, 0))
		return n
	}
	malformed, large := Unreadable("malformed"), Unreadable("too-large")
	bomb := zlibOf(tb, []byte("Content-Type: text/plain\r\n\r\n"), 64<<20)
	inner := strings.TrimPrefix(string(mail(compressedData(bomb))), Header)
	// again compresses a mail that is compressed already.
	again := func(n *cmstest.Node) *cmstest.Node {
		return compressedData(zlibOf(tb, []byte(strings.TrimPrefix(string(mail(n)), Header)), 0))
	}
	// padded adds 600 KiB that nobody reads: each layer alone is below the limit where any ratio will do.
	padded := func(n *cmstest.Node) *cmstest.Node {
		return compressedData(zlibOf(tb, []byte(strings.TrimPrefix(string(mail(n)), Header)+strings.Repeat("\r\n", 300<<10)), 0))
	}
	half := compressedData(zlibOf(tb, []byte("Content-Type: text/plain\r\n\r\n"), 600<<10))
	return []Case{
		open("as it should be", compressedData(stream), Opened([]byte(Text))),
		open("indefinite lengths and segments", edit(func(d *cmstest.Node) {
			d.AllIndefinite()
			d.At(2, 1, 0).Segment(5)
			d.At(2, 1, 0).Indefinite = true
		}), Opened([]byte(Text))),
		open("64 MiB of zeros", compressedData(bomb), large),
		open("64 MiB of zeros, compressed again", compressedData(zlibOf(tb, []byte(inner), 0)), large),
		decrypted("A121", "64 MiB of zeros, encrypted", envelopeMail(sealed(tb, inner, "aes-256-gcm", to(w.BobEC))), large),
		judged("A121", "64 MiB of zeros, verify", string(mail(compressedData(bomb))), large),
		judged("A121", "64 MiB of zeros, signed", opaqueText(tb, inner, w.AliceEC), large),
		open("below the limit, where any ratio will do", compressedData(zlibOf(tb, []byte("Content-Type: text/plain\r\n\r\n"), 1<<20-100)), Opened(nil)),
		open("compressed twice", again(compressedData(stream)), Opened([]byte(Text))),
		open("compressed three times", again(again(compressedData(stream))), Opened([]byte(Text))),
		open("600 KiB of zeros", half, Opened(nil)),
		open("600 KiB of zeros, compressed again", again(half), Opened(nil)),
		open("600 KiB more around little", padded(compressedData(stream)), Opened([]byte(Text))),
		open("600 KiB in each of two layers", padded(half), large),
		open("600 KiB in each of three layers", padded(padded(half)), large),
		judged("A121", "600 KiB in each of two layers, signed", opaqueText(tb, strings.TrimPrefix(string(mail(padded(half))), Header), w.AliceEC), large),
		open("cut short", compressedData(stream[:len(stream)-5]), malformed),
		open("cut in the checksum", compressedData(stream[:len(stream)-1]), malformed),
		open("header alone", compressedData(stream[:2]), malformed),
		open("nothing", compressedData(nil), malformed),
		open("checksum changed", compressedData(flip(stream, len(stream)-1)), malformed),
		open("something behind", compressedData(append(bytes.Clone(stream), 0)), malformed),
		open("another stream behind", compressedData(append(bytes.Clone(stream), stream...)), malformed),
		open("not compressed", compressedData([]byte(Text)), malformed),
		open("a window of 64 KiB", compressedData(append([]byte{0x88, 0x1c}, stream[2:]...)), malformed),
		open("a dictionary", compressedData(append([]byte{0x78, 0xbb}, stream[2:]...)), malformed),
		open("a compression nobody knows", edit(func(d *cmstest.Node) { *d.At(1) = *identifier(idNothing) }), Unreadable("unsupported-algorithm")),
		open("parameters", edit(func(d *cmstest.Node) { d.At(1).Insert(1, integer(1)) }), malformed),
		open("parameters NULL", edit(func(d *cmstest.Node) { d.At(1).Insert(1, null()) }), Opened([]byte(Text))),
		open("no content", edit(func(d *cmstest.Node) { d.At(2).Remove(1) }), malformed),
		open("content of another tag", edit(func(d *cmstest.Node) { d.At(2, 1, 0).Tag = ber.Integer }), malformed),
		judged("A121", "verify, signed inside", string(mail(compressedData(zlibOf(tb, []byte(ClearEntity(Text, Detached(tb, Text, w.AliceEC))), 0)))), Accepted([]byte(Text))),
	}
}
