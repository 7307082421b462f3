package main

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// acoCommand returns the command as another process.
func acoCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(append(os.Environ(), asCommand+"=1"), env...)
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

// tiny is a plan for tests.
var tiny = plan{repeats: 2, budget: time.Millisecond, scale: 100}

// Every row can be measured, and gives every peer its figures.
func TestRows(t *testing.T) {
	for _, r := range rows {
		if r.large { // see TestSizeRows
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			res := &result{Row: r.name, Unit: r.unitName(), row: r}
			measureRow(context.Background(), res, tiny, "")
			if res.Skipped != "" || len(res.Peers) != len(r.peers) || len(res.Peers) < 2 {
				t.Fatalf("skipped %q, %d peers", res.Skipped, len(res.Peers))
			}
			for _, f := range res.Peers {
				if f.Error != "" || f.Min <= 0 || f.Ratio <= 0 || f.N <= 0 || f.Median < f.Min || len(f.Repeats) != tiny.repeats {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// Every peer of a row of work computes the same, each time anew.
func TestWorkIsTheSame(t *testing.T) {
	works := 0
	for _, r := range rows {
		var want []int
		for _, p := range r.peers {
			if p.work == nil {
				continue
			}
			works++
			once, stop := p.work()
			var got []int
			for range 7 {
				got = append(got, once())
			}
			stop()
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) || slices.Max(got) == 0 && slices.Min(got) == 0 {
				t.Errorf("%s: %s computed %v, %s %v", r.name, p.name, got, r.peers[0].name, want)
			}
		}
	}
	if works < 40 {
		t.Errorf("%d peers do work", works)
	}
}

// The work's checksums are of the right values: of those, they depend on each and on their order.
func TestMix(t *testing.T) {
	sum := func(values ...int) (sum int) {
		for _, v := range values {
			sum = mix(sum, v)
		}
		return sum
	}
	if sum(1, 2, 3) == sum(1, 3, 2) || sum(1, 2, 3) == sum(1, 2, 4) || sum(1, 2) == sum(1, 2, 2) {
		t.Error("different values have the same sum")
	}
}

// The ways to pull a sequence that are not the standard library's do what that does.
func TestPulls(t *testing.T) {
	type pull = func(iter.Seq[int]) (func() (int, bool), func())
	for name, p := range map[string]pull{
		"iter.Pull": iter.Pull[int], "channelPull": channelPull[int], "condPull": condPull[int],
		"channelAhead": channelAhead, "bufferedAhead": bufferedAhead,
	} {
		for _, values := range []int{0, 1, 5} {
			for taken := range values + 3 {
				before := runtime.NumGoroutine()
				ended := make(chan bool, 1)
				next, stop := p(func(yield func(int) bool) {
					defer func() { ended <- true }()
					for i := 0; i < values && yield(i); i++ {
					}
				})
				for i := range taken {
					if v, ok := next(); ok != (i < values) || ok && v != i || !ok && v != 0 {
						t.Errorf("%s of %d values: the %dth is %d, %v", name, values, i, v, ok)
					}
				}
				stop()
				if v, ok := next(); ok && taken > 0 && name != "channelAhead" && name != "bufferedAhead" {
					t.Errorf("%s: %d after stop", name, v)
				}
				stop()
				if taken > 0 {
					<-ended
				}
				for i := 0; runtime.NumGoroutine() > before; i++ {
					if i == 1000 {
						t.Fatalf("%s of %d values, %d taken: a goroutine is left", name, values, taken)
					}
					time.Sleep(time.Millisecond)
				}
			}
		}
	}
}

// The state machine's permutations are those of the recursion, and are all there are.
func TestPermutations(t *testing.T) {
	g := permutations(4)
	var want []string
	for p := range g.seq {
		want = append(want, string([]byte{byte('0' + p[0]), byte('0' + p[1]), byte('0' + p[2]), byte('0' + p[3])}))
	}
	next := g.machine()
	for i := 0; ; i++ {
		p, ok := next()
		if !ok {
			if i != 24 {
				t.Errorf("the state machine makes %d", i)
			}
			break
		}
		if s := string([]byte{byte('0' + p[0]), byte('0' + p[1]), byte('0' + p[2]), byte('0' + p[3])}); s != want[i] {
			t.Errorf("%d: %s, want %s", i, s, want[i])
		}
	}
	slices.Sort(want)
	if n := len(slices.Compact(want)); n != 24 {
		t.Errorf("%d different ones, want 24", n)
	}
}

// The figures are worked out from the repeats.
func TestSummarise(t *testing.T) {
	r := &result{Peers: []*figures{{Peer: iterPull, Repeats: []float64{40, 20, 30}}, {Peer: acoShared, Repeats: []float64{6, 5, 9}}, {Peer: "C libaco", Error: "none"}}}
	r.summarise()
	if f := r.Peers[1]; f.Min != 5 || f.Median != 6 || f.Spread != 0.8 || f.Ratio != 0.25 {
		t.Errorf("%+v", f)
	}
	if f := r.Peers[2]; f.Ratio != 0 || f.Min != 0 {
		t.Errorf("%+v", f)
	}
}

// The JSON report can be read back.
func TestJSON(t *testing.T) {
	status, out, errs := command("bench", "-json", "-quick", "-peers", "iter.Pull,aco", "one", "memory")
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatal(status, err, errs)
	}
	if len(r.Rows) != 2 || len(r.Rows[0].Peers) != 2 || len(r.Rows[0].Peers[0].Repeats) != quickPlan.repeats || r.Engine.GoVersion != runtime.Version() {
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
	if status != 0 || n != 12*quickPlan.repeats {
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
		if !strings.Contains(out, "│ "+p+" ") {
			t.Errorf("%s is missing in\n%s", p, out)
		}
	}
}

// A row that there is not enough memory for is skipped, with the reason, and the rest is measured.
func TestNotEnoughMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	status, out, errs := command("bench", "-quick", "-json", "100000", "one")
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatal(status, err, errs)
	}
	if s := r.Rows[1].Skipped; !regexp.MustCompile(`takes some 381 MB of memory, and \d+ MB are free`).MatchString(s) || len(r.Rows[1].Peers) != 0 {
		t.Errorf("row %s: skipped %q, %d peers", r.Rows[1].Row, s, len(r.Rows[1].Peers))
	}
	if r.Rows[0].Row != "one" || r.Rows[0].Skipped != "" || len(r.Rows[0].Peers) == 0 {
		t.Errorf("row %+v", r.Rows[0])
	}
	_, table, _ := command("bench", "-quick", "consumers")
	if !strings.Contains(table, "skipped: it takes some 381 MB") {
		t.Errorf("printed %s", table)
	}
}

// What is read of the control group's files is the number on the right line.
func TestNumber(t *testing.T) {
	file := filepath.Join(t.TempDir(), "memory.stat")
	if err := os.WriteFile(file, []byte("anon 5\ninactive_file 42\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, ok := number(file, "inactive_file "); n != 42 || !ok {
		t.Error(n, ok)
	}
	if _, ok := number(file, ""); ok {
		t.Error("no number was taken for one")
	}
	if _, ok := number(file+".none", ""); ok {
		t.Error("a number without a file")
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

// Resume and Yield are inlined into what is measured, as into a program's functions. The compiler does not
// do so in a very large function, such as that which sets up the rows, nor in a closure of a function that is
// inlined itself.
func TestResumeIsInlined(t *testing.T) {
	program := filepath.Join(t.TempDir(), "aco")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("go", "tool", "objdump", "-s", `^main\.`, program).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"resuming", "resumingMany", "coroutineLives", "resumingConsumers", "standaloneWalks"} {
		if !bytes.Contains(out, []byte("TEXT main."+f)) {
			t.Errorf("there is no %s", f)
		}
	}
	called := 0 // where the row one-called says so, which otherwise would measure something else
	for _, m := range regexp.MustCompile(`(?m)^ *(\w+\.go:\d+)\t.*CALL .*aco\.\(\*Coroutine.*\)\.(Resume|Yield)\(SB\)`).FindAllSubmatch(out, -1) {
		file, _, _ := strings.Cut(string(m[1]), ":")
		if file == "called.go" {
			called++
			continue
		}
		if !slices.Contains([]string{"memory.go", "programs.go", "torture.go"}, file) { // which are not timed
			t.Errorf("%s calls %s", m[1], m[2])
		}
	}
	if called != 1 {
		t.Errorf("called.go calls Yield %d times", called)
	}
}
