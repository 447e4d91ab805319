package mimewrap

import (
	"bytes"

	"smimectl/internal/spool"
)

// findPEM finds the base64 lines of the first PEM block of a CMS object (RFC 7468), with any text before it.
// RFC 7468 knows the label CMS, older programs write PKCS7, PKCS #7 SIGNED DATA or SIGNED MESSAGE; a file may have any:
// what is in it decides. Blocks that are certainly something else, certificates and keys, are passed over.
func findPEM(src spool.Source) (span, error) {
	head := make([]byte, min(src.Size(), searched))
	n, err := readAt(src, head, 0)
	if err != nil {
		return span{}, err
	}
	head = head[:n]
	for i := 0; ; {
		k := bytes.Index(head[i:], []byte("-----BEGIN "))
		if k < 0 {
			return span{}, malformed("file has no BEGIN line of a CMS object")
		}
		i += k
		line := head[i:]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			return span{}, malformed("BEGIN line does not end")
		}
		begins := i == 0 || head[i-1] == '\n'
		line = bytes.TrimRight(line[:end], " \t\r")
		label, ok := bytes.CutSuffix(line[len("-----BEGIN "):], []byte("-----"))
		i += end + 1
		if !begins || !ok || len(label) > 64 || otherLabel(label) {
			continue
		}
		if headed(head[:i]) {
			return span{}, malformed("fields of a mail stand before the BEGIN line, and no header that can be read")
		}
		start, err := skipPEMHeader(head, i)
		if err != nil {
			return span{}, err
		}
		block, err := pemEnd(src, start, string(label))
		if err == nil {
			err = onlyPEM(src, block.end)
		}
		return block, err
	}
}

// headed reports whether there are fields of a mail, or the line of an mbox file, in the text before a PEM block. A mail whose header cannot be read
// is no PEM file: other programs read it and show who it says it is from, and the text that nobody has signed. The
// lines are taken as generously as any of them might, and a Subject is left out, which stands before certificates too.
func headed(text []byte) bool {
	if first, _, _ := bytes.Cut(text, []byte("\n")); isEnvelope(first) {
		return true
	}
	for _, line := range bytes.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = bytes.TrimLeftFunc(line, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') })
		name, _, ok := bytes.Cut(line[:min(len(line), 256)], []byte(":"))
		if !ok {
			continue
		}
		name = bytes.TrimRightFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f })
		for _, field := range mailFields {
			if field != "Subject" && bytes.EqualFold(name, []byte(field)) {
				return true
			}
		}
	}
	return false
}

// onlyPEM refuses a second CMS object behind the first: another reader could take that one.
func onlyPEM(src spool.Source, at int64) error {
	const longest = len("-----BEGIN ") + 64 + len("-----") + 2
	buf := make([]byte, scanWindow)
	for at < src.Size() {
		n, err := readAt(src, buf, at)
		if err != nil {
			return err
		}
		last := at+int64(n) >= src.Size()
		for rest := buf[:n]; ; {
			k := bytes.Index(rest, []byte("\n-----BEGIN "))
			if k < 0 || !last && len(rest)-k < longest {
				break
			}
			rest = rest[k+len("\n-----BEGIN "):]
			line, _, _ := bytes.Cut(rest[:min(len(rest), longest)], []byte("\n"))
			if label, ok := bytes.CutSuffix(bytes.TrimRight(line, " \t\r"), []byte("-----")); ok && !otherLabel(label) {
				return malformed("file has more than one PEM block")
			}
		}
		if last {
			return nil
		}
		at += int64(n - longest)
	}
	return nil
}

// otherLabel reports labels of RFC 7468 that stand for something that is no CMS object.
func otherLabel(label []byte) bool {
	for _, s := range []string{"CERTIFICATE", "KEY", "CRL", "REQUEST", "PARAMETERS", "PGP "} {
		if bytes.Contains(label, []byte(s)) {
			return true
		}
	}
	return false
}

// skipPEMHeader passes over the header of RFC 1421, Section 4.4: fields and an empty line.
func skipPEMHeader(head []byte, at int) (int64, error) {
	if _, _, ok := fieldName(head[at:]); !ok {
		return int64(at), nil
	}
	_, next := headerEnd(head[at:], 1)
	if next < 0 {
		return 0, malformed("header of a PEM block does not end")
	}
	return int64(at + next), nil
}

// pemEnd finds the END line with the label of the BEGIN line.
func pemEnd(src spool.Source, start int64, label string) (span, error) {
	want := []byte("-----END " + label + "-----")
	buf := make([]byte, scanWindow)
	for at := start; at < src.Size(); {
		n, err := readAt(src, buf, at)
		if err != nil {
			return span{}, err
		}
		i := bytes.Index(buf[:n], []byte("-----"))
		if i < 0 && at+int64(n) < src.Size() {
			at += int64(n - len(want))
			continue
		}
		if i > 0 && i+len(want) > n && at+int64(n) < src.Size() {
			at += int64(i)
			continue
		}
		if i < 0 || !bytes.HasPrefix(buf[i:n], want) {
			break
		}
		return span{start, at + int64(i)}, nil
	}
	return span{}, malformed("PEM block has no END line for its BEGIN line")
}
