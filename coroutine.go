package aco

import (
	"iter"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/engine"
)

// A Coroutine takes In values from Resume and gives Out values at Yield.
// Make one with [New]: the methods of the zero Coroutine panic with "aco: coroutine was not made by New".
// It must not be copied; go vet finds copies.
//
// The resumer calls Resume, and the body calls Yield. Both are methods of one type, so that the body can hand
// co to any function it calls, and that one can yield too, or ask for the Status.
//
// A coroutine may be resumed by one goroutine now and by another later, if the
// program orders the two with a channel, a mutex or the like, just as it would
// order two writes to a variable.
type Coroutine[In, Out any] struct {
	core  coro.Core
	claim coro.Claim
	in    In // these two lie beside what a switch uses of the core
	out   Out
	body  func(co *Coroutine[In, Out], first In)
}

// New returns a coroutine that will run body. Nothing runs until the first
// [Coroutine.Resume], whose argument body gets as first. Each later argument of
// Resume is what the pending [Coroutine.Yield] returns.
//
// A body has no result: all that it gives its resumer goes through Yield. For a final result let it set a variable, which
// may be read once Resume has returned false.
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
	return newCoroutine(body, opts)
}

// newCoroutine is New, which is so short that the compiler inlines it. Its callers get dearer by what New costs
// then, and are not inlined themselves: in the body of a coroutine of a function that is inlined nothing would be, Yield
// neither (cmd/compile/internal/inline/interleaved goes through functions that were there before).
func newCoroutine[In, Out any](body func(co *Coroutine[In, Out], first In), opts []Option) *Coroutine[In, Out] {
	co := &Coroutine[In, Out]{body: body}
	engine.Init(&co.core, stackKind(coro.Shared, opts), coro.Main(co, func() func(*coro.Core) {
		return func(c *coro.Core) { // a function with a name would be called by a closure
			co := (*Coroutine[In, Out])(unsafe.Pointer(c)) // c is its first field
			if c.Ended() {
				var in In
				var out Out
				co.body, co.in, co.out = nil, in, out
				return
			}
			if c.Nested() {
				defer coro.End()
			}
			body := co.body
			co.body = nil // what it alone has is nobody's once it is done with that
			body(co, co.in)
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
// Resume panics with "aco: resume of a running coroutine" if the body is running, as when it resumes
// itself. If two goroutines resume it at the same time, one succeeds and the other panics so. Resume
// panics with "aco: resume of a coroutine that resumed another" if the body waits for a coroutine that
// it resumed. The coroutine is not harmed. But of two goroutines that resume it at the same time, one
// may hand over the value of the other, or a mixture of both, which of a string, a slice or an interface
// may corrupt memory, as with any variable that two goroutines write at once: order them. In a program built
// with -tags aco_check neither happens: Resume claims the coroutine first, and lets it go when it has read what
// was yielded, which takes longer.
func (co *Coroutine[In, Out]) Resume(v In) (out Out, ok bool) {
	if coro.Checked {
		return co.resumeChecked(v)
	}
	if co.core.Owner < coro.OwnerPortableRunning { // or else somebody has it, and reads what he has handed over
		co.in = v
	}
	ok = coro.Resume(&co.core)
	return co.out, ok
}

// resumeChecked is Resume with -tags aco_check. If it does not return, because the body has panicked, the coroutine is Done.
func (co *Coroutine[In, Out]) resumeChecked(v In) (out Out, ok bool) {
	if !co.claim.Take() {
		co.core.Taken()
		return out, false
	}
	co.in = v
	if ok = coro.Resume(&co.core); ok {
		out = co.out
	}
	co.claim.Free()
	return out, ok
}

// Yield suspends the body, with all functions it has called on the way to Yield,
// hands v to the resumer, and returns the argument of the next Resume. It may be
// called at any call depth, also in a deferred function while a panic is in progress.
//
// If the body has resumed another coroutine, and that one perhaps a third, the innermost may call Yield
// of this one. Then all of them are suspended together, whatever their kinds, and the next Resume of
// this one brings all back. Meanwhile the inner ones are [Normal] or [Running] as before.
//
// Once the coroutine is being closed Yield does not return: see [Coroutine.Close].
//
// Yield panics with "aco: yield outside the coroutine" if what runs on this goroutine is neither the
// body nor a coroutine that it has resumed in this way, and with "aco: can't suspend across FRAME:
// REASON; use aco.Standalone()" if a frame that can't be moved, such as that of a C call, lies between
// Resume and Yield. In the second case nothing has changed, and the body may recover and go on.
//
// The portable engine does not know which goroutine calls. It does not notice a Yield from another
// goroutine while the body runs; what happens then is what the same mistake does with iter.Pull.
func (co *Coroutine[In, Out]) Yield(v Out) In {
	co.out = v
	coro.Yield(&co.core)
	return co.in
}

// Close ends the coroutine. A Created one never runs. In a Suspended one the pending Yield never
// returns: the body unwinds as by [runtime.Goexit], but its resumer does not. Its deferred functions
// run, innermost first, and recover in them returns nil. A deferred function that yields ends there, and
// the next one runs. Close returns when the body has ended. If a deferred function panics and no other
// one recovers, the panic leaves Close. runtime.Goexit in one changes nothing. A panic that was in
// progress when the body yielded is abandoned. Closing a Done coroutine does nothing.
//
// A body may close its own coroutine, at any depth of calls. Close does not return then; the
// body unwinds in the same way, and the Resume that waits for it returns false.
//
// Close panics with "aco: close of a running coroutine" if it is called from elsewhere while the body
// runs, or if the body waits for another coroutine.
func (co *Coroutine[In, Out]) Close() {
	if coro.Checked {
		co.endChecked((*coro.Core).Close)
		return
	}
	co.core.Close()
}

// stop is what a pulled sequence has in place of Close.
func (co *Coroutine[In, Out]) stop() {
	if coro.Checked {
		co.endChecked((*coro.Core).Stop)
		return
	}
	co.core.Stop()
}

// endChecked is Close and stop with -tags aco_check.
func (co *Coroutine[In, Out]) endChecked(end func(*coro.Core)) {
	if !co.claim.Take() {
		co.core.EndTaken(end)
		return
	}
	end(&co.core)
	co.claim.Free()
}

// Status returns the state of the coroutine. The portable engine reports Running for a coroutine that
// waits for another one; the native engine reports [Normal]. Where standalone coroutines go through
// iter.Pull, the native engine too reports Running for a coroutine that waits for a standalone one. It
// reports Normal for a shared coroutine that has suspended a [Standalone] one, on whose stack it runs.
func (co *Coroutine[In, Out]) Status() Status { return Status(co.core.Status()) }

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
