// Package engine suspends and resumes coroutines. It holds two engines behind
// one type, Core: the portable one (portable.go), which parks a goroutine, and,
// where the build and the start-up check allow it, the native one (native.go,
// decode.go, release.go, native_amd64.s), which moves frames.
//
// This file is what the two have in common: the state of a coroutine, what may
// be done to it in which state, and the choice of the engine. The fast paths,
// resumption of a suspended native coroutine and its suspension, do not pass
// through here; everything else does, with its errors.
package engine

import "errors"

// ErrClosed is what Yield panics with in a coroutine that is being closed.
var ErrClosed = errors.New("aco: coroutine closed")

// A Status is the state of a coroutine.
type Status uint8

const (
	Created Status = iota
	Suspended
	Running
	Normal
	Done
)

func (s Status) String() string {
	return [...]string{"created", "suspended", "running", "normal", "done"}[s]
}

// A Kind says where the frames of a coroutine are.
type Kind uint8

const (
	Shared     Kind = iota // on the resumer's stack, or in the heap while suspended
	Standalone             // on the stack of a goroutine of its own
	Auto                   // the one, and later the other
)

// A Core is a coroutine without its values.
type Core struct {
	main     func(*Core) // calls the body; defers End; has nothing in its frame that these two don't reach
	End      func()      // drops the last values and calls Finish
	portable *portable   // nil for a native coroutine
	status   Status      // Created, Suspended, Running or Done; of a native one Running also if Suspended
	closing  bool        // Close has begun: Yield panics with ErrClosed
	stopped  bool        // Stop has begun, or the end: a pulled sequence's yield returns false
	native               // last, so that what a switch uses lies beside the values
}

// Resume runs the coroutine until it yields or ends, and reports whether it yielded.
// It is resumeSlow, or the native engine's assembly in front of it.
var Resume func(c *Core) bool

// Yield suspends the coroutine that runs. It is yieldSlow, or the native engine's
// assembly in front of it.
var Yield func(c *Core)

func init() { Resume, Yield = (*Core).resumeSlow, (*Core).yieldSlow }

// Init makes c a Created coroutine. End must be set, and main must defer it.
func (c *Core) Init(kind Kind, main func(*Core)) {
	c.main = main
	if !nativeOK() || kind == Standalone && !c.makeStandalone() { // in this order: Resume and Yield are settled first
		c.portable = newPortable(func() { main(c) })
	}
	c.prepare(kind)
}

// Finish marks the coroutine Done. It reports whether the body was being closed, so
// that ErrClosed ends here.
func (c *Core) Finish() (closing bool) {
	c.status, c.stopped = Done, true
	c.release()
	return c.closing
}

// Status returns the state of the coroutine.
func (c *Core) Status() Status {
	if c.portable == nil && c.status == Running {
		return c.nativeStatus()
	}
	return c.status
}

// resumeSlow is Resume for everything but a suspended native coroutine with room
// for its frames on this stack.
func (c *Core) resumeSlow() bool {
	switch c.Status() {
	case Created, Suspended:
		if c.standalone() {
			return c.resumeStandalone()
		}
		c.status = Running
		if c.portable != nil {
			return c.portable.resume()
		}
		return c.resumeNative()
	case Running:
		panic("aco: resume of a running coroutine")
	case Normal:
		panic("aco: resume of a coroutine that resumed another")
	}
	c.End() // drops the value that came with this Resume
	return false
}

// yieldSlow is Yield for what the assembly does not do, but for suspending a shared coroutine.
func (c *Core) yieldSlow() {
	switch {
	case c.standalone():
		c.yieldStandalone()
	case c.status != Running:
		panic("aco: yield outside the coroutine")
	case c.closing:
		panic(ErrClosed)
	default:
		c.status = Suspended
		c.portable.suspend()
		c.status = Running
		if c.closing {
			panic(ErrClosed)
		}
	}
}

// Close unwinds a suspended body, or keeps a Created one from ever running.
func (c *Core) Close() {
	switch c.Status() {
	case Created:
		c.End()
		if c.portable != nil {
			c.portable.stop() // before main has begun: ends the goroutine
		}
	case Suspended:
		c.closing = true
		c.mark()
		Resume(c)
	case Running, Normal:
		panic("aco: close of a running coroutine")
	}
}

// Stop ends a pulled sequence: its yield returns false from now on.
func (c *Core) Stop() {
	if c.Status() == Suspended {
		c.stopped = true
		c.mark()
		Resume(c)
	} else {
		c.Close()
	}
}

// Stopped reports whether Stop has begun, or the coroutine has ended.
func (c *Core) Stopped() bool { return c.stopped }
