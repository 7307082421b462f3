// Package coro is what a coroutine is, whichever engine runs it: its state, what may be done to it
// in which state, and what misuse panics with.
//
// An engine suspends and resumes coroutines. There are two, the native one, which moves frames, and
// the portable one, which parks goroutines; package engine chooses. The fast paths, resumption of a
// suspended native coroutine and its suspension, do not pass through here; everything else does.
package coro

import (
	"runtime"
	"strconv"
	"sync/atomic"
	"unsafe"
)

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
	_     noCopy
	Main  func(*Core)    // calls the body and defers End; of one that has ended, drops the last values
	Ext   unsafe.Pointer // what few coroutines have, of a type that their engine knows, or nil
	Owner uintptr        // the g that runs it, or one of the following

	// What the native engine keeps of a suspended one.
	Layout  unsafe.Pointer // what the words are
	Frames  unsafe.Pointer // word 0
	Lo      uintptr        // the address that the words are relocated for; 0 makes a suspension take the slow path
	WordCap uint32         // how many words and pointers the block has room for
	PtrCap  uint16
	Spent   uint8 // what its switches have cost that those of a standalone one had not: see the native engine's moves
	Flags   uint8
}

// A noCopy is known to go vet by its methods, which finds copies of what contains one.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

const (
	OwnerNone              = 1 + iota // it is suspended; it is 0 of what was not made by New
	OwnerDone                         // it has ended
	OwnerNew                          // it is created
	OwnerStart                        // it is created, and standalone
	OwnerParked                       // it is suspended, and standalone
	OwnerMoving                       // it is suspended, to be standalone once it is resumed
	OwnerPortable                     // it is created, and the portable engine's
	OwnerPortableSuspended            // it is suspended there
	OwnerPortableRunning              // it runs there, or waits for another one
	OwnerClaimed                      // somebody has it, to resume or to end it, or is about to have suspended it
	OwnerHired                        // the same, and its goroutine is about to run it
	OwnerHeld                         // it runs within one that is suspended: see Ask
	OwnerHeldNormal                   // the same, and has resumed another
)

const LoStandalone = 1 // Lo of a standalone coroutine of the native engine

// The bits of Core.Flags.
const (
	FlagClosing = 1 << iota // Close has begun: Yield exits, as runtime.Goexit does
	FlagStopped             // Stop has begun, or the end: a pulled sequence's yield returns false
	FlagSpecial             // the next switch has more to do; of a standalone one: its body has not returned
	FlagPulls               // a resumption returns what yield was called with, and true, or zero values and false
	FlagAuto                // it may become standalone
	FlagMove                // and shall, when it is suspended
	FlagMoving              // and does, when it is resumed
	FlagNested              // it has resumed others, which are suspended with it
)

// An Engine suspends and resumes coroutines. What it is asked for has been looked at: the state allows it.
type Engine interface {
	Resume(c *Core) bool                // runs one that is Created or Suspended until it yields (true) or ends
	Yield(c *Core)                      // suspends one that runs
	Running(c *Core, g uintptr) Status  // of one that g runs: Running or Normal
	Here(c *Core) bool                  // whether one that is Running runs on this goroutine
	Goroutine() uintptr                 // the g of this goroutine, or 0 if the engine does not know it
	Hold(waits bool)                    // takes what this goroutine runs beneath their resumers from it, for that is to be suspended
	Unhold()                            // gives it back
	YieldFor(c *Core) (refused any)     // suspends c, for one on another goroutine, which it has resumed: see Seat
	End()                               // ends the innermost coroutine that this goroutine runs beneath its resumer
	Drop(c *Core) bool                  // ends a claimed one that has no deferred function to run, if its frames are in the heap
	Release(c *Core)                    // lets go of the frames of one that has ended
	Footprint(c *Core) int              // of a suspended one whose frames are in the heap
	Callers(c *Core, pcs []uintptr) int // of the same
}

// Native and Portable are the two engines. Package engine sets them: Native is nil where it is not in use.
var Native, Portable Engine

// Resume runs the coroutine until it yields or ends, and reports whether it yielded.
// It is ResumeSlow, or the native engine's assembly in front of it.
var Resume func(c *Core) bool

// Yield suspends the coroutine that runs. It is YieldSlow, or the native engine's
// assembly in front of it.
var Yield func(c *Core)

func init() { Resume, Yield = (*Core).ResumeSlow, (*Core).YieldSlow }

// IsPortable reports whether c is the portable engine's, and has not ended.
func (c *Core) IsPortable() bool { return isPortable(c.Owner) }

func isPortable(owner uintptr) bool { return owner-OwnerPortable <= OwnerPortableRunning-OwnerPortable }

// IsStandalone reports whether c is on a goroutine of the native engine's.
func (c *Core) IsStandalone() bool { return c.Lo == LoStandalone }

// Nested reports whether Main is called by its resumer, and is to defer End. Otherwise what calls it
// ends the coroutine.
func (c *Core) Nested() bool { return !c.IsPortable() }

// End is what Main defers if it is nested. That it captures nothing keeps Main's frame small.
func End() { Native.End() }

// Ended reports whether c is Done.
func (c *Core) Ended() bool { return c.Owner == OwnerDone }

// Finish marks the coroutine Done and drops its values.
func (c *Core) Finish() {
	c.Flags |= FlagStopped
	if !c.IsPortable() {
		Native.Release(c) // to its owner's shelf
	}
	c.Owner = OwnerDone
	c.Main(c)
}

// Status returns the state of the coroutine.
func (c *Core) Status() Status { return c.statusOf(atomic.LoadUintptr(&c.Owner)) }

// statusOf returns the state of the coroutine when owner was its Owner. Another goroutine may change that at any time: what is
// done upon a state is done upon the owner that was looked at, which is loaded once, and claimed.
func (c *Core) statusOf(owner uintptr) Status {
	switch owner {
	case 0:
		panic(notMade)
	case OwnerNone, OwnerParked, OwnerMoving, OwnerPortableSuspended:
		return Suspended
	case OwnerNew, OwnerStart, OwnerPortable:
		return Created
	case OwnerPortableRunning, OwnerClaimed, OwnerHired, OwnerHeld:
		return Running
	case OwnerHeldNormal:
		return Normal
	case OwnerDone:
		return Done
	default:
		return Native.Running(c, owner)
	}
}

const (
	notMade        = "aco: coroutine was not made by New"
	resumeOfNormal = "aco: resume of a coroutine that resumed another"
	closeOfRunning = "aco: close of a running coroutine"
)

// Claim makes owner what c.Owner is, if that is state, which says that nobody has c, in one step: of two goroutines that want
// it at once one gets it. Nothing else that may change in c's life is read before.
func (c *Core) Claim(state, owner uintptr) bool {
	return c.Owner == state && atomic.CompareAndSwapUintptr(&c.Owner, state, owner)
}

// ResumeSlow is Resume for everything but a suspended native coroutine with room
// for its frames on this stack.
func (c *Core) ResumeSlow() bool {
	owner, ok := c.resumable()
	switch {
	case !ok:
		return false
	case isPortable(owner):
		return Portable.Resume(c)
	}
	return Native.Resume(c)
}

// Resumable reports whether c is Created or Suspended. Of one that is Done it drops the value that came with this
// Resume. It panics if c runs or waits.
func (c *Core) Resumable() bool {
	_, ok := c.resumable()
	return ok
}

// resumable is Resumable, and returns the owner that it has looked at.
func (c *Core) resumable() (owner uintptr, ok bool) {
	owner = atomic.LoadUintptr(&c.Owner)
	switch c.statusOf(owner) {
	case Done:
		c.dropValue()
		return owner, false
	case Running:
		c.Refuse()
	case Normal:
		panic(resumeOfNormal)
	}
	return owner, true
}

// dropValue drops the value that came with a Resume, or a Yield, of c, which is Done. With those of a pulled one none comes, and Main is to be
// called once.
func (c *Core) dropValue() {
	if c.Flags&FlagPulls == 0 {
		c.Main(c)
	}
}

// Refuse is how a Resume ends that has come second.
func (c *Core) Refuse() { panic("aco: resume of a running coroutine") }

// Taken is how a Resume ends that has not got c's Claim: it returns if c is Done.
func (c *Core) Taken() {
	switch c.Status() {
	case Done:
	case Normal:
		panic(resumeOfNormal)
	default: // perhaps Suspended: it is only now being resumed, or who has resumed it has yet to read the value
		c.Refuse()
	}
}

// EndTaken is Close, or Stop, if that has not got c's Claim.
func (c *Core) EndTaken(end func(*Core)) {
	switch owner := atomic.LoadUintptr(&c.Owner); c.statusOf(owner) {
	case Done:
	case Running:
		if c.runsHere(owner) { // the body closes it, or may not stop it
			end(c)
		}
		fallthrough
	default:
		panic(closeOfRunning)
	}
}

// YieldSlow is Yield for what the assembly does not do, but for suspending a native coroutine.
func (c *Core) YieldSlow() {
	if c.Status() != Running {
		c.Outside()
	}
	if c.Flags&FlagClosing == 0 {
		Portable.Yield(c)
	}
	if c.Flags&FlagClosing != 0 {
		runtime.Goexit()
	}
}

// Outside refuses a Yield that is not the body's.
func (c *Core) Outside() {
	if c.Owner == 0 {
		panic(notMade)
	}
	if c.Ended() {
		c.dropValue()
	}
	panic("aco: yield outside the coroutine")
}

// Close unwinds a suspended body, or keeps a Created one from ever running. Called by the body, it ends that.
func (c *Core) Close() {
	if owner := atomic.LoadUintptr(&c.Owner); c.statusOf(owner) == Running && c.runsHere(owner) {
		c.Flags |= FlagClosing
		if !c.IsStandalone() {
			c.Lo = 0 // Yield looks at the flag then
		}
		runtime.Goexit()
	}
	c.end(FlagClosing)
}

// runsHere reports whether c, which was Running when owner was its Owner, runs on this goroutine.
func (c *Core) runsHere(owner uintptr) bool {
	if isPortable(owner) {
		return (Native == nil || Native.Here(c)) && Portable.Here(c)
	}
	return Native.Here(c)
}

// Stop ends a pulled sequence: its yield returns false from now on.
func (c *Core) Stop() { c.end(FlagStopped) }

// end resumes a suspended body for the last time, or keeps a Created one from ever running.
func (c *Core) end(why uint8) {
	owner := atomic.LoadUintptr(&c.Owner)
	status, portable, claimed := c.statusOf(owner), isPortable(owner), uintptr(OwnerClaimed)
	if portable {
		claimed = OwnerPortableRunning // so that it stays the portable engine's
	}
	switch {
	case status == Done:
		return
	case status == Running, status == Normal, !c.Claim(owner, claimed):
		panic(closeOfRunning)
	case status == Created:
		c.Finish()
		if portable {
			Portable.Release(c) // before Main has begun: ends the goroutine
		}
	case why == FlagClosing && owner == OwnerNone && Native.Drop(c):
	default:
		c.Flags |= why | FlagSpecial
		atomic.StoreUintptr(&c.Owner, owner) // who resumes it now unwinds it
		Resume(c)
	}
}

// Stopped reports whether Stop has begun, or the coroutine has ended.
func (c *Core) Stopped() bool { return c.Flags&FlagStopped != 0 }

// Footprint returns the bytes that a Suspended coroutine holds for its frames, or 0.
func (c *Core) Footprint() int {
	if !c.inHeap() {
		return 0
	}
	return Native.Footprint(c)
}

// Callers fills pcs with the return PCs of a Suspended coroutine's frames but Main's.
func (c *Core) Callers(pcs []uintptr) int {
	if !c.inHeap() {
		return 0
	}
	return Native.Callers(c, pcs)
}

// inHeap reports whether c is suspended, with its frames in the heap.
func (c *Core) inHeap() bool {
	if c.Owner == 0 {
		panic(notMade)
	}
	return c.Owner == OwnerNone || c.Owner == OwnerMoving
}
