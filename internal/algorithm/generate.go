package algorithm

import "fmt"

// keyGenerator makes keys of one name.
type keyGenerator struct {
	name string
	make func() (any, error)
}

// GenerateKey makes a fresh key in software. KeyNames lists the names.
func GenerateKey(name string) (*PrivateKey, error) {
	for kind := range keyKinds.rows() {
		for _, g := range kind.generate {
			if g.name != name {
				continue
			}
			key, err := g.make()
			if err != nil {
				return nil, fmt.Errorf("algorithm: generating a key: %w", err)
			}
			return PrivateKeyOf(key)
		}
	}
	return nil, &UnsupportedError{Kind: "key", Detail: "no key of that name is made"}
}

// KeyNames returns the names that GenerateKey takes.
func KeyNames() []string {
	var names []string
	for kind := range keyKinds.rows() {
		for _, g := range kind.generate {
			names = append(names, g.name)
		}
	}
	return names
}

// SigningKeyNames returns those of KeyNames whose keys sign.
func SigningKeyNames() []string {
	var names []string
	for kind := range keyKinds.rows() {
		if kind.signature == nil {
			continue
		}
		for _, g := range kind.generate {
			names = append(names, g.name)
		}
	}
	return names
}
