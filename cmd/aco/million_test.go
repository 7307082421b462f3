package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/million"
)

// populate runs the command with -json and returns what it reports.
func populate(t *testing.T, args string) *million.Population {
	t.Helper()
	status, out, errs := command(strings.Fields("million -json " + args)...)
	p := new(million.Population)
	if err := json.Unmarshal([]byte(out), p); err != nil || status != 0 || errs != "" {
		t.Fatalf("million %s: status %d, printed %s and %s", args, status, out, errs)
	}
	return p
}

// A suspended coroutine takes no more than its frames and what docs/memory.md counts.
func TestMillion(t *testing.T) {
	p := populate(t, "-n 100000 -gc -rounds 1")
	for name, v := range map[string]float64{"resident": p.Resident, "create": p.Create, "create and first": p.CreateFirst - p.Create,
		"switch": p.Switch, "random": p.SwitchRandom, "order": p.RandomOrder, "GC": p.GC.Wall, "GC CPU": p.GC.CPU, "pause": p.GC.Pause,
		"marking": p.SwitchInMarking, "structs": p.Structs.Wall, "touch": p.Touch, "touch at random": p.TouchRandom, "goroutines": p.Goroutines.Wall} {
		if !(v > 0) {
			t.Errorf("%s takes %v", name, v)
		}
	}
	if p.Coroutines != 100000 || p.Structs.Objects != 100000 || p.Goroutines.Objects != 100000 {
		t.Errorf("%+v", p)
	}
	if p.Engine != "native" {
		return
	}
	if p.Frames != 120 || p.Locals != 40 {
		t.Errorf("%d bytes of frames, %d of locals", p.Frames, p.Locals)
	}
	// 80 of the handle, 128 of the block, 8 of the list of all. What the tests before have left may be freed meanwhile.
	if p.Heap < 212 || p.Heap > 225 || p.Allocs < 2 || p.Allocs > 2.01 {
		t.Errorf("%.1f bytes, %.3f allocations", p.Heap, p.Allocs)
	}
	if p := populate(t, "-n 20000 -locals 120 -rounds 1"); p.Locals != 120 || p.Frames < 120 || p.Heap > 310 {
		t.Errorf("with 120 bytes of locals: %d in %d, %.1f in all", p.Locals, p.Frames, p.Heap)
	}
	if p := populate(t, "-n 1000 -bytes 1200 -rounds 1"); p.Frames < 1000 {
		t.Errorf("the largest has %d bytes", p.Frames)
	}
}

// Without the memory nothing is done.
func TestMillionWithoutMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	status, out, errs := command("million", "-n", "5000000")
	if status != 1 || out != "" || !regexp.MustCompile(`^aco: 5,000,000 coroutines take some [\d.]+ GB of memory, \d+ bytes each, and \d+ MB are free\n$`).MatchString(errs) {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
}

// C libaco's figures come from the program that is named.
func TestMillionLibaco(t *testing.T) {
	program := filepath.Join(t.TempDir(), "libaco")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n[ $1 = 1000:40 ] && echo '{\"pair_ns\": 17.5, \"create_and_first_ns\": 400, \"rss_bytes_each\": 280}'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if p := populate(t, "-n 1000 -locals 40 -libaco "+program); p.Libaco.Pair != 17.5 || p.Libaco.Resident != 280 {
		t.Errorf("%+v", p.Libaco)
	}
	if status, out, errs := command("million", "-n", "1000", "-locals", "40", "-libaco", program); status != 0 || !strings.Contains(out, "280 bytes each") {
		t.Errorf("status %d, printed %s and %s", status, out, errs)
	}
	if status, _, errs := command("million", "-n", "1001", "-locals", "40", "-libaco", program); status != 1 || !strings.Contains(errs, program) {
		t.Errorf("status %d, printed %s", status, errs)
	}
}

// Goroutines make their coroutines in parallel, and the number of processors is as before.
func TestParallel(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	p := populate(t, "-n 1000 -parallel")
	for _, l := range append(p.Parallel.Lives, p.Parallel.Plain) {
		for _, r := range []million.Rate{l.OneOfOne, l.OneOfAll, l.All} {
			if r.Wall <= 0 || r.CPU <= 0 {
				t.Errorf("%+v", p.Parallel)
			}
		}
	}
	if len(p.Parallel.Lives) == 0 || p.Parallel.Processors != before || runtime.GOMAXPROCS(0) != before {
		t.Errorf("%+v", p.Parallel)
	}
}
