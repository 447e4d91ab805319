package mailroots

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"strings"

	"smimectl/internal/cert"
)

// FromPEM reads a PEM bundle of roots. It says nothing of e-mail: whoever hands
// it in vouches for that. A block that is no certificate, or a certificate that is
// no root, is an error: such a file is something else.
func FromPEM(data []byte) ([]Root, error) {
	const format = "PEM bundle"
	if len(data) > MaxSize {
		return nil, &LimitError{What: fmt.Sprintf("bundle of more than %d MiB", MaxSize>>20)}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	begun := bytes.Count(data, []byte("-----BEGIN "))
	var out []Root
	for n := 1; n <= begun; n++ {
		block, rest := pem.Decode(data)
		switch {
		case block == nil:
			return nil, &MalformedError{Format: format, Detail: fmt.Sprintf("block %d is damaged or cut off", n)}
		case block.Type != "CERTIFICATE":
			return nil, &MalformedError{Format: format, Detail: "there is something else in it: " + strings.ToLower(block.Type)}
		case len(out) >= maxRoots:
			return nil, &LimitError{What: fmt.Sprintf("roots, at most %d", maxRoots)}
		}
		c, err := cert.Parse(block.Bytes)
		if err != nil {
			return nil, &MalformedError{Format: format, Detail: fmt.Sprintf("certificate %d: %v", n, err)}
		}
		if why := unfit(c); why != "" {
			return nil, &MalformedError{Format: format, Detail: fmt.Sprintf("certificate %d, %s: %s", n, c.Subject.String(), why)}
		}
		out = append(out, Root{Certificate: c})
		data = rest
	}
	if len(out) == 0 {
		return nil, &EmptyError{Format: format}
	}
	return out, nil
}
