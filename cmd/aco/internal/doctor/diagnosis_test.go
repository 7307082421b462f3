package doctor

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/torture"
)

// On a terminal no line is longer than it is wide, and every word is there; where it fits, there is a table, elsewhere
// a list.
func TestDoctorFits(t *testing.T) {
	d := Diagnose()
	d.Build = map[string]string{"-tags": "some,tags", "-ldflags": strings.Repeat("x", 150)}
	d.Engine.Checked = true
	d.Engine.Reason = "the start-up check panicked in checkFunction: runtime error: invalid memory address or nil pointer dereference"
	for _, failed := range []bool{false, true} {
		d.Engine.Name = "native"
		d.Engine.Checks = []aco.Check{{Name: "g.stack.lo", Want: "140737488355328", Got: "140737488355328", OK: true}, {Name: "the coroutine's defers lead to them", Want: "true", Got: "true", OK: true}}
		if failed {
			d.Engine.Name = "portable"
			d.Engine.Checks = append(d.Engine.Checks, aco.Check{Name: "checkFunction", Want: "no panic", Got: "invalid memory address or nil pointer dereference"})
		}
		for _, width := range []int{0, 5, 20, 40, 79, 80, 130, 1000} {
			var out strings.Builder
			d.Print(&out, width, true)
			d.Verdict(&out, width)
			for _, line := range strings.Split(out.String(), "\n") {
				if n := utf8.RuneCountInString(line); width > 0 && n > width || strings.TrimRight(line, " ") != line {
					t.Errorf("width %d: %d characters: %q", width, n, line)
				}
			}
			if got, want := strings.Contains(out.String(), "│ g.stack.lo"), width >= 130 || width == 80 && !failed; got != want {
				t.Errorf("width %d: a table: %t\n%s", width, got, &out)
			}
			words := strings.Join(strings.Fields(out.String()), "")
			for _, s := range []string{d.Engine.Name + ":" + strings.ReplaceAll(d.Engine.Reason, " ", ""), "some,tags", d.Build["-ldflags"], "140737488355328", "defersleadtothem", "-tagsaco_portable", "checkedtwogoroutines"} {
				if !strings.Contains(words, s) {
					t.Errorf("width %d: %q is missing in\n%s", width, s, &out)
				}
			}
			if failed && !strings.Contains(words, "nocheckFunction:invalidmemoryaddressornilpointerdereference,expectednopanic") && !strings.Contains(words, "│checkFunction│nopanic│invalidmemoryaddressornilpointerdereference│no│") {
				t.Errorf("width %d: what failed is missing in\n%s", width, &out)
			}
		}
	}
}

// Checks that passed are counted, unless all are wanted; those that failed are told.
func TestVerdict(t *testing.T) {
	d := Diagnose()
	passed, failed := aco.Check{Name: "g.stack.lo", Want: "1", Got: "1", OK: true}, aco.Check{Name: "g.m", Want: "2", Got: "3"}
	for _, c := range []struct {
		engine  string
		checks  []aco.Check
		verbose bool
		fault   string
		has     string
		told    int // how many checks
	}{
		{"native", []aco.Check{passed, passed}, false, "", "verdict     native engine: 2 checks passed\n", 0},
		{"native", []aco.Check{passed, passed}, true, "", "verdict     native engine: 2 checks passed\n", 2},
		{"native", []aco.Check{passed, passed}, false, "x", "verdict     native engine: 2 checks passed, and the torture found a fault\n", 0},
		{"portable", []aco.Check{passed, failed}, false, "", "no g.m: 3, expected 2\n", 1},
		{"portable", []aco.Check{passed, failed}, false, "", "verdict     portable engine: 1 of 2 checks failed\n", 1},
		{"portable", nil, true, "", "verdict     portable engine: no check was made\n", 0},
	} {
		d.Engine.Name, d.Engine.Checks, d.Torture = c.engine, c.checks, &torture.Outcome{Fault: c.fault}
		var out strings.Builder
		d.Print(&out, 0, c.verbose)
		d.Verdict(&out, 0)
		if s := out.String(); !strings.Contains(s, c.has) || strings.Count(s, "\nok ")+strings.Count(s, "\nno ") != c.told || !strings.HasPrefix(s[strings.LastIndex(s[:len(s)-1], "\n")+1:], "verdict ") {
			t.Errorf("%+v: %s", c, s)
		}
	}
}
