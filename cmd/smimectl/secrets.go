package main

import (
	"encoding/hex"

	"github.com/spf13/cobra"

	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// secretFlags are the secrets that both sides of a message hold, where there is
// no certificate.
type secretFlags struct {
	passwordFile string
	kekFile      string
	kekID        string
}

func (o *secretFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(once(&o.passwordFile, "FILE"), "recipient-password-file", "the mail's own password (not that of a key file)")
	f.Var(once(&o.kekFile, "FILE"), "kek-file", "a shared key-encryption key, as raw bytes")
	f.Var(once(&o.kekID, "HEX"), "kek-id", "the identifier of that key")
}

// given reports whether there is any.
func (o *secretFlags) given() bool { return o.passwordFile != "" || o.kekFile != "" }

func (o *secretFlags) read() (message.Secrets, error) {
	var s message.Secrets
	if o.passwordFile != "" {
		line, err := firstLineOf(o.passwordFile)
		if err != nil {
			return s, err
		}
		s.Password = append([]byte{}, line...)
	}
	if o.kekFile != "" {
		key, err := readSmall(o.kekFile)
		if err != nil {
			return s, err
		}
		if n := len(key); n != 16 && n != 24 && n != 32 {
			return s, keyErrorf(verdict.KeyMissing, "%s holds %d bytes; a key-encryption key has 16, 24 or 32", quoted(o.kekFile), n)
		}
		s.KEK = key
	}
	if o.kekID != "" {
		if o.kekFile == "" {
			return s, usageErrorf("--kek-id goes with --kek-file")
		}
		id, err := hex.DecodeString(o.kekID)
		if err != nil || len(id) == 0 {
			return s, usageErrorf("--kek-id %s is not hexadecimal", quoted(o.kekID))
		}
		s.KEKID = id
	}
	return s, nil
}

// recipients are those that hold the secrets, and what they are called.
func (o *secretFlags) recipients() (list []cms.Recipient, who []string, err error) {
	s, err := o.read()
	if err != nil {
		return nil, nil, err
	}
	if s.Password != nil {
		if len(s.Password) == 0 {
			return nil, nil, keyErrorf(verdict.KeyMissing, "%s begins with an empty line: that is no password", quoted(o.passwordFile))
		}
		list, who = append(list, cms.Recipient{Password: s.Password}), append(who, "whoever knows the password")
	}
	if s.KEK != nil {
		if s.KEKID == nil {
			return nil, nil, usageErrorf("--kek-file needs the name of the key").withHint("--kek-id 01")
		}
		list, who = append(list, cms.Recipient{KEK: s.KEK, KEKID: s.KEKID}), append(who, "whoever holds key "+hex.EncodeToString(s.KEKID))
	}
	return list, who, nil
}
