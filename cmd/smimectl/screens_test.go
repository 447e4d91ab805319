//go:build unix

package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"

	"smimectl/internal/verdict"
)

var updateScreens = flag.Bool("update", false, "write the golden files anew")

var screenWidths = []int{40, 80, 120}

// TestScreens shows what a person sees, as the whole program writes it: each
// command line of the table with what it says, at 40, 80 and 120 columns, and in
// ASCII at 80 where that is another text.
func TestScreens(t *testing.T) {
	t.Parallel()
	world := screenWorld(t)
	seen := map[string]bool{}
	for _, s := range screens {
		if seen[s.name] {
			t.Errorf("two screens %s", s.name)
		}
		seen[s.name] = true
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			wide := ""
			for _, width := range screenWidths {
				shown := s.show(t, world, fmt.Sprintf("COLUMNS=%d", width))
				if width == 80 {
					wide = shown
				}
				checkScreen(t, shown, width, s.records)
				goldenScreen(t, fmt.Sprintf("%s.%d", s.name, width), shown)
			}
			if s.name == "demo" { // makes keys, and says nothing foreign
				return
			}
			ascii := s.show(t, world, "COLUMNS=80", "LC_ALL=C")
			for _, c := range ascii {
				if c >= utf8.RuneSelf {
					t.Errorf("%U in the locale C:\n%s", c, ascii)
					break
				}
			}
			if ascii != wide {
				goldenScreen(t, s.name+".ascii", ascii)
			}
		})
	}
	for _, file := range goldenScreens(t) {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		if !seen[name] {
			t.Errorf("%s is of no screen", file)
		}
	}
}

func goldenScreens(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "screens", "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func goldenScreen(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "screens", name+".golden")
	if *updateScreens {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs (go test -run TestScreens -update writes it anew):\ngot\n%s\nwant\n%s", file, got, want)
	}
}

// checkScreen holds of every screen: nothing but printable runes, no blank at the
// end of a line, and no line that is longer than the terminal, but those of the
// log and what is to be pasted.
func checkScreen(t *testing.T, shown string, width int, records bool) {
	t.Helper()
	for _, line := range strings.Split(shown, "\n") {
		for _, c := range line {
			if !unicode.IsPrint(c) {
				t.Errorf("%U in %q", c, line)
			}
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("blanks at the end of %q", line)
		}
		if verdict.Columns(line) <= width || records || strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "smimectl: ") || pasted(line) {
			continue
		}
		t.Errorf("longer than %d columns: %q", width, line)
	}
}

// pasted reports whether a line holds nothing but what is to be pasted: a command
// beside its label, or a path.
func pasted(line string) bool {
	text := strings.TrimSpace(line)
	if _, command, ok := strings.Cut(text, "  "); ok {
		text = strings.TrimSpace(command)
	}
	return isCommand(text) || !strings.Contains(text, " ") && strings.Contains(text, "/")
}

// show runs the lines of a screen as a person would type them, and gives what
// the terminal would show.
func (s *screenTest) show(t *testing.T, world string, environment ...string) string {
	t.Helper()
	return s.showWith(t, world, func(dir, line string) string {
		output, code := screenShell(t, dir, line, environment...)
		if code != s.exit {
			t.Errorf("%s: exit code %d, want %d\n%s", line, code, s.exit, output)
		}
		return output
	})
}

func (s *screenTest) showWith(t *testing.T, world string, runLine func(dir, line string) string) string {
	t.Helper()
	dir := world
	if s.writes {
		dir = filepath.Join(t.TempDir(), "world")
		copyScreenWorld(t, world, dir)
	}
	var shown bytes.Buffer
	if s.before != "" {
		if output, code := screenShell(t, dir, s.before); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", s.before, code, output)
		}
	}
	for _, line := range strings.Split(s.lines, "\n") {
		output := runLine(dir, line)
		if shown.Len() > 0 {
			shown.WriteString("\n")
		}
		fmt.Fprintf(&shown, "$ %s\n%s", line, output)
	}
	if s.mask != "" {
		return regexp.MustCompile(s.mask).ReplaceAllString(shown.String(), "(new each time)")
	}
	return shown.String()
}

func screenShell(t *testing.T, dir, line string, environment ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
	cmd.Env = append(screenEnvironment(dir), environment...)
	output, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(output), cmd.ProcessState.ExitCode()
}

func screenEnvironment(dir string) []string {
	return []string{
		"PATH=" + filepath.Join(dir, "bin") + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home"),
		"LC_ALL=C.UTF-8", "SMIMECTL_HOME=store", "TMPDIR=tmp", "GIT_CONFIG_NOSYSTEM=1", testNow + "=2026-11-21T19:11:17Z",
	}
}

// screenWorld makes the folder that the screens are about.
func screenWorld(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"sh", "awk", "sed"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("skipped: the world of the screens is made with %s, which is not here", name)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "certs"), os.DirFS(filepath.Join(here, "testdata", "screens", "world"))); err != nil {
		t.Fatal(err)
	}
	if output, code := screenShell(t, dir, ". "+strconv.Quote(filepath.Join(here, "testdata", "screens", "world.sh"))); code != 0 {
		t.Fatalf("the world of the screens: exit code %d\n%s", code, output)
	}
	return dir
}

func copyScreenWorld(t *testing.T, from, to string) {
	t.Helper()
	if output, err := exec.Command("cp", "-pR", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

// screenTest is a screen: command lines, and what is done before them.
type screenTest struct {
	name   string
	before string // run first, unseen
	lines  string
	exit   int
	writes bool // it changes what is there

	mask    string // a pattern of what is new each time
	records bool   // one line each, as long as it is
}
