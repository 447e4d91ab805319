//go:build !windows

package main

const terminalDevice = "/dev/tty"
