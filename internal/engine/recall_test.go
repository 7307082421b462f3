//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// What a coroutine is suspended with when it yields at another place than before is recalled, not found out
// again.
func TestPlacesAreRecalled(t *testing.T) {
	needNative(t)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // while it marks, pointers that have changed are described
	recalled, described := countRecalls(t, func(c *Core) {
		p := new(int)
		for {
			leave(c)
			*p++
			p = new(int)
			leave(c)
			*p++
			leaf(c, p)
		}
	}, func(c *Core) {
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
	needNative(t)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var callers [2][3]uintptr
	recalled, _ := countRecalls(t, func(c *Core) {
		for {
			left(c)
			right(c)
		}
	}, func(c *Core) {
		for i := range 30 {
			enter(c)
			var pcs [3]uintptr
			if n := c.Callers(pcs[:]); n != 3 {
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
	needNative(t)
	done := make(chan int)
	go func() { // on a small stack
		sum := 0
		countRecalls(t, func(c *Core) {
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
		}, func(c *Core) {
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
	needNative(t)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer takePlaces()()
	described := 0
	for range 200 { // each processor has decoders of its own
		_, described = countRecalls(t, func(c *Core) { leave(c) }, func(c *Core) { enter(c) })
	}
	if described != 0 {
		t.Error("the layout of the last is not known yet")
	}
}

// That others have the place of a coroutine's layout is no reason to have another one.
func TestLayoutWithoutPlaceIsKept(t *testing.T) {
	needNative(t)
	countRecalls(t, func(c *Core) {
		for {
			grow(100)
			leave(c)
		}
	}, func(c *Core) {
		enter(c)
		defer takePlaces()()
		first := c.layout
		for range 20 {
			done := make(chan bool)
			go func() { // on a small stack, which moves before leave
				enter(c)
				close(done)
			}()
			<-done
		}
		if c.layout != first || c.ext != nil || c.misses > 2 {
			t.Errorf("%d times it had another layout", c.misses)
		}
	})
}

// takePlaces fills the table of layouts with others, and returns what undoes it.
func takePlaces() (restore func()) {
	var old [len(layouts)]*layout
	for i := range layouts {
		old[i] = layouts[i].Swap(&layout{pc: 1})
	}
	return func() {
		for i := range layouts {
			layouts[i].Store(old[i])
		}
	}
}

func needNative(t *testing.T) {
	if !nativeOK() {
		t.Skip("the native engine is not in use")
	}
}

//go:noinline
func left(c *Core) {
	leaf(c, new(int))
	runtime.KeepAlive(c)
}

//go:noinline
func right(c *Core) {
	leaf(c, new(int))
	runtime.KeepAlive(c)
}

//go:noinline
func leaf(c *Core, p *int) {
	leave(c)
	*p++
	*p--
}

// countRecalls runs a coroutine with body, and counts how often its suspensions were recalled and described.
func countRecalls(t *testing.T, body, resume func(c *Core)) (recalled, described int) {
	before := yieldNative
	defer func() { yieldNative = before }()
	yieldNative = func(c *Core, depth, pc, base uintptr) bool {
		if c.recall(depth, pc) {
			recalled++
			return true
		}
		described++
		return before(c, depth, pc, base)
	}
	c := new(Core)
	c.Init(Shared, func(c *Core) {
		body(c) // without a deferred End, which has a record where nothing is optimized
	})
	resume(c) // and drop it
	return recalled, described
}
