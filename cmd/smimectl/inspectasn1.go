package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"smimectl/internal/cms/asn1tree"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// encoding is one ASN.1 encoding of a file.
type encoding struct {
	of   string // the part, or the block; "" when it is the file
	open func() (io.Reader, error)
}

// inspectASN1 shows the structure of what a file holds. It is written as it is
// read: what stands before a fault is seen.
func (a *app) inspectASN1(o *inspectOptions, name string) error {
	out, err := a.listingOutput(o.output)
	if err != nil {
		return err
	}
	err = func() error {
		in, err := a.openInput(name)
		if err != nil {
			return err
		}
		defer in.close()
		shown := 0
		return a.structures(out, in, false, &shown)
	}()
	var e *cliError
	if err != nil && (!errors.As(err, &e) || e.exit == exitUsage || e.exit == exitMachine) {
		out.discard()
		return err
	}
	if failed := out.commit(); failed != nil {
		return failed
	}
	return err
}

// listing is where a listing goes: standard output as it comes, or a file.
type listing struct {
	*bufio.Writer
	file *output // nil: standard output
}

func (a *app) listingOutput(target string) (*listing, error) {
	if target == "" || target == "-" {
		return &listing{Writer: bufio.NewWriterSize(a.env.stdout, 64<<10)}, nil
	}
	file, err := newOutput(a.env, target, false)
	if err != nil {
		return nil, err
	}
	return &listing{Writer: bufio.NewWriterSize(file, 64<<10), file: file}, nil
}

func (l *listing) commit() error {
	if err := l.Flush(); err != nil {
		l.discard()
		return stdoutError(err)
	}
	if l.file == nil {
		return nil
	}
	return l.file.commit()
}

func (l *listing) discard() {
	if l.file != nil {
		l.file.discard()
	}
}

// structures lists every encoding of a file.
func (a *app) structures(out *listing, in *input, several bool, shown *int) error {
	name := in.name
	list, err := encodings(in)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !a.global.json && (several || len(list) > 1 || e.of != "") {
			head := inWords(displayName(name))
			if e.of != "" {
				head += ", " + verdict.Escape(e.of)
			}
			if *shown > 0 {
				out.WriteString("\n")
			}
			fmt.Fprintf(out, "-- %s\n", head)
		}
		*shown++
		if err := a.structure(out, name, e); err != nil {
			return err
		}
	}
	return nil
}

// structure lists one encoding.
func (a *app) structure(out *listing, name string, e encoding) error {
	r, err := e.open()
	if err != nil {
		return messageErrorf(verdict.Malformed, "%s cannot be read: %s", inWords(displayName(name)), reasonOf(err)).because(err)
	}
	text := verdict.ASN1Text{Style: a.style(a.env.stdout)}
	tree := verdict.ASN1JSON{}
	write := func(b []byte) error {
		_, err := out.Write(b)
		return stdoutError(err)
	}
	if a.global.json {
		if err := write(tree.Begin(name, e.of)); err != nil {
			return err
		}
	}
	elements := 0
	err = asn1tree.Walk(r, "", func(n *asn1tree.Node) error {
		elements++
		if a.global.json {
			return write(tree.Node(n))
		}
		return write([]byte(text.Node(n)))
	})
	var fault *asn1tree.Fault
	var own *cliError
	switch {
	case errors.As(err, &own): // standard output
		return err
	case err != nil && !errors.As(err, &fault):
		var broken *mimewrap.MalformedError
		if !errors.As(err, &broken) {
			return machineError("cannot read", displayName(name), err)
		}
		fault = &asn1tree.Fault{Offset: -1, Detail: reasonOf(err)}
	}
	if a.global.json {
		err = write(tree.End(fault))
	} else {
		err = write([]byte(text.End()))
	}
	if err != nil || fault == nil && elements > 0 {
		return err
	}
	return faultError(name, fault)
}

func faultError(name string, fault *asn1tree.Fault) *cliError {
	name = inWords(displayName(name))
	switch {
	case fault == nil:
		return messageErrorf(verdict.Malformed, "%s holds no element", name)
	case fault.Limit:
		return messageErrorf(verdict.TooLarge, "%s: at offset %d: %s", name, fault.Offset, fault.Detail)
	case fault.Offset < 0:
		return messageErrorf(verdict.Malformed, "%s is damaged: %s", name, fault.Detail)
	}
	return messageErrorf(verdict.Malformed, "%s is damaged at offset %d: %s", name, fault.Offset, fault.Detail)
}

// maxEncodings is how many encodings of one file are listed.
const maxEncodings = 1000

// encodings finds what of a file is ASN.1: the CMS objects of mails, the blocks
// of PEM, or all of it.
func encodings(in *input) ([]encoding, error) {
	switch form := mimewrap.Detect(in.source); form {
	case mimewrap.FormMail, mimewrap.FormEntity:
		list, err := mailEncodings(in.source)
		if err == nil && len(list) == 0 {
			return nil, nothingErrorf("there is no CMS object in %s: nothing of it is signed or encrypted", inWords(displayName(in.name)))
		}
		return list, err
	case mimewrap.FormCMS:
		source := withoutPadding(in.source)
		return []encoding{{open: func() (io.Reader, error) { return spool.NewReader(source), nil }}}, nil
	case mimewrap.FormBase64:
		open, err := mimewrap.OpenCMS(in.source, form)
		return []encoding{{open: open}}, err
	}
	head := make([]byte, min(in.source.Size(), 4096))
	if n, err := in.source.ReadAt(head, 0); err != nil && !(errors.Is(err, io.EOF) && n == len(head)) {
		return nil, readError(in.name, err)
	}
	if len(head) > 1 && head[0]&0x1f != 0x1f && (head[0] == 0x30 || head[0] == 0x31 || head[0]&0xc0 == 0x80) && !bytes.Contains(head, []byte("-----BEGIN ")) {
		source := withoutPadding(in.source)
		return []encoding{{open: func() (io.Reader, error) { return spool.NewReader(source), nil }}}, nil
	}
	data, err := readWhole(in)
	if err != nil {
		return nil, err
	}
	if list := pemEncodings(data); len(list) > 0 {
		return list, nil
	}
	if der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(data), nil))); err == nil && len(der) > 1 && der[0] == 0x30 {
		return []encoding{{open: func() (io.Reader, error) { return bytes.NewReader(der), nil }}}, nil
	}
	return nil, whatItSeems(in, data, nil)
}

// withoutPadding leaves out zeros and line ends after one element of definite length.
//
// QUIRK: programs that pad to a block, and editors that end every file with a line end.
func withoutPadding(source spool.Source) spool.Source {
	head := make([]byte, min(source.Size(), 16))
	if n, err := source.ReadAt(head, 0); n < len(head) && err != nil {
		return source
	}
	size := asn1tree.SizeOf(head)
	left := source.Size() - size
	if size <= 0 || left <= 0 || left > 64<<10 {
		return source
	}
	tail := make([]byte, left)
	if n, err := source.ReadAt(tail, size); n < len(tail) && err != nil || len(bytes.Trim(tail, "\x00\r\n")) > 0 {
		return source
	}
	return spool.Section(source, 0, size)
}

// mailEncodings are the CMS objects of a mail, or of all mails of an mbox file.
func mailEncodings(source spool.Source) ([]encoding, error) {
	var list []encoding
	err := eachMail(source, func(mail spool.Source, number int, _ int64) error {
		entity, err := mimewrap.ReadMail(mail)
		if err != nil {
			return messageErrorf(verdict.Malformed, "the mail cannot be read: %s", reasonOf(err)).because(err)
		}
		for _, p := range entity.Parts(maxEncodings) {
			layer, err := p.Entity.Layer()
			if err != nil || layer.Kind != mimewrap.PKCS7 || layer.CMS == nil || len(list) >= maxEncodings {
				continue
			}
			of := "part " + p.Number + ", " + p.MediaType
			if number > 0 {
				of = fmt.Sprintf("mail %d, %s", number, of)
			}
			list = append(list, encoding{of: of, open: layer.CMS})
		}
		return nil
	})
	return list, err
}

// pemEncodings are the blocks of PEM, those of encrypted keys of the old kind excepted, which are no ASN.1.
func pemEncodings(data []byte) []encoding {
	var list []encoding
	for len(list) < maxEncodings {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		data = rest
		if block.Headers["DEK-Info"] != "" {
			continue
		}
		der := block.Bytes
		list = append(list, encoding{of: fmt.Sprintf("block %d, %s", len(list)+1, block.Type), open: func() (io.Reader, error) { return bytes.NewReader(der), nil }})
	}
	if len(list) == 1 {
		list[0].of = ""
	}
	return list
}
