//go:build !unix

package outfile

import "os"

// Umask is no mask: there is none here.
func Umask() os.FileMode { return 0 }
