//go:build !linux || !(amd64 || arm64)

package main

// holdInterrupts is not to be had here: interruptions are watched for.
var holdInterrupts func() (release func())
