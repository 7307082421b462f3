//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"sync/atomic"

	"github.com/goaco/aco"
	"github.com/goaco/aco/internal/engine"
)

// A Task is who waits for something: a coroutine of a loop, or a goroutine. It may be woken without reason, and so
// looks again for what it waits for.
type Task[C any] struct {
	Co    *aco.Coroutine[*Task[C], struct{}] // nil: a goroutine
	Loop  *Loop[C]                           // whose it is, or nil
	C     *C                                 // for which it was begun, or nil
	Next  *Task[C]                           // for a list of those who wait
	Woken chan struct{}                      // wakes a goroutine

	queued bool // it is in its loop's queue, under the loop's mu
	ended  bool // its loop's
}

// Begin makes t, which is of c, run body soon: in a coroutine of l or, if there are none, in a goroutine.
func (t *Task[C]) Begin(l *Loop[C], c *C, body func(*aco.Coroutine[*Task[C], struct{}], *Task[C])) {
	t.Loop, t.C = l, c
	if l.set.Native {
		t.Co = aco.New(body)
		l.ready(t)
		return
	}
	go t.run(func() bool { body(nil, t); return false })
}

// Caller returns the coroutine that calls, which is probably one of near, or nil if it is none of a loop's.
func (s *Set[C]) Caller(near *Loop[C]) *Task[C] {
	if self := engine.Self(); self != 0 {
		if t := near.runs(self); t != nil {
			return t
		}
		for _, l := range s.loops {
			if t := l.runs(self); t != nil {
				return t
			}
		}
	}
	return nil
}

// runs returns the coroutine that runs on the goroutine self, if that is the loop's and there is one.
func (l *Loop[C]) runs(self uintptr) *Task[C] {
	if self != l.self.Load() {
		return nil
	}
	return l.current.Load()
}

// Park suspends t, which is the caller, until it is woken.
func (t *Task[C]) Park() {
	if t.Co != nil {
		t.Co.Yield(struct{}{})
	} else {
		<-t.Woken
	}
}

// Await parks t, which is the caller, until it is woken and over is true.
func (t *Task[C]) Await(over *atomic.Bool) {
	for !over.Load() {
		t.Park()
	}
}

// Wake makes t go on, now or as soon as it parks.
func (t *Task[C]) Wake() {
	if t.Co != nil {
		t.Loop.ready(t)
		return
	}
	select {
	case t.Woken <- struct{}{}:
	default: // it is woken already
	}
}

// run calls f, which runs t until it suspends, and then returns true, or ends.
func (t *Task[C]) run(f func() bool) {
	suspended, returned := false, false
	defer func() {
		l := t.Loop
		if l.set.Native {
			l.current.Store(nil)
		}
		if suspended {
			return
		}
		panicked := recover()
		t.ended = true
		l.set.Ended(t, returned, panicked)
		if !returned && panicked == nil && l.set.Native {
			l.restart()
		}
	}()
	suspended = f()
	returned = true
}
