package main

import (
	"strconv"
	"strings"
)

// gitCall is the command line that git gives to gpg.x509.program. git runs the
// program directly, without a verb, so that it has to be told by its form.
type gitCall struct {
	statusFD  int
	sign      bool
	key       string // of sign: what user.signingkey says, or the committer
	signature string // of verify: a file; the payload is standard input
}

// parseGitCall recognises the two command lines of git, in the forms of all its
// versions:
//
//	--status-fd=2 -bsau KEY
//	--status-fd=1 --verify FILE -
//
// ok is false for everything else.
func parseGitCall(args []string) (c gitCall, ok bool) {
	if len(args) == 0 || !strings.HasPrefix(args[0], "--status-fd") && !strings.HasPrefix(args[0], "--keyid-format") {
		return c, false
	}
	c.statusFD = -1
	for i := 0; i < len(args); i++ {
		arg := args[i]
		next := func() (string, bool) {
			i++
			if i >= len(args) {
				return "", false
			}
			return args[i], true
		}
		value, isStatus := strings.CutPrefix(arg, "--status-fd=")
		if arg == "--status-fd" {
			value, isStatus = next()
		}
		switch {
		case isStatus:
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 2 {
				return c, false
			}
			c.statusFD = n
		case strings.HasPrefix(arg, "--keyid-format="):
		case arg == "-bsau":
			if c.key, ok = next(); !ok {
				return c, false
			}
			c.sign = true
		case arg == "--verify":
			if c.signature, ok = next(); !ok {
				return c, false
			}
		case arg == "-" && c.signature != "":
		default:
			return c, false
		}
	}
	return c, c.statusFD > 0 && c.sign != (c.signature != "")
}

// gitWho makes of user.signingkey, or of the committer, what -i takes: an
// address, "Name <address>", or a fingerprint, with 0x before and ! after it as
// gpg has them.
func gitWho(key string) string {
	key = strings.TrimSpace(key)
	if open := strings.LastIndexByte(key, '<'); open >= 0 && strings.HasSuffix(key, ">") {
		return key[open+1 : len(key)-1]
	}
	if !strings.Contains(key, "@") {
		key = strings.TrimSuffix(key, "!")
		if len(key) > 2 && (key[:2] == "0x" || key[:2] == "0X") {
			key = key[2:]
		}
	}
	return key
}
