//go:build aco_check

package coro

import "sync/atomic"

// Checked reports whether a Resume claims the coroutine before it hands over a value, as it does with -tags aco_check.
const Checked = true

// A Claim is what Resume and Close take before anything else of the coroutine, and give back when they are done with its
// values. Of a coroutine that a panic or a Goexit of the body has ended it is never given back.
type Claim struct{ taken atomic.Bool }

func (c *Claim) Take() bool { return c.taken.CompareAndSwap(false, true) }
func (c *Claim) Free()      { c.taken.Store(false) }
