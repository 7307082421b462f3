// Package hook is what instrumented code calls. It imports next to nothing, so that packages of the standard library
// can import it.
package hook

import (
	"sync/atomic"
	"unsafe"
)

// A place says that goroutine g runs a body. What state leads to is held elsewhere.
type place struct {
	g     atomic.Uintptr // 1 while it is being taken
	state unsafe.Pointer
	_     [6]uintptr // no two in one line of the cache
}

var places [1 << 12]place

func placeOf(g uintptr) *place { return &places[uint64(g)*0x9e3779b97f4a7c15>>52] }

// How often a site yields: the first Dense times, then when the number of times is a power of two, and each Sparse-th time.
var Dense, Sparse uint32 = 200, 509

var counts [1 << 18]uint32 // of each site; that goroutines may lose some of each other's does no harm

// What package drive sets.
var (
	Yield func(state unsafe.Pointer) // suspends the body that state is of, which Find has returned
	Run   func(f func())             // runs f as a body
)

// Goroutine returns the address of this goroutine's g.
func Goroutine() uintptr

// Enter notes that goroutine g runs a body, and reports whether it does: another one may have the place.
func Enter(g uintptr, state unsafe.Pointer) bool {
	p := placeOf(g)
	if !p.g.CompareAndSwap(0, 1) {
		return false
	}
	p.state = state
	p.g.Store(g)
	return true
}

// Leave notes that goroutine g runs no body.
func Leave(g uintptr) { placeOf(g).g.CompareAndSwap(g, 0) }

// Find returns the state of the body that this goroutine runs, and notes that it does not, if it is to yield at this
// site; and nil if not.
func Find(site int) unsafe.Pointer {
	g := Goroutine()
	p := placeOf(g)
	if p.g.Load() != g {
		return nil
	}
	n := counts[site%len(counts)] + 1
	counts[site%len(counts)] = n
	if n > Dense && n&(n-1) != 0 && n%Sparse != 0 {
		return nil
	}
	state := p.state
	p.state = nil
	p.g.Store(0)
	return state
}

// At yields at this site, if this goroutine runs a body.
func At(site int) {
	if state := Find(site); state != nil {
		Yield(state)
	}
}
