//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"runtime"
	"runtime/debug"
	"testing"
	"unsafe"
)

// What a coroutine is suspended with when it yields at another place than before is recalled, not found out
// again.
func TestPlacesAreRecalled(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // while it marks, pointers that have changed are described
	runtime.GC()                                     // which ends one that has begun
	recalled, described := countRecalls(t, func(c *core) {
		p := new(int)
		for {
			leave(c)
			*p++
			p = new(int)
			leave(c)
			*p++
			leaf(c, p)
		}
	}, func(c *core) {
		for range 30 {
			enter(c)
		}
	})
	if recalled < 20 || described > 10 {
		t.Errorf("%d recalled, %d described", recalled, described)
	}
}

// Frames of one size that end at one place, through calls from different places, are told from each other.
func TestRecallTellsCallersApart(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC() // which ends one that has begun
	defer emptyPlaces()()
	var callers [2][3]uintptr
	recalled, _ := countRecalls(t, func(c *core) {
		for {
			left(c)
			right(c)
		}
	}, func(c *core) {
		for i := range 30 {
			enter(c)
			var pcs [3]uintptr
			if n := c.callers(pcs[:]); n != 3 {
				t.Fatal(n, "frames")
			}
			if i < 2 {
				callers[i] = pcs
			} else if pcs != callers[i%2] {
				t.Errorf("suspended for the %dth time at %x, want %x", i+1, pcs, callers[i%2])
			}
		}
	})
	if recalled < 20 || callers[0] == callers[1] {
		t.Errorf("%d recalled, at %x", recalled, callers)
	}
}

// A stack that has moved since the coroutine was resumed misleads recall about where its frames end, and
// it is found out.
func TestRecallAfterStackMoved(t *testing.T) {
	done := make(chan int)
	go func() { // on a small stack
		sum := 0
		countRecalls(t, func(c *core) {
			for i := 1; ; i++ {
				p := new(int)
				*p = i
				grow(4 * i)
				leave(c)
				sum += *p
				grow(8 * i)
				leaf(c, p)
				sum += *p
			}
		}, func(c *core) {
			for range 101 {
				runtime.GC() // makes it smaller
				enter(c)
			}
		})
		done <- sum
	}()
	if sum := <-done; sum != 2*50*51/2 {
		t.Errorf("sum %d", sum)
	}
}

// Where others have all places, a layout that is needed again and again gets one all the same.
func TestPlacesAreGivenUp(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC() // which ends one that has begun
	defer takePlaces()()
	described := 0
	for range 200 { // each processor has decoders of its own
		_, described = countRecalls(t, func(c *core) { leave(c) }, func(c *core) { enter(c) })
	}
	if described != 0 {
		t.Error("the layout of the last is not known yet")
	}
}

// That others have the place of a coroutine's layout is no reason to have another one.
func TestLayoutWithoutPlaceIsKept(t *testing.T) {
	countRecalls(t, func(c *core) {
		for {
			grow(100)
			leave(c)
		}
	}, func(c *core) {
		enter(c)
		defer takePlaces()()
		first := c.layout()
		for range 20 {
			done := make(chan bool)
			go func() { // on a small stack, which moves before leave
				enter(c)
				close(done)
			}()
			<-done
		}
		if c.layout() != first || c.ext() != nil || c.Spent > 2*spentMiss {
			t.Errorf("%d times it had another layout", c.Spent/spentMiss)
		}
	})
}

// takePlaces takes all places of layouts, and emptyPlaces makes them free, until restore is called.
func takePlaces() (restore func()) { return setPlaces(&layout{pc: 1}) }

func emptyPlaces() (restore func()) { return setPlaces(nil) }

func setPlaces(l *layout) (restore func()) {
	var old [len(layouts)]*layout
	for i := range layouts {
		old[i] = layouts[i].Swap(l)
	}
	return func() {
		for i := range layouts {
			layouts[i].Store(old[i])
		}
	}
}

//go:noinline
func left(c *core) {
	leaf(c, new(int))
	runtime.KeepAlive(c)
}

//go:noinline
func right(c *core) {
	leaf(c, new(int))
	runtime.KeepAlive(c)
}

//go:noinline
func leaf(c *core, p *int) {
	leave(c)
	*p++
	*p--
}

// countRecalls runs body, which resume resumes, and counts how often it is suspended with another layout than the last
// time that frozen knows, and how often what it is suspended with has to be found out.
func countRecalls(t *testing.T, body, resume func(c *core)) (recalled, described int) {
	before := yieldNative
	defer func() { yieldNative, freezeKnown = before, frozen }()
	recalls = 0
	freezeKnown = countingFrozen
	yieldNative = func(c *core, depth, pc, base uintptr) bool {
		if c.recall(depth, pc) {
			return true
		}
		described++
		return before(c, depth, pc, base)
	}
	c := new(core)
	c.init(func(c *core) {
		body(c) // without a deferred End, which has a record where nothing is optimized
	})
	resume(c) // and drop it
	return recalls, described
}

var recalls int

//go:nosplit
func countingFrozen(c *core, lo, g unsafe.Pointer, pc, bp uintptr) (hi, owner uintptr) {
	last := c.Layout
	if hi, owner = frozen(c, lo, g, pc, bp); hi != 0 && c.Layout != last {
		recalls++
	}
	return hi, owner
}
