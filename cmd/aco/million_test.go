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
	"unsafe"

	"github.com/goaco/aco"
)

// populate runs the command with -json and returns what it reports.
func populate(t *testing.T, args string) *population {
	t.Helper()
	status, out, errs := command(strings.Fields("million -json " + args)...)
	p := new(population)
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
	if p := populate(t, "-n 1000 -bytes 1000000 -rounds 1"); p.Frames < 1000 {
		t.Errorf("the largest has %d bytes", p.Frames)
	}
}

// A plain struct is as large as a coroutine's handle, and has as many pointers.
func TestStructSize(t *testing.T) {
	if p, c := unsafe.Sizeof(plain{}), unsafe.Sizeof(co{}); aco.Engine().Name == "native" && p != c {
		t.Errorf("%d bytes, and a handle has %d", p, c)
	}
}

// Every body does what its model does, whatever its number is; and the models of two numbers give
// those of all others.
func TestKeepers(t *testing.T) {
	for _, k := range keepers {
		model := make([]kept, 3)
		cos := make([]*co, 3)
		ids := []int{0, 1, 12345678}
		for i, id := range ids {
			model[i].a = make([]int, k.words)
			model[i].begin(id)
			cos[i] = aco.New(k.body)
		}
		for round := range 2*k.words + 1 {
			var out [3]int
			for i, id := range ids {
				v, ok := cos[i].Resume(id + round)
				if out[i] = model[i].next(id + round); !ok || v != out[i] {
					t.Fatalf("%d words: round %d of %d yields %d, want %d", k.words, round, id, v, out[i])
				}
			}
			if out[2] != out[0]+ids[2]*(out[1]-out[0]) {
				t.Errorf("%d words: round %d yields %v", k.words, round, out)
			}
		}
		h := [3]int{model[0].hash(), model[1].hash(), model[2].hash()}
		if v, ok := cos[2].Resume(-1); !ok || v != h[2] || v != h[0]+ids[2]*(h[1]-h[0]) {
			t.Errorf("%d words: the hash is %d, want %v", k.words, v, h)
		}
		if _, ok := cos[2].Resume(0); ok {
			t.Errorf("%d words: goes on after the hash", k.words)
		}
	}
}

// A lost state is found: by the sum when two have changed places, and by the hash.
func TestLostState(t *testing.T) {
	fresh := func() *herd {
		h := &herd{cos: make([]*co, 100)}
		for i := range h.model {
			h.model[i].a = make([]int, 5)
		}
		for id := range h.cos {
			h.cos[id] = aco.New(keep5)
		}
		for _, random := range []bool{false, true, false, true} {
			if _, err := h.resume("test", random); err != nil {
				t.Fatal(err)
			}
		}
		return h
	}
	if err := fresh().check(); err != nil {
		t.Error(err)
	}
	for _, random := range []bool{false, true} {
		h := fresh()
		h.cos[3], h.cos[70] = h.cos[70], h.cos[3]
		if _, err := h.resume("test", random); err == nil {
			t.Error("two have changed places, and the sum is right")
		}
	}
	h := fresh()
	h.cos[5].Resume(1) // once too often
	if err := h.check(); err == nil || !strings.Contains(err.Error(), "1 of 100") {
		t.Error(err)
	}
}

// An order visits everything once, and once more.
func TestOrder(t *testing.T) {
	for n := range 300 {
		if n == 0 {
			continue
		}
		o := newOrder(n)
		for lap := 1; lap <= 2; lap++ {
			seen := make([]bool, n)
			for range n {
				seen[o.next()] = true
			}
			for i, s := range seen {
				if !s {
					t.Fatalf("%d: lap %d does not come to %d", n, lap, i)
				}
			}
		}
	}
}

// Without the memory nothing is done.
func TestMillionWithoutMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	status, out, errs := command("million", "-n", "5000000")
	if status != 1 || out != "" || !regexp.MustCompile(`^aco: 5000000 coroutines take some \d+ MB of memory, \d+ bytes each, and \d+ MB are free\n$`).MatchString(errs) {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
	if c, why := goroutineCycle(100000); c != nil || !strings.Contains(why, "100000 take some 286 MB") {
		t.Error(c, why)
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
		for _, r := range []rate{l.OneOfOne, l.OneOfAll, l.All} {
			if r.Wall <= 0 || r.CPU <= 0 {
				t.Errorf("%+v", p.Parallel)
			}
		}
	}
	if len(p.Parallel.Lives) == 0 || p.Parallel.Processors != before || runtime.GOMAXPROCS(0) != before {
		t.Errorf("%+v", p.Parallel)
	}
}

// The order of 200,000 has a sum that an int of 32 bits does not hold.
func TestOrderOfMany(t *testing.T) {
	if ns := orderCost(200000); ns <= 0 {
		t.Errorf("it took %v ns", ns)
	}
}
