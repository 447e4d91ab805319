package main

import "sync"

// keptIdentities are the identities that one run has read, so that of many mails
// only the first waits for files and passphrases. It may be used by several at a
// time.
type keptIdentities struct {
	mu    sync.Mutex
	found map[string][]*identity
}

// find gives what was found before under a name, else what look finds. An error is
// not kept. The others wait meanwhile: it may be a person who is asked.
func (k *keptIdentities) find(name string, look func() ([]*identity, error)) ([]*identity, error) {
	if k == nil {
		return look()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if list, ok := k.found[name]; ok {
		return list, nil
	}
	list, err := look()
	if err != nil {
		return nil, err
	}
	if k.found == nil {
		k.found = map[string][]*identity{}
	}
	k.found[name] = list
	return list, nil
}
