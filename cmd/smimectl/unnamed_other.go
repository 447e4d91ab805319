//go:build !linux

package main

import (
	"errors"
	"os"
)

func createUnnamed(string, bool) (*os.File, error) { return nil, errors.ErrUnsupported }

func linkUnnamed(*os.File, string) error { return errors.ErrUnsupported }
