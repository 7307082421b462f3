package million

import (
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// A plain struct is as large as a coroutine's handle, and has as many pointers.
func TestStructSize(t *testing.T) {
	if p, c := unsafe.Sizeof(plain{}), unsafe.Sizeof(workload.Co{}); aco.Engine().Name == "native" && p != c {
		t.Errorf("%d bytes, and a handle has %d", p, c)
	}
}

// A lost state is found: by the sum when two have changed places, and by the hash.
func TestLostState(t *testing.T) {
	fresh := func() *herd {
		h := &herd{ctx: t.Context(), cos: make([]*workload.Co, 100)}
		for i := range h.model {
			h.model[i].A = make([]int, 5)
		}
		for id := range h.cos {
			h.cos[id] = aco.New(workload.Keep5)
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

// The order of 200,000 has a sum that an int of 32 bits does not hold.
func TestOrderOfMany(t *testing.T) {
	if ns := orderCost(200000); ns <= 0 {
		t.Errorf("it took %v ns", ns)
	}
}

// Goroutines are not made where there is no memory for them.
func TestGoroutinesWithoutMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	if c, why := goroutineCycle(100000); c != nil || !strings.Contains(why, "100,000 take some 300 MB") {
		t.Error(c, why)
	}
}
