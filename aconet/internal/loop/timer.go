//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"container/heap"
	"time"
)

// Never is when a timer fires that does not.
const Never = 1<<63 - 1

var begun = time.Now()

// Now returns the nanoseconds since the program began.
func Now() int64 { return int64(time.Since(begun)) }

// A Timer does something at a time.
type Timer struct {
	Fire func()
	at   int64
	n    int // its place in the heap, from 1; 0: it is not there
}

type timerHeap []*Timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].n, h[j].n = i+1, j+1
}
func (h *timerHeap) Push(x any) {
	*h = append(*h, x.(*Timer))
	x.(*Timer).n = len(*h)
}
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	t.n, (*h)[last], *h = 0, nil, (*h)[:last]
	return t
}

// Schedule makes t fire at the time at, or sooner.
func (l *Loop[C]) Schedule(t *Timer, at int64) {
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

// Cancel keeps t from firing.
func (l *Loop[C]) Cancel(t *Timer) {
	l.mu.Lock()
	if t.n > 0 {
		heap.Remove(&l.timers, t.n-1)
	}
	l.mu.Unlock()
}

// wind sets the clock for the first timer. l.mu is held.
func (l *Loop[C]) wind() {
	if len(l.timers) > 0 && l.timers[0].at < l.next { // else it goes off for nothing, once
		l.next = l.timers[0].at
		l.clock.Reset(time.Duration(l.next - Now()))
	}
}

// expire is what the clock does.
func (l *Loop[C]) expire() {
	l.mu.Lock()
	l.expired = true
	l.alert()
	l.mu.Unlock()
}

// due returns the timers that are to be fired now. l.mu is held.
func (l *Loop[C]) due() (all []*Timer) {
	if l.expired {
		l.expired, l.next = false, Never
		for t := Now(); len(l.timers) > 0 && l.timers[0].at <= t; {
			all = append(all, heap.Pop(&l.timers).(*Timer))
		}
		l.wind()
	}
	return all
}
