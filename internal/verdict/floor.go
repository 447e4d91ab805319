package verdict

import "strings"

// withoutFloor is what an error of a package below says, without the package's name:
// that is for developers.
func withoutFloor(err error) string {
	text := err.Error()
	for _, floor := range []string{"cms: ", "ber: ", "algorithm: "} {
		text = strings.TrimPrefix(text, floor)
	}
	return text
}
