//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"bytes"
	"runtime"
	"time"
)

// watch reports handlers that keep their loops, until stop is closed.
func (srv *serving) watch(stop <-chan struct{}) {
	if srv.Stall <= 0 || !native {
		return
	}
	ticks := time.NewTicker(max(srv.Stall/4, time.Millisecond))
	defer ticks.Stop()
	turns, since := make([]uint64, len(loops)), make([]time.Time, len(loops))
	for {
		select {
		case <-stop:
			return
		case <-ticks.C:
		}
		for i, l := range loops {
			t, turn := l.current.Load(), l.turn.Load()
			if t == nil || turn != turns[i] {
				turns[i], since[i] = turn, time.Now()
			} else if d := time.Since(since[i]); d >= srv.Stall && t.c.srv == srv {
				since[i] = since[i].Add(time.Hour) // once a turn
				srv.report("aconet: a handler has kept its loop, and all connections of that, waiting for %v:\n%s", d.Round(time.Millisecond), l.stack())
			}
		}
	}
}

// goid returns what the tracebacks of the goroutine that calls begin with.
func goid() string {
	var buf [64]byte
	s := buf[:runtime.Stack(buf[:], false)]
	return string(s[:bytes.IndexByte(s, '[')])
}

// stack returns the traceback of the loop's goroutine.
func (l *loop) stack() []byte {
	buf := make([]byte, 1<<20)
	for one := range bytes.SplitSeq(buf[:runtime.Stack(buf, true)], []byte("\n\n")) {
		if bytes.HasPrefix(one, []byte(*l.id.Load())) {
			return one
		}
	}
	return []byte("(not found among the tracebacks of all goroutines)")
}
