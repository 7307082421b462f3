package aco_test

import (
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/goaco/aco"
)

// What the next coroutine finds of the one before it: nothing that may still mean what it meant there.

// A coroutine of a pulled sequence serves the next one with its layout. If that was made for frames with
// records of deferred calls, it takes what they held for pointers, and there may be anything in the next one's.
func TestLayoutWithDefersIsNotReused(t *testing.T) {
	deferred := func() {}
	freed := freedAddress()
	for range 3 {
		runtime.GC()
	}
	for _, defers := range []bool{true, false} {
		next, stop := aco.Pull(func(yield func(int) bool) { sometimesDefers(yield, defers, 5, deferred) })
		if !defers {
			litterStack(freed)
		}
		next()
		runtime.GC() // fails with "found bad pointer in Go heap" if it is shown the address
		stop()
	}
}

//go:noinline
func sometimesDefers(yield func(int) bool, defers bool, n int, f func()) {
	if defers {
		defer f()
		defer f()
		defer f()
	}
	if n == 12345 {
		for range n {
			defer f() // so that each has a record
		}
	}
	for i := range n {
		if !yield(i) {
			return
		}
	}
}

//go:noinline
func freedAddress() uintptr {
	return uintptr(unsafe.Pointer(new([1 << 20]byte)))
}

//go:noinline
func litterStack(v uintptr) (sum uintptr) {
	var a [256]uintptr
	for i := range a {
		a[i] = v
	}
	for i := range a {
		sum += a[(sum+uintptr(i))%256]
	}
	return sum
}

// A pulled sequence that could not move to a goroutine, because its thread was locked, does not keep the
// next one from moving.
func TestPullMovesAgain(t *testing.T) {
	if aco.Engine().Standalone != "hand-over" {
		return
	}
	goroutine := func() string { return strings.SplitN(string(debug.Stack()), " [", 2)[0] }
	moves := func() bool {
		var at []string
		next, stop := aco.Pull(func(yield func(int) bool) {
			for range 100 {
				largeFrames(5, func() {
					at = append(at, goroutine())
					yield(1)
				})
			}
		})
		for range 100 {
			next()
		}
		stop()
		return at[0] != at[len(at)-1]
	}
	runtime.LockOSThread()
	if moves() {
		t.Error("it moves on a locked thread")
	}
	runtime.UnlockOSThread()
	for range 3 {
		if !moves() {
			t.Error("it does not move")
		}
	}
}

//go:noinline
func largeFrames(n int, f func()) int {
	var a [30]int
	a[n] = n
	if n > 0 {
		return largeFrames(n-1, f) + a[n]
	}
	for range 4 {
		f()
	}
	return a[0]
}

// A block that had room for more pointers than its coroutine can tell is not kept for fewer: what the rest
// lead to would never be freed.
func TestManyPointersAreReleased(t *testing.T) {
	var freed atomic.Int32
	co := aco.New(func(co *intCo, _ int) { chainOfPointers(co, 5, nil, &freed) })
	co.Resume(0)
	co.Resume(0)
	for i := 0; i < 100 && freed.Load() < 90000; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if n := freed.Load(); n != 90000 {
		t.Errorf("%d of 90,000 dead pointers don't hold their objects", n)
	}
	co.Close()
}

type chainLink struct {
	pointers []*[64]byte
	next     *chainLink
}

//go:noinline
func chainOfPointers(co *intCo, n int, next *chainLink, freed *atomic.Int32) {
	var a [15000]*[64]byte
	link := chainLink{a[:], next}
	fillPointers(link.pointers, freed)
	if n > 0 {
		chainOfPointers(co, n-1, &link, freed)
		return
	}
	p := &link
	co.Yield(1) // 90,000 are alive
	sum := 0
	for ; p != nil; p = p.next {
		sum += len(p.pointers)
	}
	co.Yield(2) // and none
	co.Yield(sum)
}

//go:noinline
func fillPointers(a []*[64]byte, freed *atomic.Int32) {
	for i := range a {
		p := new([64]byte)
		a[i] = p
		runtime.AddCleanup(p, func(n *atomic.Int32) { n.Add(1) }, freed)
	}
}
