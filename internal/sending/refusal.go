package sending

// Ground is why a certificate is not used.
type Ground int

// The grounds, in the order in which they are looked at.
const (
	UnreadableKey Ground = iota + 1
	MalformedExtension
	UnknownCritical
	Authority    // the certificate of a CA
	OtherPurpose // made for something else
	ReadOnlyKey  // of a kind that is only read
	WeakKey
	NotPostQuantum
	Expired
	NotYetValid
	ExpiresSoon
	RevocationUnread // what tells of revocations cannot be read
	Revoked
	RevocationUnknown // nobody knows, and it has to be known
)

// Renewable says that another certificate of the same person would help.
func (g Ground) Renewable() bool {
	switch g {
	case UnreadableKey, MalformedExtension, ReadOnlyKey, WeakKey, Expired, ExpiresSoon, Revoked:
		return true
	}
	return false
}

// NeverMeant says that the certificate was made for something else. People have
// several, each for its use, so that this one says nothing against its owner.
func (g Ground) NeverMeant() bool { return g == Authority || g == OtherPurpose }

// Refusal says why a certificate is not used.
type Refusal struct {
	Ground Ground
	Why    string // goes behind "will not sign as ...: "
	Err    error  // of RevocationUnread
}

func refuse(ground Ground, why string) *Refusal { return &Refusal{Ground: ground, Why: why} }
