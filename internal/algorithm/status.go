package algorithm

// Status says how an algorithm is seen by the standards of today. It is a
// fact; what follows from it is decided elsewhere.
type Status int

const (
	// Current algorithms are read and written.
	Current Status = iota
	// Legacy algorithms are still met in real mail and carry no known
	// practical break; nothing new is made with them.
	Legacy
	// Broken algorithms do not give what they promise any more.
	Broken
)

// String returns "current", "legacy" or "broken".
func (s Status) String() string {
	names := [...]string{Current: "current", Legacy: "legacy", Broken: "broken"}
	if s < 0 || int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}
