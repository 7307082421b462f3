// Package engine suspends and resumes coroutines. It holds two engines behind
// one type, Core: the portable one (portable.go), which parks a goroutine, and,
// where the build and the start-up check allow it, the native one (native.go,
// decode.go, release.go, arch_*.go, native_*.s), which moves frames.
//
// This file is what the two have in common: the state of a coroutine, what may
// be done to it in which state, and the choice of the engine. The fast paths,
// resumption of a suspended native coroutine and its suspension, do not pass
// through here; everything else does, with its errors.
package engine

import (
	"errors"
	"strconv"
)

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
	names := [...]string{"created", "suspended", "running", "normal", "done"}
	if int(s) >= len(names) {
		return "Status(" + strconv.Itoa(int(s)) + ")"
	}
	return names[s]
}

// A Kind says where the frames of a coroutine are.
type Kind uint8

const (
	Shared     Kind = iota // on the resumer's stack, or in the heap while suspended
	Standalone             // on the stack of a goroutine of its own
	Auto                   // the one, and later the other
)

// A Core is a coroutine without its values. There may be millions: what can be derived, or few
// have, is not in it.
type Core struct {
	main  func(*Core) // calls the body and defers End; of one that has ended, drops the last values
	ext   *ext        // what few coroutines have, or nil
	owner uintptr     // the g that runs it, or one of the following
	native
}

const (
	ownerNone     = iota // it is suspended
	ownerDone            // it has ended
	ownerNew             // it is created
	ownerStart           // it is created, and standalone
	ownerParked          // it is suspended, and standalone
	ownerMoving          // it is suspended, to be standalone once it is resumed
	ownerPortable        // it is the portable engine's, which knows more
)

// An ext is what few coroutines have.
type ext struct {
	portable
	nativeExt //lint:ignore U1000 empty where there is no native engine
}

// The bits of Core.flags.
const (
	flagClosing = 1 << iota // Close has begun: Yield panics with ErrClosed
	flagStopped             // Stop has begun, or the end: a pulled sequence's yield returns false
	flagSpecial             // the next switch has more to do; of a standalone one: its body has not returned
	flagPulls               // enter returns the integer behind the Core, and whether there is one
	flagAuto                // it may become standalone
	flagMove                // and shall, when it is suspended
	flagMoving              // and does, in thaw
)

// Resume runs the coroutine until it yields or ends, and reports whether it yielded.
// It is resumeSlow, or the native engine's assembly in front of it.
var Resume func(c *Core) bool

// Yield suspends the coroutine that runs. It is yieldSlow, or the native engine's
// assembly in front of it.
var Yield func(c *Core)

func init() { Resume, Yield = (*Core).resumeSlow, (*Core).yieldSlow }

// Init makes c a Created coroutine. What main does depends on Ended.
func (c *Core) Init(kind Kind, main func(*Core)) {
	c.main = main
	switch native := nativeOK(); { // before anything else: it settles Resume and Yield
	case native && kind != Standalone:
		c.makeShared(kind)
	case native && handoverOK() == "":
		c.makeStandalone()
	default:
		c.owner, c.ext = ownerPortable, &ext{portable: newPortable(c)}
	}
}

// Ended reports whether c is Done.
func (c *Core) Ended() bool {
	return c.owner == ownerDone || c.owner == ownerPortable && c.ext.status == Done
}

// finish marks the coroutine Done and drops its values. It reports whether the body was being
// closed, so that ErrClosed ends with it.
func (c *Core) finish() (closing bool) {
	closing = c.flags&flagClosing != 0
	c.flags |= flagStopped
	if c.owner == ownerPortable {
		c.ext.status = Done
	} else {
		c.release() // to its owner's shelf
		c.owner = ownerDone
	}
	c.main(c)
	return closing
}

// closed lets a panic go on that a body was not expected to end with when it was closed.
func closed(r any) {
	if r != nil && r != any(ErrClosed) {
		panic(r)
	}
}

// Status returns the state of the coroutine.
func (c *Core) Status() Status {
	switch owner := c.owner; owner {
	case ownerNone, ownerParked, ownerMoving:
		return Suspended
	case ownerNew, ownerStart:
		return Created
	case ownerDone:
		return Done
	case ownerPortable:
		return c.ext.status
	default:
		return c.runningStatus(owner)
	}
}

// resumeSlow is Resume for everything but a suspended native coroutine with room
// for its frames on this stack.
func (c *Core) resumeSlow() bool {
	switch c.Status() {
	case Done:
		c.main(c) // drops the value that came with this Resume
		return false
	case Running:
		panic("aco: resume of a running coroutine")
	case Normal:
		panic("aco: resume of a coroutine that resumed another")
	}
	switch {
	case c.owner == ownerPortable:
		return c.ext.resume()
	case c.standalone():
		return c.resumeStandalone()
	}
	return c.resumeNative()
}

// yieldSlow is Yield for what the assembly does not do, but for suspending a shared coroutine.
func (c *Core) yieldSlow() {
	switch {
	case c.standalone():
		c.yieldStandalone()
	case c.Status() != Running:
		c.outside()
	default:
		if c.flags&flagClosing == 0 {
			c.ext.suspend()
		}
		if c.flags&flagClosing != 0 {
			panic(ErrClosed)
		}
	}
}

// outside refuses a Yield that is not the body's.
func (c *Core) outside() {
	if c.Ended() {
		c.main(c) // which drops the value that came with it
	}
	panic("aco: yield outside the coroutine")
}

// Close unwinds a suspended body, or keeps a Created one from ever running.
func (c *Core) Close() {
	switch c.Status() {
	case Created:
		portable := c.owner == ownerPortable
		c.finish()
		if portable {
			c.ext.stop() // before main has begun: ends the goroutine
		}
	case Suspended:
		c.flags |= flagClosing | flagSpecial
		Resume(c)
	case Running, Normal:
		panic("aco: close of a running coroutine")
	}
}

// Stop ends a pulled sequence: its yield returns false from now on.
func (c *Core) Stop() {
	if c.Status() == Suspended {
		c.flags |= flagStopped | flagSpecial
		Resume(c)
	} else {
		c.Close()
	}
}

// Stopped reports whether Stop has begun, or the coroutine has ended.
func (c *Core) Stopped() bool { return c.flags&flagStopped != 0 }
