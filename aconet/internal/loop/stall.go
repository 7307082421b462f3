//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"bytes"
	"runtime"
	"time"
)

// Watch calls report with each coroutine that has kept its loop for the time limit or longer, and with the traceback of that
// loop, until stop is closed.
func (s *Set[C]) Watch(stop <-chan struct{}, limit time.Duration, report func(t *Task[C], d time.Duration, stack []byte)) {
	if limit <= 0 || !s.Native {
		return
	}
	ticks := time.NewTicker(max(limit/4, time.Millisecond))
	defer ticks.Stop()
	turns, since := make([]uint64, len(s.loops)), make([]time.Time, len(s.loops))
	for {
		select {
		case <-stop:
			return
		case <-ticks.C:
		}
		for i, l := range s.loops {
			t, turn := l.current.Load(), l.turn.Load()
			if t == nil || turn != turns[i] {
				turns[i], since[i] = turn, time.Now()
			} else if d := time.Since(since[i]); d >= limit {
				since[i] = since[i].Add(time.Hour) // once a turn
				report(t, d, l.stack())
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
func (l *Loop[C]) stack() []byte {
	buf := make([]byte, 1<<20)
	for one := range bytes.SplitSeq(buf[:runtime.Stack(buf, true)], []byte("\n\n")) {
		if bytes.HasPrefix(one, []byte(*l.id.Load())) {
			return one
		}
	}
	return []byte("(not found among the tracebacks of all goroutines)")
}
