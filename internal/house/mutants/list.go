package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// readList reads the list of survivors: lines that name a mutant each, and below them, indented, the reason that holds
// for all of them. Empty lines and those that begin with # are for the reader.
func readList(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list := map[string]string{}
	var keys []string // those that share a reason
	told := false     // the reason has begun
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		text := strings.TrimSpace(line)
		switch {
		case text == "" || strings.HasPrefix(line, "#"):
		case line[0] == ' ' || line[0] == '\t':
			if keys == nil {
				return nil, fmt.Errorf("%s: a reason without a mutant: %s", path, text)
			}
			for _, key := range keys {
				list[key] = strings.TrimSpace(list[key] + " " + text)
			}
			told = true
		default:
			if _, twice := list[line]; twice {
				return nil, fmt.Errorf("%s: listed twice: %s", path, line)
			}
			if told {
				keys, told = nil, false
			}
			keys, list[line] = append(keys, line), ""
		}
	}
	for key, reason := range list {
		if reason == "" {
			return nil, fmt.Errorf("%s: no reason for %s", path, key)
		}
	}
	return list, lines.Err()
}

func (m *mutant) outcome() string {
	switch {
	case m.endless:
		return "killed: the tests do not end"
	case m.killed:
		return "killed"
	case !m.reached:
		return "SURVIVES, and no test reaches it"
	}
	return "SURVIVES"
}

// report prints the table and says whether all is as it should be.
func report(mutants []*mutant, excused map[string]string, o options) bool {
	ok := true
	type sum struct{ all, killed, endless, excused, left int }
	sums := map[string]*sum{}
	var dirs []string
	found := map[string]bool{}
	for _, m := range mutants {
		s := sums[m.dir()]
		if s == nil {
			s = &sum{}
			sums[m.dir()] = s
			dirs = append(dirs, m.dir())
		}
		s.all++
		found[m.key()] = true
		_, listed := excused[m.key()]
		switch {
		case m.killed:
			s.killed++
			if m.endless {
				s.endless++
			}
		case listed:
			s.excused++
		default:
			s.left++
			ok = false
			fmt.Printf("%s:%d: %s\n\t%s\n", m.file, m.line, m.outcome(), m.key())
		}
		if listed && m.killed {
			ok = false
			fmt.Printf("%s:%d: listed as a survivor, and %s\n\t%s\n", m.file, m.line, m.outcome(), m.key())
		}
	}
	for key := range excused {
		if !found[key] && strings.HasPrefix(key, o.only) {
			ok = false
			fmt.Printf("%s: listed as a survivor, and not in the tree\n\t%s\n", listFile, key)
		}
	}
	fmt.Printf("%-20s %8s %8s %9s %8s %8s\n", "", "mutants", "killed", "(endless)", "listed", "left")
	for _, dir := range dirs {
		s := sums[dir]
		fmt.Printf("%-20s %8d %8d %9d %8d %8d\n", dir, s.all, s.killed, s.endless, s.excused, s.left)
	}
	return ok
}
