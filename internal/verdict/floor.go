package verdict

import (
	"errors"
	"strings"

	"smimectl/internal/algorithm"
)

// WithoutFloor is what an error of a package below says, without the package's name:
// that is for developers.
func WithoutFloor(err error) string {
	if e, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return Unsupported(e)
	}
	text := err.Error()
	for _, floor := range []string{"cms: ", "ber: ", "algorithm: "} {
		text = strings.TrimPrefix(text, floor)
	}
	return text
}

// Unsupported says which algorithm is not had here: its name where it is known, else its object identifier, and what it
// would be there for.
func Unsupported(e *algorithm.UnsupportedError) string {
	name, oid, kind, detail := e.Name(), e.OID.String(), e.Kind, e.Detail
	if detail != "" {
		name = "" // it is had here, but for the detail
	}
	text := "unsupported: "
	switch {
	case e.OID == "":
		text += kind
	case name == "":
		text += oid + " (" + kind + ")"
	default:
		text += name + " (" + kind + " " + oid + ")"
	}
	if detail != "" {
		text += ", " + detail
	}
	return text
}
