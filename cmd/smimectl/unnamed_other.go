//go:build !linux

package main

import (
	"errors"
	"os"
)

func createUnnamed(string, bool, os.FileMode) (outputFile, error) { return nil, errors.ErrUnsupported }

func linkUnnamed(outputFile, string) error { return errors.ErrUnsupported }
