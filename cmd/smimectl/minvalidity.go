package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// maxMinValidity is longer than any certificate lives, and far from overflow.
const maxMinValidity = 100 * 365 * 24 * time.Hour

// parseSpan reads a span of time as people write it: 7d, 2w, 24h, 90m, and 0.
func parseSpan(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	wrong := errors.New("it is no span of time such as 7d, 24h or 2w")
	if len(s) < 2 {
		return 0, wrong
	}
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
	digits := s[:len(s)-1]
	if !ok || strings.Trim(digits, "0123456789") != "" {
		return 0, wrong
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(maxMinValidity/unit) {
		return 0, errors.New("it is longer than any certificate lives")
	}
	return time.Duration(n) * unit, nil
}

// minValidity is the flag --min-validity: how long a certificate must still be
// valid.
type minValidity struct {
	span  time.Duration
	text  string // as it was written
	given bool
}

func (m *minValidity) add(cmd *cobra.Command, use string) {
	cmd.Flags().Var(m, "min-validity", use)
}

func (m *minValidity) String() string { return m.text }

func (m *minValidity) Type() string { return "SPAN" }

func (m *minValidity) Set(s string) error {
	if m.given {
		return errors.New("it was given twice")
	}
	span, err := parseSpan(s)
	if err != nil {
		return err
	}
	m.span, m.text, m.given = span, s, true
	return nil
}

// configure takes what the configuration says where the flag was not given.
func (m *minValidity) configure(c *config) {
	if m.given || c.MinValidity == "" {
		return
	}
	if span, err := parseSpan(c.MinValidity); err == nil { // config.check has looked
		m.span, m.text = span, c.MinValidity
	}
}
