package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/hostiletest"
	"smimectl/internal/outfile"
)

// panicky panics when it is used for the n-th time: a fault of the program in the stage that uses it.
type panicky struct {
	io.Reader
	io.Writer
	left int
}

func (p *panicky) use() {
	if p.left--; p.left < 0 {
		panic("injected")
	}
}

func (p *panicky) Read(b []byte) (int, error) {
	p.use()
	return p.Reader.Read(b[:min(len(b), 512)]) // in several pieces
}

func (p *panicky) Write(b []byte) (int, error) {
	p.use()
	return p.Writer.Write(b)
}

// TestPanic lets the program panic while it reads the message, asks for the time or the environment, and writes the
// report (A164). A panic is never taken for an answer: it ends the process, which the Go runtime does with exit code
// 2, and leaves neither output nor temporary files.
func TestPanic(t *testing.T) {
	t.Parallel()
	world := hostiletest.NewWorld(t)
	for _, seed := range hostiletest.Seeds(t, world)[:2] {
		for _, stage := range []string{"input", "clock", "environment", "report"} {
			injected := 0
			for n := range 6 {
				f := &catalogueFolder{dir: t.TempDir(), world: world}
				output := filepath.Join(f.dir, "output")
				args := append(f.expand(t, &seed), "-o", output)
				bomb := &panicky{Reader: bytes.NewReader(seed.Mail), Writer: io.Discard, left: n}
				env := &environment{
					stdin: bytes.NewReader(seed.Mail), stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return hostiletest.At },
					getenv: func(string) string { return "" }, temporary: &outfile.Temporary{},
				}
				switch stage {
				case "input":
					env.stdin = bomb
				case "clock":
					env.now = func() time.Time { bomb.use(); return hostiletest.At }
				case "environment":
					env.getenv = func(string) string { bomb.use(); return "" }
				case "report":
					env.stdout, env.stderr = bomb, bomb
				}
				code, panicked := func() (code int, panicked bool) {
					defer func() { panicked = recover() != nil }()
					return run(env, args), false
				}()
				if !panicked {
					if bomb.left < 0 {
						t.Errorf("%s, %s %d: the panic became exit code %d", seed.Name, stage, n, code)
					}
					continue
				}
				injected++
				entries, err := os.ReadDir(f.dir)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range entries {
					// The report comes last: what was good and is written before it stays.
					if name := e.Name(); name != "ca.pem" && (stage != "report" || name != "output") {
						t.Errorf("%s, %s %d: %s is left", seed.Name, stage, n, name)
					}
				}
			}
			if injected == 0 {
				t.Errorf("%s, %s: nothing panicked", seed.Name, stage)
			}
		}
	}
}

// TestSurroundings judges the same messages in other languages, without a home, without a place for temporary files
// and in other time zones (A155): nothing of that is part of a verdict.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	world := hostiletest.NewWorld(t)
	seeds := hostiletest.Seeds(t, world)
	seeds = append(seeds[:2:2], seeds[len(seeds)-3:]...)
	bad := seeds[0]
	bad.Name, bad.Mail = "changed", bytes.Replace(bad.Mail, []byte("100 EUR"), []byte("900 EUR"), 1)
	for _, seed := range append(seeds, bad) {
		f := &catalogueFolder{dir: t.TempDir(), world: world}
		args := append(f.expand(t, &seed), "--report", filepath.Join(f.dir, "report.json"))
		want := ""
		for name, variables := range map[string]string{
			"plain": "", "Turkish": "LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8", "C": "LC_ALL=C", "a language nobody knows": "LANG=xx_YY.Z",
			"a home that is not there": "HOME=/nowhere", "a relative home": "HOME=.", "a store that is not there": "SMIMECTL_HOME=/nowhere/store",
			"no temporary files": "TMPDIR=/nowhere", "a file for temporary files": "TMPDIR=/dev/null", "another zone": "TZ=Pacific/Kiritimati", "no colours": "NO_COLOR=1 TERM=dumb",
			"a narrow terminal": "COLUMNS=1", "columns that are none": "COLUMNS=-99999999999999999999",
		} {
			set := map[string]string{}
			for _, v := range strings.Fields(variables) {
				k, value, _ := strings.Cut(v, "=")
				set[k] = value
			}
			env := &environment{
				stdin: bytes.NewReader(seed.Mail), stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return hostiletest.At.In(time.FixedZone("x", 14*3600)) },
				getenv: func(name string) string { return set[name] }, temporary: &outfile.Temporary{},
			}
			code := run(env, args)
			report, err := os.ReadFile(filepath.Join(f.dir, "report.json"))
			if err != nil {
				t.Fatal(err)
			}
			if wanted := code == exitYes; wanted != (seed.Name != "changed") {
				t.Errorf("%s, %s: exit code %d", seed.Name, name, code)
			}
			if got := string(report); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s, %s: the report differs:\n%s\n%s", seed.Name, name, got, want)
			}
		}
	}
}
