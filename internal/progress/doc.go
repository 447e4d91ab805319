// Package progress tells a person, or a front end, how far the work on one mail, or on
// several, is: as a line on a terminal, as lines of a log, or as objects for programs
// (docs/scale.md). The work only counts octets or mails; a clock looks at the counts and
// shows them, so that nobody waits for a slow terminal. Which form is wanted, and where
// the terminal is, it leaves to others.
package progress
