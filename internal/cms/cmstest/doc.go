// Package cmstest helps tests of CMS: it issues certificates under a test CA,
// and takes encoded structures apart into trees that can be changed and encoded
// again, in DER or with indefinite lengths. It is for tests only: it panics or
// ends the test where a program would return an error, and recurses.
package cmstest
