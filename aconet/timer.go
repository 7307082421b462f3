//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"container/heap"
	"time"
)

const never = 1<<63 - 1

// A timer does something at a time: it ends a Sleep, or is the deadline of a connection.
type timer struct {
	at   int64
	n    int // its place in the heap, from 1; 0: it is not there
	fire func()
}

type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].n, h[j].n = i+1, j+1
}
func (h *timerHeap) Push(x any) {
	*h = append(*h, x.(*timer))
	x.(*timer).n = len(*h)
}
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	t.n, (*h)[last], *h = 0, nil, (*h)[:last]
	return t
}

// schedule makes t fire at the time at, or sooner.
func (l *loop) schedule(t *timer, at int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.n == 0 {
		t.at = at
		heap.Push(&l.timers, t)
	} else if at < t.at {
		t.at = at
		heap.Fix(&l.timers, t.n-1)
	}
	l.wind()
}

// cancel keeps t from firing.
func (l *loop) cancel(t *timer) {
	l.mu.Lock()
	if t.n > 0 {
		heap.Remove(&l.timers, t.n-1)
	}
	l.mu.Unlock()
}

// wind sets the clock for the first timer. l.mu is held.
func (l *loop) wind() {
	if len(l.timers) > 0 && l.timers[0].at < l.next { // else it goes off for nothing, once
		l.next = l.timers[0].at
		l.clock.Reset(time.Duration(l.next - now()))
	}
}

// expire is what the clock does.
func (l *loop) expire() {
	l.mu.Lock()
	l.expired = true
	l.alert()
	l.mu.Unlock()
}

// due returns the timers that are to be fired now. l.mu is held.
func (l *loop) due() (all []*timer) {
	if l.expired {
		l.expired, l.next = false, never
		for t := now(); len(l.timers) > 0 && l.timers[0].at <= t; {
			all = append(all, heap.Pop(&l.timers).(*timer))
		}
		l.wind()
	}
	return all
}
