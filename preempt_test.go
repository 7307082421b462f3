package aco_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// The native engine makes a call again before it goes on in the function that called Yield. There
// it may be preempted, with that function's frame not in place. Whoever stops the world again and
// again finds it there within a moment.

//go:noinline
func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func TestPreemptedWhileResumed(t *testing.T) {
	defer collect()()
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
		for i := range numbers {
			p := &[2]int{i, 2 * i}
			if v := co.Yield(3 * i); v != i+1 || p[0] != i || p[1] != 2*i {
				t.Errorf("round %d: got %d, and has %v", i, v, *p)
				return
			}
		}
	})
	defer co.Close()
	for i, end := 0, time.Now().Add(tortureLength(t, 500*time.Millisecond)); time.Now().Before(end); {
		for range 1000 {
			if v, ok := co.Resume(i); v != 3*i || !ok {
				t.Fatalf("resume %d: got %d, %v", i, v, ok)
			}
			i++
		}
	}
}

// The same of a value that next takes from where it was kept, as while the collector marks: what calls takeRaw has no return
// address, so who stopped this goroutine there could not look at its stack.
func TestPreemptedWhilePulled(t *testing.T) {
	defer collect()()
	for end := time.Now().Add(tortureLength(t, 500*time.Millisecond)); time.Now().Before(end); {
		next, stop := aco.Pull2(func(yield func(*int, string) bool) {
			for i := range numbers {
				p := &i
				if !yield(p, "value") || *p != i {
					return
				}
			}
		})
		for i := range 100 {
			if p, s, ok := next(); !ok || *p != i || s != "value" {
				t.Fatalf("next %d: got %v, %q, %v", i, p, s, ok)
			}
		}
		stop()
	}
}

// collect collects garbage until stop is called.
func collect() (stop func()) {
	var ended atomic.Bool
	stopped := make(chan bool)
	go func() {
		defer close(stopped)
		for !ended.Load() {
			runtime.GC()
		}
	}()
	return func() {
		ended.Store(true)
		<-stopped
	}
}

// A loop that does nothing but switch stops when the collector wants it to, also where no signal
// interrupts it.
func TestSwitchesStop(t *testing.T) {
	if !child(t, "GODEBUG=asyncpreemptoff=1") {
		return
	}
	for _, opt := range []aco.Option{aco.Shared(), aco.Standalone()} {
		var stop atomic.Bool
		stopped := make(chan bool)
		go func() {
			defer close(stopped)
			co := aco.New(func(co *aco.Coroutine[int, int], v int) {
				for {
					v = co.Yield(v)
				}
			}, opt)
			defer co.Close()
			for !stop.Load() {
				co.Resume(1)
			}
		}()
		pulled := make(chan bool)
		go func() {
			defer close(pulled)
			next, stopPulled := aco.Pull(numbers)
			defer stopPulled()
			for !stop.Load() {
				next()
			}
		}()
		for range 10 {
			time.Sleep(time.Millisecond)
			runtime.GC() // for ever, if one of the loops does not stop
		}
		stop.Store(true)
		<-stopped
		<-pulled
	}
}
