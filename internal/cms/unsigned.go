package cms

import (
	"bytes"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cms/ber"
)

// readUnsignedAttributes reads the unsigned attributes of a SignerInfo, with their
// tag [1]. Anybody on the way can add to them, and the signature does not hang on
// them: the inside of a value is not looked at here, and stays as it stands where
// it is no BER or nested too deeply. Values beyond the limit are passed over. What
// is there is never nil.
//
// QUIRK: an empty set, where the standards' type is SET SIZE (1..MAX). Governikus
// Signer writes it (the ECDSA sample of libksba); openssl and libksba read it.
func readUnsignedAttributes(b *ber.Reader, lim Limits) ([]Attribute, error) {
	if err := b.Enter(ber.Context(1)); err != nil {
		return nil, err
	}
	out := make([]Attribute, 0, 1)
	values := 0
	for {
		if more, err := b.More(); err != nil {
			return nil, err
		} else if !more {
			return out, b.Leave()
		}
		if len(out) >= lim.Attributes {
			return nil, &LimitError{"attributes"}
		}
		a, err := readUnsignedAttribute(b, lim, &values)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
}

// readUnsignedAttribute reads one of them. values counts those of all.
func readUnsignedAttribute(b *ber.Reader, lim Limits, values *int) (a Attribute, err error) {
	if err = b.Enter(ber.Sequence); err != nil {
		return a, err
	}
	if a.OID, err = readOID(b); err != nil {
		return a, err
	}
	if err = b.Enter(ber.Set); err != nil {
		return a, err
	}
	for {
		if more, err := b.More(); err != nil {
			return a, err
		} else if !more {
			break
		}
		value, err := b.Element(lim.Element)
		if err != nil {
			return a, err
		}
		if *values++; *values > lim.Attributes {
			continue
		}
		if der, err := ber.ToDER(value, lim.ber()); err == nil {
			value = der
		}
		a.Values = append(a.Values, value)
	}
	if err = b.Leave(); err != nil {
		return a, err
	}
	return a, b.Leave()
}

// withUnsigned returns a SignerInfo with one more unsigned attribute. Everything
// that was there stays octet for octet: signatures are over some of it, and time
// stamps may be over all.
func withUnsigned(raw []byte, a Attribute, lim Limits) ([]byte, error) {
	var builder cryptobyte.Builder
	builder.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		a.OID.AddTo(b)
		b.AddBytes(ber.Wrap(ber.Set, a.Values...))
	})
	added, err := builder.Bytes()
	if err != nil {
		return nil, err
	}
	fields, err := children(raw, ber.Sequence, lim)
	if err != nil {
		return nil, fromBER(err)
	}
	n := len(fields)
	if n == 0 {
		return nil, malformed("empty SignerInfo")
	}
	// The last field is the signature value, or the unsigned attributes after it.
	attributes := [][]byte{added}
	const unsignedTag = 0xa1
	if fields[n-1][0] == unsignedTag {
		before, err := children(fields[n-1], ber.Context(1), lim)
		if err != nil {
			return nil, fromBER(err)
		}
		attributes = append(before, added)
		fields = fields[:n-1]
	}
	out := ber.Wrap(ber.Sequence, append(fields, ber.Wrap(ber.Context(1), attributes...))...)
	if int64(len(out)) > lim.Element {
		return nil, &LimitError{"SignerInfo with its time stamps"}
	}
	return out, nil
}

// children returns the elements within one element as they stand.
func children(raw []byte, tag ber.Tag, lim Limits) ([][]byte, error) {
	b := ber.NewBytesReader(raw, lim.ber())
	if err := b.Enter(tag); err != nil {
		return nil, err
	}
	var out [][]byte
	for {
		if more, err := b.More(); err != nil {
			return nil, err
		} else if !more {
			return out, b.Leave()
		}
		element, err := b.Element(lim.Element)
		if err != nil {
			return nil, err
		}
		out = append(out, bytes.Clone(element))
	}
}

// AddTimeStamp puts a time stamp token into the unsigned attributes of one of the
// signers (RFC 3161, Appendix A). The signature is not touched. What is written
// with SignedDataOptions.Existing has it.
func (sd *SignedData) AddTimeStamp(si *SignerInfo, token []byte) error {
	i := slices.Index(sd.Signers, si)
	if i < 0 {
		return errors.New("cms: internal error: a signer of another message")
	}
	raw, err := withUnsigned(si.raw, Attribute{attrTimeStampToken, [][]byte{token}}, sd.lim)
	if err != nil {
		return err
	}
	stamped, err := parseSignerInfo(raw, 0, sd.lim)
	if err != nil {
		return err
	}
	stamped.applyRules(sd.EContentType)
	if !bytes.Equal(stamped.Signature, si.Signature) || !slices.EqualFunc(stamped.toBe, si.toBe, bytes.Equal) {
		return errors.New("cms: internal error: the time stamp would change the signature")
	}
	*si = *stamped
	return nil
}

// stamp asks for a time stamp of a SignerInfo that was just made, and puts it in.
func (w *SignedDataWriter) stamp(der []byte) ([]byte, error) {
	si, err := parseSignerInfo(der, 0, w.lim)
	if err != nil {
		return nil, err
	}
	token, err := w.opt.TimeStamp(si)
	if err != nil {
		return nil, err
	}
	return withUnsigned(der, Attribute{attrTimeStampToken, [][]byte{token}}, w.lim)
}
