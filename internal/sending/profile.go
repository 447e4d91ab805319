package sending

import (
	"slices"

	"smimectl/internal/algorithm"
)

// Profile is one line of the table of what is written for whom. Empty fields leave
// the choice to the keys and to what the recipients are known to read.
type Profile struct {
	Name  string
	About string
	// Of signatures.
	Digest    string   // of RSA keys, and of the curves where it goes with them
	Signature string   // of RSA keys
	Signers   []string // kinds of keys whose signatures those receivers check; nil: any
	// Of encryption.
	Cipher        string
	Bound         bool     // bind the key to the cipher (RFC 9709) when everybody reads that
	KeyEncryption []string // the first that goes with a recipient's key
	// Key is what is made for a new identity.
	Key string
	// PostQuantum refuses recipients and signers that a quantum computer breaks.
	PostQuantum bool
}

// profiles: compat has what S/MIME programs of the last twenty years share (RFC 5751 and
// RFC 3851 ask for it); modern what RFC 8551, Sections 2.1 to 2.7 wants receivers of S/MIME
// 4.0 to have, by MUST or by SHOULD; pq what FIPS 203 to 205 and RFC 9882, RFC 9814 and RFC
// 9936 added.
var profiles = []Profile{
	{Name: "compat", About: "what S/MIME programs since Outlook 2007 read",
		Digest: "sha256", Signature: "rsa-pkcs1v15", Signers: []string{"rsa", "ec"},
		Cipher: "aes-256-cbc", KeyEncryption: []string{"rsa-pkcs1v15"}, Key: "rsa-2048"},
	{Name: "modern", About: "what S/MIME 4.0 (RFC 8551) receivers read",
		Signature: "rsa-pss", Signers: []string{"rsa", "ec", "ed25519"},
		Cipher: "aes-256-gcm", Bound: true, KeyEncryption: []string{"rsa-oaep"}, Key: "p-256"},
	{Name: "pq", About: "what a quantum computer does not break: ML-DSA or SLH-DSA signers, ML-KEM recipients",
		Signature: "rsa-pss", Cipher: "aes-256-gcm", Bound: true, Key: "ml-dsa-65", PostQuantum: true},
}

// Profiles is the table. It must not be changed.
func Profiles() []Profile { return profiles }

// ProfileNamed returns the profile of that name, and one that decides nothing for "";
// false: there is none.
func ProfileNamed(name string) (*Profile, bool) {
	if name == "" {
		return &Profile{Key: "rsa-3072"}, true
	}
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return nil, false
	}
	return &profiles[i], true
}

// Checks says that everybody whom the profile is for checks signatures with such keys.
func (p *Profile) Checks(key *algorithm.PublicKey) bool {
	return p.Signers == nil || slices.Contains(p.Signers, key.Kind)
}
