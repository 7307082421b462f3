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
	enter unsafe.Pointer // enter's frame: one further out may be suspended meanwhile, and go on at another depth
}

// closeDown runs what the frames of the innermost coroutine have deferred, innermost first, and ends it. Its caller seems to be the
// function in whose frame that begins. If a deferred function panics and another one recovers, begin returns anew
// (runtime/panic.go: recovery), so nothing counts on what happened in the meantime: what is still to be run, the frames
// say, as they do to the runtime.
func closeDown() {
	var p closing
	p.begin(inside())
	for f, ok := p.next(); ok; f, ok = p.next() {
		run(f)
	}
	depth := p.unname()
	p.c.up().Finish()
	quit(depth)
}

// run calls f, which may be nil: then it is this function that a fault interrupts. What is in a frame that was interrupted counts as
// dead, if its function has deferred nothing (runtime/stkframe.go: getStackMap), and the record must not.
//
//go:noinline
func run(f func()) { f() }

// begin makes p the goroutine's innermost panic, a Goexit that goes on where begin returns: of c, and enter's frame for it is depth
// bytes below the top of the stack.
//
//go:noinline
//go:nosplit
//go:nocheckptr
func (p *closing) begin(c *core, depth uintptr) {
	g, _, top, _, panics, bp := look()
	if bp == 0 { // no frame pointers: the arguments are on the stack
		bp = uintptr(unsafe.Pointer(&p))
	}
	pc, caller := callerOf(bp)
	p.c, p.Goexit, p.StartPC = c, true, pc
	// No write barriers: these lead into the stack.
	*(*uintptr)(unsafe.Pointer(&p.StartSP)) = caller + enterDown
	*(*uintptr)(unsafe.Pointer(&p.Link)) = uintptr(panics)
	*(*uintptr)(unsafe.Pointer(&p.enter)) = top - depth
	*at(g + gPanic) = uintptr(unsafe.Pointer(p))
}

// next returns what is to be run next, and takes it from its frame; false if there is nothing more. A function that is nil faults when
// it is run.
//
//go:noinline
//go:nosplit
//go:nocheckptr
func (p *closing) next() (f func(), ok bool) {
	l := p.c.layout()
	lo := uintptr(p.enter) - l.size
	for _, d := range l.deferring {
		left := (*byte)(unsafe.Pointer(at(lo + d.bits)))
		if *left != 0 {
			i := bits.Len8(*left) - 1
			*left &^= 1 << i
			return *(*func())(unsafe.Pointer(at(lo + d.slots + uintptr(i)*ptrSize))), true
		}
	}
	return nil, false
}

// unname takes the coroutine's name off enter's frame, and returns how far that is from the top of the stack.
//
//go:noinline
//go:nosplit
//go:nocheckptr
func (p *closing) unname() (depth uintptr) {
	_, _, top, _, _, _ := look()
	*at(uintptr(p.enter) + enterName) = 0
	return top - uintptr(p.enter)
}
