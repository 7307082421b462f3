//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"unsafe"

	"github.com/goaco/aco/internal/coro"
)

// Engine is the native engine, as packages coro and engine see it.
type Engine struct{}

// Verify makes the start-up check. If it passes, this engine serves from then on: it returns what was
// looked at, and the first thing that was not as expected.
func (Engine) Verify() (checks []coro.Check, failed string) {
	coro.Native = Engine{}
	if checks, failed = verify(); failed != "" {
		coro.Native = nil
	} else {
		coro.Resume = *(*func(*coro.Core) bool)(unsafe.Pointer(&enter))
		coro.Yield = *(*func(*coro.Core))(unsafe.Pointer(&leave))
	}
	return checks, failed
}

// Make makes c a Created coroutine, and reports whether this engine can run one of that kind.
func (Engine) Make(c *coro.Core, kind coro.Kind) bool {
	switch {
	case kind != coro.Standalone:
		(*core)(c).makeShared(kind)
	case handoverOK() == "":
		(*core)(c).makeStandalone()
	default:
		return false
	}
	return true
}

// HandoverOK returns "" if this goroutine can hand over to another one, or why not.
func (Engine) HandoverOK() string { return handoverOK() }

// Self returns the goroutine that calls.
func (Engine) Self() uintptr {
	g, _, _, _, _, _ := look()
	return g
}

// Pull returns the functions of a pulled sequence; or nil, and of what kind a coroutine is to be that serves instead.
// The func values are of types that are not known here, but by value.
func (Engine) Pull(kind coro.Kind, value coro.Typed, seq func(yield func())) (next, stop func(), instead coro.Kind) {
	return pull(kind, value, seq)
}

func (Engine) Resume(c *coro.Core) bool {
	if c.IsStandalone() {
		return (*core)(c).resumeStandalone()
	}
	return (*core)(c).resumeNative()
}

func (Engine) Yield(c *coro.Core) { (*core)(c).yieldStandalone() }
func (Engine) Running(c *coro.Core, owner uintptr) coro.Status {
	return (*core)(c).runningStatus(owner)
}
func (Engine) Here(c *coro.Core) bool { return (*core)(c).here() }
func (Engine) Goroutine() uintptr {
	g, _, _, _, _, _ := look()
	return g
}
func (Engine) Hold(waits bool)                         { (*core)(nil).hold(waits) }
func (Engine) Unhold()                                 { (*core)(nil).unhold() }
func (Engine) YieldFor(c *coro.Core) any               { return (*core)(c).yieldFor() }
func (Engine) End()                                    { end() }
func (Engine) Drop(c *coro.Core) bool                  { return (*core)(c).drop() }
func (Engine) Release(c *coro.Core)                    { (*core)(c).release() }
func (Engine) Footprint(c *coro.Core) int              { return (*core)(c).footprint() }
func (Engine) Callers(c *coro.Core, pcs []uintptr) int { return (*core)(c).callers(pcs) }
