//go:build !linux || !(amd64 || arm64)

package outfile

// HoldInterrupts is not to be had here: interruptions are watched for.
var HoldInterrupts func() (release func())
