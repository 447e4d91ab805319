package certstore

import ()

const mailRootsFile = "mail-roots.pem"

// MailRoots returns the list of e-mail roots that was put into the store, nil when
// there is none, and where it lies. What it says is for the caller to read; what is
// no readable file is *DamagedError.
func (s *Store) MailRoots() (data []byte, path string, err error) {
	if s.root == "" {
		return nil, "", nil
	}
	path = s.dir(mailRootsFile)
	data, err = readBounded(path)
	switch {
	case isMissing(err):
		return nil, path, nil
	case err != nil && isDamage(err):
		s.report(path, err)
		return nil, path, &DamagedError{Path: path, Err: err}
	case err != nil:
		return nil, path, err
	case data == nil: // an empty file is damage, not absence
		data = []byte{}
	}
	return data, path, nil
}

// ReplaceMailRoots puts a list of e-mail roots into the store in place of what was
// there. Readers see the old one or the new one.
func (s *Store) ReplaceMailRoots(data []byte) (path string, err error) {
	unlock, err := s.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	path = s.dir(mailRootsFile)
	return path, s.writeFile(path, data, true)
}
