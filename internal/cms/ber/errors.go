package ber

import "fmt"

// SyntaxError says that the input is no BER, or not the element that was asked
// for, and where.
type SyntaxError struct {
	Offset int64
	Detail string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("ber: %s at offset %d", e.Detail, e.Offset)
}

// LimitError says which limit the input exceeds.
type LimitError struct {
	What string
}

func (e *LimitError) Error() string { return "ber: over the limit: " + e.What }
