package progress

import (
	"fmt"
	"time"
)

// unit is what an amount is counted in.
type unit struct {
	name  string
	one   int64 // octets or mails
	tenth bool  // one digit behind the point
}

// in is the unit in which the stage counts an amount.
func (s *stage) in(n int64) unit {
	switch {
	case s.mails && n == 1:
		return unit{"mail", 1, false}
	case s.mails:
		return unit{"mails", 1, false}
	}
	return octetsIn(n)
}

// octetsIn is the unit in which a number of octets has three digits or so.
func octetsIn(n int64) unit {
	switch {
	case n < 1e3:
		return unit{"B", 1, false}
	case n < 1e6:
		return unit{"kB", 1e3, false}
	case n < 10e6:
		return unit{"MB", 1e6, true}
	case n < 10e9:
		return unit{"MB", 1e6, false}
	}
	return unit{"GB", 1e9, true}
}

func (u unit) number(n int64) string {
	if u.tenth {
		return fmt.Sprintf("%d.%d", n/u.one, n%u.one/(u.one/10))
	}
	return fmt.Sprint(n / u.one)
}

// amount is the number and the unit.
func (u unit) amount(n int64) string { return u.number(n) + " " + u.name }

// clockTime is minutes and seconds, and hours where there are any.
func clockTime(d time.Duration) string {
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}
