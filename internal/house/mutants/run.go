package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// suite is the tests of one package.
type suite struct {
	dir    string
	binary string
	tests  []*test
}

// test is one test function: how long it takes and which mutants it reaches.
type test struct {
	name    string
	takes   time.Duration
	reaches map[int]bool
}

type runner struct {
	root, work, overlay string
	parallel, slow      int
	verbose             bool
	suites              map[string]*suite // by directory
}

// fast tests are run before the others.
const fast = 500 * time.Millisecond

// prepare builds the tests of each package, and runs each test that is asked for once with every check in its place: it
// has to pass.
func (r *runner) prepare(dirs []string, asked string) error {
	only, err := regexp.Compile(asked)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		s := &suite{dir: dir, binary: filepath.Join(r.work, strings.ReplaceAll(dir, "/", "_")+".test")}
		build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", r.overlay, "-o", s.binary, "./"+s.dir)
		build.Dir = r.root
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building the tests of %s: %w\n%s", s.dir, err, out)
		}
		list := exec.Command(s.binary, "-test.list", "^(Test|Fuzz|Example)")
		list.Dir = filepath.Join(r.root, s.dir)
		out, err := list.Output()
		if err != nil {
			return fmt.Errorf("listing the tests of %s: %w", s.dir, err)
		}
		for _, name := range strings.Fields(string(out)) {
			if only.MatchString(name) {
				s.tests = append(s.tests, &test{name: name, reaches: map[int]bool{}})
			}
		}
		if err := r.trace(s); err != nil {
			return err
		}
		r.suites[dir] = s
	}
	return nil
}

// trace runs the tests one by one and notes what they reach.
func (r *runner) trace(s *suite) error {
	var mu sync.Mutex
	var failed []error
	r.each(len(s.tests), func(i int) {
		t := s.tests[i]
		file := filepath.Join(r.work, fmt.Sprintf("trace-%s-%s", filepath.Base(s.dir), t.name))
		start := time.Now()
		red, _, out := r.test(s, []*test{t}, 0, file, 30*time.Minute)
		t.takes = time.Since(start)
		if red {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, fmt.Errorf("%s: %s fails with every check in its place:\n%s", s.dir, t.name, out))
			return
		}
		data, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		}
		for _, line := range strings.Fields(string(data)) {
			if n, err := strconv.Atoi(line); err == nil {
				t.reaches[n] = true
			}
		}
	})
	slices.SortStableFunc(s.tests, func(a, b *test) int { return int(a.takes - b.takes) })
	return errors.Join(failed...)
}

// test runs tests with one mutant on, and says whether one of them turned red, be it that they did not end.
func (r *runner) test(s *suite, tests []*test, mutant int, trace string, timeout time.Duration) (red, endless bool, output string) {
	var names []string
	for _, t := range tests {
		names = append(names, t.name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.binary, "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast")
	cmd.Dir = filepath.Join(r.root, s.dir)
	cmd.Env = append(os.Environ(), "SMIMECTL_MUTANT="+strconv.Itoa(mutant), "SMIMECTL_MUTANT_TRACE="+trace)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	return err != nil, ctx.Err() != nil, out.String()
}

// all tries every mutant.
func (r *runner) all(mutants []*mutant) {
	var mu sync.Mutex
	done := 0
	r.each(len(mutants), func(i int) {
		m := mutants[i]
		r.try(m)
		mu.Lock()
		defer mu.Unlock()
		done++
		if r.verbose {
			fmt.Printf("%d/%d %s:%d %s: %s\n", done, len(mutants), m.file, m.line, m.key(), m.outcome())
		}
	})
}

// try runs the tests that reach the mutant, fast ones before slow ones.
func (r *runner) try(m *mutant) {
	s := r.suites[m.dir()]
	var waves [2][]*test
	var takes [2]time.Duration
	for _, t := range s.tests {
		if !t.reaches[m.number] {
			continue
		}
		m.reached = true
		k := 0
		if t.takes > fast {
			k = 1
		}
		waves[k] = append(waves[k], t)
		takes[k] += t.takes
	}
	for k, wave := range waves {
		if len(wave) == 0 {
			continue
		}
		limit := time.Duration(r.slow) * (10*time.Second + 5*takes[k])
		if m.killed, m.endless, _ = r.test(s, wave, m.number, "", limit); m.killed {
			return
		}
	}
}

// each calls f for 0 to n-1, some at a time.
func (r *runner) each(n int, f func(int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(1, r.parallel) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
