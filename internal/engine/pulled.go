//go:build gc && (amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"reflect"
	"sync"
	"unsafe"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// Pulled sequences of integers, by far the most, have an engine of their own in two respects.
//
// Their next and yield are closures made of assembly: a processor predicts a return by the last
// call, which a switch breaks, and so a next written in Go, and a yield too, would each return
// with a misprediction. For the assembly an integer is what is in a register, of whatever size.
//
// And when the sequence has ended, its coroutine serves another one, which finds its frames
// laid out already if it is suspended at the same place. What the user has is a handle.

// A pulled is a coroutine that runs a sequence.
type pulled struct {
	Core
	out    uintptr // what is yielded, where the assembly expects it
	seq    func(yield func(uintptr) bool)
	handle *handle
}

// A handle is three closures in one (runtime/runtime2.go: funcval): a func value that points to
// one of the addresses of code finds the coroutine behind them.
type handle struct {
	next, yield, stop uintptr
	core              *Core
}

func nextABI()
func giveABI()
func stopABI()
func stopFrame()

// What the assembly calls.
var (
	stopSlow = (*Core).Stop
	pullSlow = func(c *Core) (out uintptr, ok bool) {
		if c.owner == ownerNone {
			growStack(c.layout.size + room)
			return enterPulled(c)
		}
		if ok = c.resumeSlow(); ok {
			out = *(*uintptr)(unsafe.Add(unsafe.Pointer(c), unsafe.Sizeof(*c)))
		}
		return out, ok
	}
)

var enterPulled func(c *Core) (out uintptr, ok bool) // enter, of a coroutine that pulls

func init() { *(*unsafe.Pointer)(unsafe.Pointer(&enterPulled)) = unsafe.Pointer(codes()) }

func asFunc[F any](code *uintptr) F { return *(*F)(unsafe.Pointer(&code)) }

var free sync.Pool

// over is the coroutine of every sequence that has ended.
var over = pulled{Core: Core{main: func(*Core) {}, owner: ownerDone, native: native{flags: flagStopped | flagPulls}}}

func runPulled(c *Core) {
	p := (*pulled)(unsafe.Pointer(c))
	if p.Ended() {
		p.end()
		return
	}
	defer endPulled()
	p.seq(asFunc[func(uintptr) bool](&p.handle.yield))
}

// endPulled is End, by a shorter way: nobody closes a pulled coroutine.
func endPulled() {
	if c := disown(); c != nil {
		(*pulled)(unsafe.Pointer(c)).end()
	}
}

// end lets go of the sequence and its last values, and leaves the coroutine to another one.
func (p *pulled) end() {
	p.handle.core = &over.Core
	p.out, p.seq, p.handle = 0, nil, nil
	if p.standalone() {
		return // its resumer has yet to see it
	}
	// The next sequence begins with this one's layout, unless that was for frames with defer records: whose
	// function is live only as long as g._defer leads to the record. Such a layout is never shared.
	if p.wordCap > smallWords || p.layout == nil || p.ext != nil && p.layout == &p.ext.own {
		p.layout, p.frames, p.wordCap, p.ptrCap = &unsaved, nil, 0, 0
	}
	for _, off := range p.layout.list[p.layout.move/4:] {
		*p.word(int(off) / ptrSize) = 0
	}
	p.clearPointers(0)
	p.ext, p.owner, p.misses = nil, ownerNew, 0
	p.flags = flagPulls
	if canMove {
		p.flags |= flagAuto // which a resumer on a locked thread clears
	}
	free.Put(p)
}

// Pull returns the functions of a pulled sequence of integers; false if V isn't one, or the
// native engine not in use.
func Pull[V any](seq func(yield func(V) bool)) (next func() (V, bool), stop func(), ok bool) {
	if k := reflect.TypeFor[V]().Kind(); k < reflect.Bool || k > reflect.Uintptr || !nativeOK() {
		return nil, nil, false
	}
	p, _ := free.Get().(*pulled)
	if p == nil {
		p = new(pulled)
		p.main = runPulled
		p.makeShared(Auto)
		p.flags |= flagPulls
	}
	t := codes()
	h := &handle{t[3], t[4], t[5], &p.Core}
	p.seq, p.handle = *(*func(func(uintptr) bool))(unsafe.Pointer(&seq)), h
	return asFunc[func() (V, bool)](&h.next), asFunc[func()](&h.stop), true
}
