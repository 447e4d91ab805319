package verdict

import (
	"fmt"
	"strings"
)

// CompareReport says where what is signed begins to differ from what was sent. Lines count in the files where what is
// signed stands in them as it is, else in what is signed. Texts of the mails are escaped.
type CompareReport struct {
	File     string `json:"file"`
	Verdict  Word   `json:"verdict"` // of the other file
	Same     bool   `json:"same"`
	Line     int    `json:"line,omitempty"`
	SentLine int    `json:"sent_line,omitempty"`
	Offset   int64  `json:"offset"` // octets of what is signed that are the same
	Is       string `json:"is,omitempty"`
	Sent     string `json:"sent,omitempty"`
}

// compareRows show the first difference.
func (r *Report) compareRows() []row {
	c := r.Compare
	if c == nil {
		return nil
	}
	out := row{Label: "Compared", Value: fmt.Sprintf("with %s, which is %s", Escape(c.File), strings.ToUpper(string(c.Verdict)))}
	if c.Same {
		out.Lines = []string{"what is signed is the same in both, octet by octet"}
		return []row{out}
	}
	is, sent := contrast(c.Is, c.Sent)
	difference := fmt.Sprintf("line %d %s was %s", c.Line, is, sent)
	if is == sent {
		difference = fmt.Sprintf("line %d %s differs in its line end, or one of them ends there", c.Line, is)
	}
	where := fmt.Sprintf("that is line %d there", c.SentLine)
	if c.Offset > 0 {
		where += fmt.Sprintf("; the first %d octets of what is signed are the same", c.Offset)
	}
	out.Lines = []string{difference, where}
	return []row{out}
}
