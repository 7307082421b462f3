package aco

import (
	"iter"
	"unsafe"

	"github.com/goaco/aco/internal/engine"
)

// ErrClosed is the value that Yield panics with inside a body that is being
// closed. A body that recovers it may clean up and return; if it yields again
// instead, that Yield panics with ErrClosed once more. It never leaves Close.
var ErrClosed error = engine.ErrClosed

// A Status is the state of a coroutine, as [Coroutine.Status] reports it. Its method String returns
// the name in small letters: "created", "suspended", "running", "normal" or "done".
type Status = engine.Status

// The states of a coroutine.
const (
	Created   = engine.Created   // New has returned, the body has not begun
	Suspended = engine.Suspended // the body waits inside Yield
	Running   = engine.Running   // the body runs
	Normal    = engine.Normal    // the body has resumed another coroutine, which runs
	Done      = engine.Done      // the body has ended: returned, panicked, exited or closed
)

// A Coroutine takes In values from Resume and gives Out values at Yield.
// The zero Coroutine is of no use, and its methods may panic: make one with [New]. It must
// not be copied.
//
// A coroutine may be resumed by one goroutine now and by another later, if the
// program orders the two with a channel, a mutex or the like, just as it would
// order two writes to a variable.
type Coroutine[In, Out any] struct {
	core engine.Core
	in   In // these two lie beside what a switch uses of the core
	out  Out
	body func(co *Coroutine[In, Out], first In)
}

// New returns a coroutine that will run body. Nothing runs until the first
// [Coroutine.Resume], whose argument body gets as first. Each later argument of
// Resume is what the pending [Coroutine.Yield] returns.
//
// A shared coroutine (the default, on the native engine) is plain memory while
// it is suspended: dropped, it is collected, and its deferred functions do not
// run. A standalone one, and any on the portable engine, is a parked goroutine,
// which the collector never frees: run it to its end, or [Coroutine.Close] it.
//
// New panics with "aco: nil body" if body is nil.
func New[In, Out any](body func(co *Coroutine[In, Out], first In), opts ...Option) *Coroutine[In, Out] {
	if body == nil {
		panic("aco: nil body")
	}
	kind := engine.Shared
	for _, o := range opts {
		kind = o.kind
	}
	co := &Coroutine[In, Out]{body: body}
	co.core.Init(kind, engine.Main(co, func() func(*engine.Core) {
		return func(c *engine.Core) { // a function with a name would be called by a closure
			co := (*Coroutine[In, Out])(unsafe.Pointer(c)) // c is its first field
			if c.Ended() {
				var in In
				var out Out
				co.body, co.in, co.out = nil, in, out
				return
			}
			if c.Nested() {
				defer engine.End()
			}
			co.body(co, co.in)
		}
	}))
	return co
}

// Resume runs the body until it yields or ends, and returns what it yielded and
// true, or the zero Out and false once the body has returned. Resuming a Done
// coroutine runs nothing and returns the zero Out and false.
//
// A panic of the body leaves Resume with the same value, and runtime.Goexit in
// the body ends the resumer's goroutine too; the coroutine is then Done.
//
// Resume panics with "aco: resume of a running coroutine" if the body is running,
// as when it resumes itself, and with "aco: resume of a coroutine that resumed
// another" if it waits for a coroutine that it resumed; neither does any harm.
func (co *Coroutine[In, Out]) Resume(v In) (out Out, ok bool) {
	co.in = v
	ok = engine.Resume(&co.core)
	return co.out, ok
}

// Yield suspends the body, with all functions it has called on the way to Yield,
// hands v to the resumer, and returns the argument of the next Resume. It may be
// called at any call depth, also in a deferred function while a panic is in progress.
//
// Yield panics with "aco: yield outside the coroutine" if the body is not what
// runs on this goroutine, with [ErrClosed] if the coroutine is being closed, and
// with "aco: can't suspend across FRAME: REASON; use aco.Standalone()" if a frame
// that can't be moved, such as that of a C call, lies between Resume and Yield.
// In the last case nothing has changed, and the body may recover and go on.
//
// The portable engine does not know which goroutine calls: there, a Yield from
// another goroutine while the body runs is not recognised, and behaves as the same
// mistake does with iter.Pull. A Yield of a [Standalone] coroutine by a [Shared] one
// that its body has resumed suspends both.
func (co *Coroutine[In, Out]) Yield(v Out) In {
	co.out = v
	engine.Yield(&co.core)
	return co.in
}

// Close ends the coroutine. A Created one never runs. In a Suspended one the
// pending Yield panics with [ErrClosed], so that the body unwinds and its deferred
// functions run; Close returns when the body is gone. ErrClosed itself does not
// leave Close, but any other panic of a deferred function does, and runtime.Goexit in
// one ends the goroutine that called Close. Closing a Done coroutine does nothing.
//
// Close panics with "aco: close of a running coroutine" if the body is running or
// waits for another coroutine.
func (co *Coroutine[In, Out]) Close() { co.core.Close() }

// Status returns the state of the coroutine. The portable engine reports Running
// where the native one can tell that a coroutine is Normal; so does the native one,
// where standalone coroutines go through iter.Pull, if one waits for such a one.
func (co *Coroutine[In, Out]) Status() Status { return co.core.Status() }

// All returns a sequence of everything the coroutine yields from now on, resuming
// it with the zero In. Leaving the loop early closes the coroutine.
func (co *Coroutine[In, Out]) All() iter.Seq[Out] {
	return func(yield func(Out) bool) {
		inLoop := false
		defer func() {
			if inLoop {
				co.Close()
			}
		}()
		for {
			var zero In
			v, ok := co.Resume(zero)
			if !ok {
				return
			}
			inLoop = true
			if !yield(v) {
				return
			}
			inLoop = false
		}
	}
}

// Footprint returns the number of bytes that a Suspended coroutine holds for its
// frames, or 0 if it is not Suspended or the engine can't tell (a standalone
// coroutine, and any on the portable engine).
func (co *Coroutine[In, Out]) Footprint() int { return co.core.Footprint() }

// Callers fills pcs with the return program counters of the frames of a Suspended
// coroutine, innermost first and ending at the body, for [runtime.CallersFrames],
// and returns how many it wrote. It returns 0 if the coroutine is not Suspended or
// the engine can't tell (a standalone coroutine, and any on the portable engine).
func (co *Coroutine[In, Out]) Callers(pcs []uintptr) int { return co.core.Callers(pcs) }
