package cms

import (
	"errors"
	"fmt"

	"smimectl/internal/cms/ber"
)

// MalformedError says that the input is not the structure it has to be.
type MalformedError struct {
	Offset int64 // in the input, -1 where it has no position
	Detail string
}

func (e *MalformedError) Error() string {
	if e.Offset < 0 {
		return "cms: malformed: " + e.Detail
	}
	return fmt.Sprintf("cms: malformed: %s at offset %d", e.Detail, e.Offset)
}

// LimitError says which limit the input exceeds.
type LimitError struct {
	What string
}

func (e *LimitError) Error() string { return "cms: over the limit: " + e.What }

// fromBER turns errors of package ber into those of this package. Others, of
// sources and of destinations, stay as they are.
func fromBER(err error) error {
	if e, ok := errors.AsType[*ber.SyntaxError](err); ok {
		return &MalformedError{e.Offset, e.Detail}
	}
	if e, ok := errors.AsType[*ber.LimitError](err); ok {
		return &LimitError{e.What}
	}
	return err
}

// at moves a MalformedError from an element to the place of the element.
func at(err error, offset int64) error {
	if e, ok := errors.AsType[*MalformedError](err); ok {
		return &MalformedError{max(e.Offset, 0) + offset, e.Detail}
	}
	return err
}

// malformed makes a MalformedError without a position.
func malformed(format string, args ...any) error {
	return &MalformedError{-1, fmt.Sprintf(format, args...)}
}
