package certstore

import (
	"errors"
)

// LooksUsable looks at the files of an identity without opening its key: is the
// key there, may nobody else read it, can it be understood? sealed says whether
// it takes a passphrase. The errors are those of Key: *ModeError, *DamagedError,
// *UnfitError.
func (id *Identity) LooksUsable() (sealed bool, err error) {
	if id.store == nil {
		return false, &UnfitError{Certificate: id.Certificate, Detail: "there is no private key for the certificate"}
	}
	path, err := id.keyFile()
	if err != nil {
		return false, err
	}
	data, err := id.store.readKeyFile(path)
	if err != nil {
		return false, err
	}
	defer clear(data)
	b, err := ReadFile(data, func(string, int) ([]byte, error) { return nil, ErrNoPassphrase })
	if err != nil {
		return false, &DamagedError{Path: path, Err: err}
	}
	if len(b.Keys) != 1 {
		return false, &DamagedError{Path: path, Err: &MalformedError{Format: "key file", Detail: "not exactly one key"}}
	}
	if b.Keys[0].Encrypted {
		return true, nil
	}
	key, err := b.Keys[0].Open(nil)
	if err != nil {
		return false, &DamagedError{Path: path, Err: err}
	}
	if public, err := id.Certificate.PublicKey(); err != nil || !public.Equal(key.Public) {
		return false, errors.Join(err, &UnfitError{Certificate: id.Certificate, Detail: "the private key does not fit the certificate"})
	}
	return false, nil
}
