//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goaco/aco"
	"github.com/goaco/aco/internal/engine"
)

// A task is whoever waits for a Conn: a coroutine, or a goroutine. It may be woken without reason, and so
// looks again for what it waits for.
type task struct {
	co     *aco.Coroutine[*task, struct{}] // nil: a goroutine
	c      *Conn                           // whose handler it is, or whose Go began it; nil: another goroutine
	next   *task                           // in the list of a Conn, under its mu
	woken  chan struct{}                   // wakes a goroutine
	queued bool                            // it is in its loop's queue, under the loop's mu
	ended  bool                            // its loop's
}

var goroutines = sync.Pool{New: func() any { return &task{woken: make(chan struct{}, 1)} }}

// caller returns the coroutine that calls, or else a task for the goroutine that does, which done takes back.
func (c *Conn) caller() *task {
	if self := engine.Self(); self != 0 {
		if t := c.loop.runs(self); t != nil {
			return t
		}
		for _, l := range loops {
			if t := l.runs(self); t != nil {
				return t
			}
		}
	}
	return goroutines.Get().(*task)
}

// runs returns the coroutine that runs on the goroutine self, if that is the loop's and there is one.
func (l *loop) runs(self uintptr) *task {
	if self != l.self.Load() {
		return nil
	}
	return l.current.Load()
}

// await parks t, which is the caller, until it is woken and over is true.
func (t *task) await(over *atomic.Bool) {
	for !over.Load() {
		t.park()
	}
	t.done()
}

// done is called when t waits no more.
func (t *task) done() {
	if t.co == nil {
		goroutines.Put(t)
	}
}

// park suspends t, which is the caller, until it is woken.
func (t *task) park() {
	if t.co != nil {
		t.co.Yield(struct{}{})
	} else {
		<-t.woken
	}
}

// wake makes t go on, now or as soon as it parks.
func (t *task) wake() {
	if t.co != nil {
		t.c.loop.ready(t)
		return
	}
	select {
	case t.woken <- struct{}{}:
	default: // it is woken already
	}
}

// begin makes t run body soon: in a coroutine of its loop or, if there are none, in a goroutine.
func (t *task) begin(c *Conn, body func(*aco.Coroutine[*task, struct{}], *task)) {
	if t.c = c; native {
		t.co = aco.New(body)
		c.loop.ready(t)
		return
	}
	go t.run(func() bool { body(nil, t); return false })
}

// run calls f, which runs t until it suspends, and then returns true, or ends.
func (t *task) run(f func() bool) {
	suspended, returned := false, false
	defer func() {
		if native {
			t.c.loop.current.Store(nil)
		}
		if !suspended {
			t.finish(returned, recover())
		}
	}()
	suspended = f()
	returned = true
}

// finish does what is due after the end of t.
func (t *task) finish(returned bool, panicked any) {
	t.ended = true
	c := t.c
	if panicked != nil {
		c.srv.report("aconet: a handler panicked, and its connection is closed: %v\n\n%s", panicked, debug.Stack())
	} else if !returned {
		c.srv.report("aconet: a handler called runtime.Goexit, and its connection is closed\n\n%s", debug.Stack())
	}
	if handler := t == &c.task; handler || !returned {
		c.end()
		if handler {
			<-c.srv.slots
		}
	}
	c.srv.leave()
	if !returned && panicked == nil && native {
		c.loop.restart()
	}
}

// Go runs f in another coroutine on the loop of c. When the handler returns, c is closed, and so f finds it. If f
// panics, c is closed, and the panic is reported.
//
// Go panics with "aconet: Go of a nil function" if f is nil.
func (c *Conn) Go(f func()) {
	if f == nil {
		panic("aconet: Go of a nil function")
	}
	c.srv.running.Add(1)
	new(task).begin(c, func(*aco.Coroutine[*task, struct{}], *task) { f() })
}

// Sleep suspends the coroutine that calls for at least the duration d. It returns early, with an error
// that is [net.ErrClosed], if c is closed or has been.
func Sleep(c *Conn, d time.Duration) error {
	end := now() + int64(min(max(d, 0), 1<<62))
	a := &timer{fire: c.wakeAll}
	c.loop.schedule(a, end)
	defer c.loop.cancel(a)
	for {
		c.mu.Lock()
		if err := c.closedError("sleep"); err != nil || now() >= end {
			c.mu.Unlock()
			return err
		}
		c.suspend(0, 0)
	}
}
