package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/doctor"
)

// The doctor names the engine, in words and in JSON, lists each check, says how to force the other
// engine, and tells by its exit status which one is in use.
func TestDoctor(t *testing.T) {
	want := 3
	if aco.Engine().Name == "native" {
		want = 0
	}
	status, out, errs := command("doctor", "-v")
	if status != want || errs != "" {
		t.Errorf("status %d, want %d; printed %q", status, want, errs)
	}
	for _, s := range []string{"engine      " + aco.Engine().Name + ": " + aco.Engine().Reason, "aco         " + doctor.Diagnose().Version + "\n", "GOMAXPROCS=", "GODEBUG=", "race=", "cgo=", "ACO_ENGINE=portable", "-tags aco_portable"} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is missing in\n%s", s, out)
		}
	}
	if strings.Contains(out, "DefaultGODEBUG") { // it is in JSON alone
		t.Errorf("DefaultGODEBUG is in\n%s", out)
	}
	for _, c := range aco.Engine().Checks {
		if !regexp.MustCompile(`(?m)^ok ` + regexp.QuoteMeta(c.Name) + `: `).MatchString(out) {
			t.Errorf("check %q is missing in\n%s", c.Name, out)
		}
	}
	if n := len(aco.Engine().Checks); n > 0 && !strings.HasSuffix(out, fmt.Sprintf("engine: %d checks passed\n", n)) {
		t.Errorf("the verdict is missing in\n%s", out)
	}
	if _, short, _ := command("doctor"); strings.Contains(short, "\nok ") || len(short) > len(out)/2 {
		t.Errorf("without -v there is\n%s", short)
	}
	_, out, _ = command("doctor", "-json")
	var d doctor.Diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil || d.Engine.Name != aco.Engine().Name || len(d.Engine.Checks) != len(aco.Engine().Checks) || d.Torture != nil {
		t.Errorf("%v, read back %+v", err, d)
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
	var d doctor.Diagnosis
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

// A torture that ends its process is a fault, told with what the process said.
func TestTortureCrash(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "nonsense") // which the runtime refuses to start with
	status, out, errs := command("doctor", "-torture", "1s")
	if status != 1 || !strings.Contains(out, "FAULT") || !strings.Contains(out, "GOMEMLIMIT") || !strings.Contains(errs, "please report it") {
		t.Errorf("status %d, printed\n%s\n%s", status, out, errs)
	}
}
