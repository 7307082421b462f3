package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/report"
	"github.com/goaco/aco/cmd/aco/internal/self"
)

// acoCommand returns the command as another process.
func acoCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(append(os.Environ(), self.Variable+"=1"), env...)
	return cmd
}

// child runs the command in another process and returns its exit status and what it printed.
func child(t *testing.T, env []string, args ...string) (status int, out string) {
	cmd := acoCommand(t, env, args...)
	b, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

// The name of a family of rows chooses all of them, and no other.
func TestFamilies(t *testing.T) {
	status, out, errs := command("bench", "-quick", "-json", "-peers", "iter.Pull", "kway", "lexer-states-18")
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatal(status, err, errs)
	}
	var got []string
	for _, row := range r.Rows {
		got = append(got, row.Row)
	}
	if want := []string{"lexer-states-18", "kway-first", "kway-steady"}; !slices.Equal(got, want) {
		t.Errorf("measured %q, want %q", got, want)
	}
}

// The JSON report can be read back.
func TestJSON(t *testing.T) {
	status, out, errs := command("bench", "-json", "-quick", "-peers", "iter.Pull,aco", "one", "memory")
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatal(status, err, errs)
	}
	if len(r.Rows) != 2 || len(r.Rows[0].Peers) != 2 || len(r.Rows[0].Peers[0].Repeats) != measure.Quick.Repeats || r.Engine.GoVersion != runtime.Version() {
		t.Errorf("read back %+v", r)
	}
	if f := r.Rows[1].Peers[0]; f.Min < 2000 || f.Min > 20000 {
		t.Errorf("a goroutine takes %v bytes", f.Min)
	}
}

// Go's benchmark format has a line a repeat, and its heading.
func TestGoFormat(t *testing.T) {
	status, out, errs := command("bench", "-format", "go", "-quick", "one", "memory")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	n := 0
	for _, line := range lines {
		switch {
		case regexp.MustCompile(`^BenchmarkAco/row=one/peer=\S+-\d+\t\d+\t[\d.]+ ns/op\t[\d.]+ B/op\t[\d.]+ allocs/op$`).MatchString(line),
			regexp.MustCompile(`^BenchmarkAco/row=memory/peer=\S+-\d+\t\d+\t[\d.]+ B/coroutine\t[\d.]+ allocs/coroutine$`).MatchString(line):
			n++
		case !regexp.MustCompile(`^(goos|goarch|pkg|cpu|engine): `).MatchString(line):
			t.Errorf("line %q", line)
		}
	}
	if status != 0 || n != 12*measure.Quick.Repeats {
		t.Errorf("status %d, %d lines of figures, %q", status, n, errs)
	}
}

// Nothing is coloured but on a terminal, and progress is told in plain lines.
func TestPlain(t *testing.T) {
	status, out, errs := command("bench", "-quick", "one")
	if status != 0 || strings.ContainsAny(out+errs, "\x1b\r") || errs != "measuring one (1 of 1)\n" {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
	for _, p := range []string{"iter.Pull", "aco", "channels", "sync.Cond", "state-machine"} {
		if !strings.Contains(out, " "+p+" ") {
			t.Errorf("%s is missing in\n%s", p, out)
		}
	}
}

// A row that there is not enough memory for is skipped, with the reason, and the rest is measured.
func TestNotEnoughMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	status, out, errs := command("bench", "-quick", "-json", "100000", "one")
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatal(status, err, errs)
	}
	if s := r.Rows[1].Skipped; !regexp.MustCompile(`takes some 400 MB of memory, and \d+ MB are free`).MatchString(s) || len(r.Rows[1].Peers) != 0 {
		t.Errorf("row %s: skipped %q, %d peers", r.Rows[1].Row, s, len(r.Rows[1].Peers))
	}
	if r.Rows[0].Row != "one" || r.Rows[0].Skipped != "" || len(r.Rows[0].Peers) == 0 {
		t.Errorf("row %+v", r.Rows[0])
	}
	_, table, _ := command("bench", "-quick", "consumers")
	if !strings.Contains(table, "skipped: it takes some 400 MB") {
		t.Errorf("printed %s", table)
	}
}

// C libaco's figure comes from the program that is named, and its failure is told in the row.
func TestLibaco(t *testing.T) {
	program := filepath.Join(t.TempDir(), "libaco")
	for script, want := range map[string]string{
		"#!/bin/sh\necho '{\"pair_ns\": 17.5}'\n": `"Min": 17.5`,
		"#!/bin/sh\nexit 1\n":                     `"Error": "` + program,
	} {
		if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		if status, out, errs := command("bench", "-quick", "-json", "-libaco", program, "one"); status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, printed %s and %s", status, out, errs)
		}
	}
}

// Large rows are measured if they are named.
func TestLargeRows(t *testing.T) {
	status, out, errs := command("bench", "-quick", "-rows", "1:8,1000:1000")
	if status != 0 || !strings.Contains(out, "\n1:8 ") || !strings.Contains(out, "\n1000:1000 ") {
		t.Errorf("status %d, printed %s and %s", status, out, errs)
	}
}
