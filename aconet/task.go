//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/goaco/aco"
	"github.com/goaco/aco/aconet/internal/loop"
)

// A task is whoever waits for a Conn: a coroutine, or a goroutine.
type task = loop.Task[Conn]

var (
	loops *loop.Set[Conn]
	start = sync.OnceValue(func() (err error) {
		loops, err = loop.Start(loop.Hooks[Conn]{Ready: (*Conn).ready, Again: (*Conn).again, Ended: ended})
		return err
	})
	goroutines = sync.Pool{New: func() any { return &task{Woken: make(chan struct{}, 1)} }}
)

// caller returns the coroutine that calls, or else a task for the goroutine that does, which done takes back.
func (c *Conn) caller() *task {
	if t := loops.Caller(c.task.Loop); t != nil {
		return t
	}
	return goroutines.Get().(*task)
}

// done is called when t waits no more.
func done(t *task) {
	if t.Co == nil {
		goroutines.Put(t)
	}
}

// handle is what the coroutine of a connection runs.
func handle(_ *aco.Coroutine[*task, struct{}], t *task) { t.C.srv.Handler(t.C) }

// ended does what is due after the end of t.
func ended(t *task, returned bool, panicked any) {
	c := t.C
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
	new(task).Begin(c.task.Loop, c, func(*aco.Coroutine[*task, struct{}], *task) { f() })
}

// Sleep suspends the coroutine that calls for at least the duration d. It returns early, with an error
// that is [net.ErrClosed], if c is closed or has been.
func Sleep(c *Conn, d time.Duration) error {
	end := loop.Now() + int64(min(max(d, 0), 1<<62))
	a := &loop.Timer{Fire: c.wakeAll}
	c.task.Loop.Schedule(a, end)
	defer c.task.Loop.Cancel(a)
	for {
		c.mu.Lock()
		if err := c.closedError("sleep"); err != nil || loop.Now() >= end {
			c.mu.Unlock()
			return err
		}
		c.suspend(0, 0)
	}
}
