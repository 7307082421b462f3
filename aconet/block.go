//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

// Block calls f on a goroutine of its own, suspends the coroutine that calls until f has returned, and returns
// what f returned. Meanwhile the loop serves others. f does not end sooner when c is closed: give it a context.
// At most [Server].MaxBlocked run at the same time; others wait for one of them to return.
//
// If f panics, Block panics with a [*PanicError]; if f calls runtime.Goexit, Block returns an error.
func Block[T any](c *Conn, f func() (T, error)) (T, error) {
	b := &blocked[T]{t: c.caller(), err: errors.New("aconet: the function that Block called has called runtime.Goexit")}
	c.srv.do(func() { b.run(f) })
	b.t.Await(&b.done)
	done(b.t)
	if b.panicked != nil {
		panic(b.panicked)
	}
	return b.v, b.err
}

type blocked[T any] struct {
	t        *task
	v        T
	err      error
	panicked *PanicError
	done     atomic.Bool
}

func (b *blocked[T]) run(f func() (T, error)) {
	returned := false
	defer func() {
		if !returned {
			if r := recover(); r != nil {
				b.panicked = &PanicError{r, debug.Stack()}
			}
		}
		b.done.Store(true)
		b.t.Wake()
	}()
	b.v, b.err = f()
	returned = true
}

// do calls f on a goroutine, after others if there are too many.
func (srv *serving) do(f func()) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.MaxBlocked > 0 && srv.blocked >= srv.MaxBlocked {
		srv.jobs = append(srv.jobs, f)
		return
	}
	srv.blocked++
	go srv.job(f)
}

// job calls f, and then begins the next that waits.
func (srv *serving) job(f func()) {
	defer func() {
		srv.mu.Lock()
		defer srv.mu.Unlock()
		if len(srv.jobs) == 0 {
			srv.blocked--
			return
		}
		go srv.job(srv.jobs[0])
		srv.jobs = srv.jobs[1:]
	}()
	f()
}

// A PanicError is what [Block] panics with.
type PanicError struct {
	Value any    // what the function panicked with
	Stack []byte // its traceback
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("aconet: panic in Block: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value, if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
