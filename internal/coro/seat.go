package coro

import (
	"runtime"
	"sync"
)

// A body may suspend a coroutine further out, which has resumed its own, perhaps through others: all of them are
// suspended together, and resumed together. Where they share a stack the native engine sees to that. Where one of them
// has a goroutine of its own, its resumer's is asked: that suspends the one further out in turn, and continues this
// one once it has been resumed.

// A Seat is a goroutine that a coroutine has of its own.
type Seat interface {
	Resumer() uintptr        // the g of who has resumed the coroutine, and waits for it
	Ask(c *Core, waits bool) // has that one suspend c, and returns when c has been resumed
}

// Seats has each Seat, by its g, while the native engine is in use.
var Seats sync.Map

// Ask suspends c, on behalf of a coroutine that runs on goroutine g, beneath it; or one that waits for such a coroutine
// there, as waits says. It reports false, and does nothing, if c does not wait for it.
func (c *Core) Ask(g uintptr, waits bool) bool {
	seat := c.Asker(g)
	if seat == nil {
		return false
	}
	if c.Flags&FlagClosing == 0 {
		seat.Ask(c, waits)
	}
	if c.Flags&FlagClosing != 0 && !waits {
		runtime.Goexit()
	}
	return true
}

// Asker returns goroutine g's Seat, or nil if c does not wait for what runs there.
func (c *Core) Asker(g uintptr) Seat {
	first, ok := Seats.Load(g)
	if !ok || c.Owner <= OwnerHeldNormal {
		return nil
	}
	for up := first.(Seat).Resumer(); up != c.Owner; {
		seat, ok := Seats.Load(up)
		if !ok {
			return nil
		}
		up = seat.(Seat).Resumer()
	}
	return first.(Seat)
}
