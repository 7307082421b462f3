//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"runtime"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
)

// A coroutine may be suspended by one that it has resumed, perhaps through others. Their frames, and enter's for each
// of them, lie among its own, and are moved like any others. What each of them has as its owner does not lie there:
// while it is held so it is owned by nobody, and who resumes the one that holds it owns it as well.
//
// Such a layout is for one suspension: who is held is to be found out each time.

// within calls visit with each coroutine that runs within c on this goroutine, innermost first. It returns how far
// enter's frame for c is from the top of the stack, or false if c does not run here.
func (c *core) within(visit func(inner *core)) (depth uintptr, ok bool) {
	in, depth := inside()
	for in != nil && in != c {
		visit(in)
		in, depth = outward(depth, enterPC)
	}
	return depth, in == c
}

// held returns the owner of a coroutine that is held: waits says that it has resumed another.
func held(waits bool) uintptr {
	if waits {
		return coro.OwnerHeldNormal
	}
	return coro.OwnerHeld
}

// hold takes those that run within c from this goroutine, for c is about to be suspended, and reports whether there
// are any. waits says that the innermost of them has resumed another, on a goroutine of its own.
func (c *core) hold(waits bool) (any bool) {
	g, _, _, _, _, _ := look()
	c.within(func(inner *core) {
		if inner.Owner == g { // and is not held already
			inner.Owner = held(waits)
		}
		waits, any = true, true
	})
	return any
}

// unhold gives them to this goroutine.
func (c *core) unhold() {
	g, _, _, _, _, _ := look()
	c.within(func(inner *core) { inner.Owner = g })
}

// yieldFor suspends c on behalf of a coroutine that has been resumed within it, and has a goroutine of its own, which
// waits. What runs within c here has resumed that one, or another between them. If c is being closed then, it is that
// one that exits first. It returns what it panics with if c can't be suspended: that is for the other one, too.
func (c *core) yieldFor() (refused any) {
	defer func() {
		if refused = recover(); c.Ext != nil {
			c.ext().asked = false
		}
	}()
	g, _, _, _, _, _ := look()
	if c.Owner != g {
		if !c.up().Ask(g, true) {
			c.up().Outside()
		}
		return nil
	}
	if c.Ext == nil {
		c.Ext = unsafe.Pointer(new(ext))
	}
	c.ext().asked = true
	if c.standalone() {
		c.yieldStandalone()
	} else {
		leave(c)
	}
	return nil
}

// exit unwinds the body if c is being closed.
func (c *core) exit() {
	if c.Flags&flagClosing != 0 && !(c.Ext != nil && c.ext().asked) {
		runtime.Goexit()
	}
}

// woken is what remains for wake to do if others are held by c, or if it is being closed.
func (c *core) woken() {
	if c.Flags&flagNested != 0 {
		c.Flags &^= flagNested // it lets go of Lo too: they may not be held the next time
		c.unhold()
	}
	c.exit()
}
