//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"math/bits"
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

// What is closed unwinds as by runtime.Goexit. That unwinds frame by frame, and asks each function anew whether it has
// deferred any. Here the layout knows which have. Where records of defers are among the frames, or panics, it is Goexit that
// does it (see wake), and where a deferred function itself exits or panics, the runtime goes on from there: so what it finds
// must look like a Goexit.

// A deferring is a frame whose function has deferred some that have no records: where it says which are still to be run, and
// where they are (runtime/panic.go: _panic.initOpenCodedDefers). Both are offsets in the frames.
type deferring struct{ bits, slots uintptr }

// A closing is a coroutine that is being closed: its body has been cut off where something is deferred. It lies in the frame of
// closeDown. As all that leads to the stack has a type that says so, it may move.
type closing struct {
	release.PanicRecord
	c     *core
	depth uintptr // of enter's frame, below the top of the stack
}

// closeDown runs what the frames of the innermost coroutine have deferred, innermost first, and ends it. Its caller seems to be the
// function in whose frame that begins. If a deferred function panics and another one recovers, begin returns anew
// (runtime/panic.go: recovery), so nothing counts on what happened in the meantime: what is still to be run, the frames
// say, as they do to the runtime.
func closeDown() {
	var p closing
	p.c, p.depth = inside()
	p.begin()
	for f := p.next(); f != nil; f = p.next() {
		f()
	}
	p.unname()
	p.c.up().Finish()
	quit(p.depth)
}

// begin makes p the goroutine's innermost panic, a Goexit that goes on where begin returns.
//
//go:noinline
//go:nosplit
//go:nocheckptr
func (p *closing) begin() {
	g, _, _, _, panics, bp := look()
	if bp == 0 { // no frame pointers: the arguments are on the stack
		bp = uintptr(unsafe.Pointer(&p))
	}
	pc, caller := callerOf(bp)
	p.Goexit, p.StartPC = true, pc
	// No write barriers: these lead into the stack.
	*(*uintptr)(unsafe.Pointer(&p.StartSP)) = caller + enterDown
	*(*uintptr)(unsafe.Pointer(&p.Link)) = uintptr(panics)
	*at(g + gPanic) = uintptr(unsafe.Pointer(p))
}

// next returns what is to be run next, and takes it from its frame; or nil.
//
//go:nosplit
//go:nocheckptr
func (p *closing) next() (f func()) {
	_, _, top, _, _, _ := look()
	l := p.c.layout()
	lo := top - p.depth - l.size
	for _, d := range l.deferring {
		left := (*byte)(unsafe.Pointer(at(lo + d.bits)))
		if *left != 0 {
			i := bits.Len8(*left) - 1
			*left &^= 1 << i
			return *(*func())(unsafe.Pointer(at(lo + d.slots + uintptr(i)*ptrSize)))
		}
	}
	return nil
}

// unname takes the coroutine's name off enter's frame.
//
//go:nosplit
//go:nocheckptr
func (p *closing) unname() {
	_, _, top, _, _, _ := look()
	*at(top - p.depth + enterName) = 0
}
