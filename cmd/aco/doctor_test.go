package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/goaco/aco"
)

// The doctor names the engine, in words and in JSON, lists each check, says how to force the other
// engine, and tells by its exit status which one is in use.
func TestDoctor(t *testing.T) {
	want := 3
	if aco.Engine().Name == "native" {
		want = 0
	}
	status, out, errs := command("doctor")
	if status != want || errs != "" {
		t.Errorf("status %d, want %d; printed %q", status, want, errs)
	}
	for _, s := range []string{"engine      " + aco.Engine().Name + ": " + aco.Engine().Reason, "aco         " + diagnose().Version + "\n", "GOMAXPROCS=", "GODEBUG=", "race=", "cgo=", "ACO_ENGINE=portable", "-tags aco_portable"} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is missing in\n%s", s, out)
		}
	}
	if strings.Contains(out, "DefaultGODEBUG") { // it is in JSON alone
		t.Errorf("DefaultGODEBUG is in\n%s", out)
	}
	for _, c := range aco.Engine().Checks {
		if !regexp.MustCompile(regexp.QuoteMeta(c.Name) + ` +│ ` + regexp.QuoteMeta(c.Want) + ` +│ [^│]*│ ok`).MatchString(out) {
			t.Errorf("check %q is missing in\n%s", c.Name, out)
		}
	}
	_, out, _ = command("doctor", "-json")
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil || d.Engine.Name != aco.Engine().Name || len(d.Engine.Checks) != len(aco.Engine().Checks) || d.Torture != nil {
		t.Errorf("%v, read back %+v", err, d)
	}
}

// On a terminal no line is longer than it is wide, and every word is there; elsewhere, and where it fits, there
// is a table.
func TestDoctorFits(t *testing.T) {
	d := diagnose()
	d.Build = map[string]string{"-tags": "some,tags", "-ldflags": strings.Repeat("x", 150)}
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
			d.print(&out, width)
			for _, line := range strings.Split(out.String(), "\n") {
				if n := utf8.RuneCountInString(line); width > 0 && n > width || strings.TrimRight(line, " ") != line {
					t.Errorf("width %d: %d characters: %q", width, n, line)
				}
			}
			if got, want := strings.Contains(out.String(), "│ g.stack.lo"), width == 0 || width >= 130 || width == 80 && !failed; got != want {
				t.Errorf("width %d: a table: %t\n%s", width, got, &out)
			}
			words := strings.Join(strings.Fields(out.String()), "")
			for _, s := range []string{d.Engine.Name + ":" + strings.ReplaceAll(d.Engine.Reason, " ", ""), "some,tags", d.Build["-ldflags"], "140737488355328", "defersleadtothem", "-tagsaco_portable"} {
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

// With the other engine the exit status is 3, and the way to the native one is told.
func TestDoctorPortable(t *testing.T) {
	status, out := child(t, []string{"ACO_ENGINE=portable", "GODEBUG=madvdontneed=1"}, "doctor")
	if status != 3 || !strings.Contains(out, "engine      portable: ACO_ENGINE=portable") || !strings.Contains(out, "To have the native engine:") ||
		!strings.Contains(out, `GODEBUG="madvdontneed=1"`) {
		t.Errorf("status %d, printed\n%s", status, out)
	}
}

// The torture runs, finds nothing, and is in the JSON.
func TestTorture(t *testing.T) {
	status, out, errs := command("doctor", "-json", "-torture", "1s", "-seed", "5")
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil || status == 1 {
		t.Fatalf("status %d, %v, printed %q and %q", status, err, out, errs)
	}
	if d.Torture.Seed != 5 || d.Torture.Fault != "" || d.Torture.Programs < 10 || d.Torture.Switches < 1000 {
		t.Errorf("%+v", d.Torture)
	}
	if status, out, _ := command("doctor", "-torture", "100ms"); status == 1 || !regexp.MustCompile(`torture     100ms, seed \d+: \d+ programs, \d+ switches: every one as when called`).MatchString(out) {
		t.Errorf("status %d, printed\n%s", status, out)
	}
}

// A program that does something else on a coroutine is found, whether by one value or by its end.
func TestTortureFinds(t *testing.T) {
	for name, falsify := range map[string]func(*trace){
		"a value": func(t *trace) { t.events[len(t.events)/2]++ },
		"the end": func(t *trace) { t.events = append(t.events, 1) },
	} {
		got := tortureHere(10*time.Second, 3, func(seed uint64) *trace {
			tr := runProgram(seed)
			falsify(tr)
			return tr
		})
		if !strings.Contains(got.Fault, "and when called") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A torture that ends its process is a fault, told with what the process said.
func TestTortureCrash(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "nonsense") // which the runtime refuses to start with
	status, out, errs := command("doctor", "-torture", "1s")
	if status != 1 || !strings.Contains(out, "FAULT") || !strings.Contains(out, "GOMEMLIMIT") || !strings.Contains(errs, "please report it") {
		t.Errorf("status %d, printed\n%s\n%s", status, out, errs)
	}
}

// The random programs are not trivial: they yield, panic, and differ.
func TestPrograms(t *testing.T) {
	events, panics := 0, 0
	first := runProgram(0)
	same := 0
	for seed := range uint64(300) {
		tr := runProgram(seed)
		if !tr.same(runProgram(seed)) {
			t.Fatalf("program %d does not always do the same", seed)
		}
		events += len(tr.events)
		if tr.events[len(tr.events)-1] == panicked {
			panics++
		}
		if tr.same(first) {
			same++
		}
	}
	if events < 300*20 || panics < 20 || panics > 250 || same > 3 {
		t.Errorf("%d events, %d panics, %d like the first", events, panics, same)
	}
}
