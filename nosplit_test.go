package aco_test

import (
	"runtime"
	"sync"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
)

// A function that is nosplit does not look how much of the stack is left, and may have a large frame: the linker counts on those it
// calls to look. So what yields below one looks, if it needs more than a few words. The first resumptions are made at each depth, up to and
// past the ends of some stacks.

type fourInts struct{ a, b, c, d int }

// elementAt returns where element i is. An index would be looked at if nothing is optimized, and what that calls takes of the stack as well.
//
//go:nosplit
func elementAt(a *[78]uint64, i int) *uint64 { return (*uint64)(unsafe.Add(unsafe.Pointer(a), 8*i)) }

//go:nosplit
func nosplitSeq(yield func(fourInts) bool) {
	var a [78]uint64
	for i := 0; i < 3; i++ {
		*elementAt(&a, 7*i) = uint64(7 * i)
	}
	for i := 0; i < 3; i++ {
		if !yield(fourInts{i, int(*elementAt(&a, 7*i)), 3, 4}) {
			return
		}
		*elementAt(&a, i)++
	}
}

//go:nosplit
func nosplitBody(co *intCo, _ int) {
	var a [78]uint64
	for i := 0; i < 3; i++ {
		*elementAt(&a, 7*i) = uint64(7 * i)
	}
	for i := 0; i < 3; i++ {
		co.Yield(int(*elementAt(&a, 7*i)))
		*elementAt(&a, i)++
	}
}

//go:noinline
func belowFrames(n int, f func()) int {
	if n > 0 {
		return belowFrames(n-1, f) + 1
	}
	f()
	return 0
}

//go:noinline
func belowWiderFrame(n int, f func()) int {
	var pad [3]int
	pad[n%3] = 1
	return belowFrames(n, f) + pad[0]
}

func TestNosplitYields(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var all sync.WaitGroup
		begin := make(chan bool)
		run := func(f func(wait func())) { // on a stack that is new, with those of others beside
			waits := make(chan bool)
			all.Go(func() {
				f(func() {
					waits <- true
					<-begin
				})
			})
			<-waits
		}
		for n := range rounds(400) {
			for _, below := range []func(int, func()) int{belowFrames, belowWiderFrame} {
				run(func(wait func()) {
					co := aco.New(nosplitBody, k.opt)
					below(n, func() { co.Resume(0) })
					wait()
					for i := 1; i < 3; i++ {
						if v, ok := co.Resume(0); v != i*7 || !ok {
							t.Errorf("depth %d: got %d, %v", n, v, ok)
						}
					}
					co.Close()
				})
				run(func(wait func()) {
					next, stop := aco.Pull(nosplitSeq, k.opt)
					below(n, func() { next() })
					wait()
					for i := 1; i < 3; i++ {
						if v, ok := next(); v != (fourInts{i, i * 7, 3, 4}) || !ok {
							t.Errorf("depth %d: got %d, %v", n, v, ok)
						}
					}
					stop()
				})
			}
		}
		runtime.GC() // which looks at each stack
		close(begin)
		all.Wait()
	})
}
