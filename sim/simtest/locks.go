package simtest

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/goaco/aco/sim"
)

// A goroutine that waits for a lock within a process, in a traceback.
var locked = regexp.MustCompile(`^goroutine \d+ \[(sync\.|semacquire)(?s:.*)/aco/sim\.\(\*memory\)\.processes\.func1\(`)

// CheckLocks makes the program panic if a run of s stands still for the time d, by the clock, because a process waits for a
// lock of package sync. Mostly a process that is suspended holds it, and the program would stand still forever: see [sim.Mutex].
// It returns a function that ends the watch.
func CheckLocks(s *sim.Sim, d time.Duration) (stop func()) {
	end := make(chan struct{})
	var alive atomic.Bool
	alive.Store(true)
	go func() {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-end:
				return
			case <-t.C:
			}
			if alive.Swap(false) {
				s.Post(func() { alive.Store(true) })
				continue
			}
			stacks := make([]byte, 1<<20)
			for _, g := range bytes.Split(stacks[:runtime.Stack(stacks, true)], []byte("\n\n")) {
				if locked.Match(g) {
					panic(fmt.Sprintf("sim: a process has waited %v for a lock of package sync, which a suspended process holds; "+
						"use sim.Mutex for what is locked over a wait\n\n%s", d, g))
				}
			}
		}
	}()
	return func() { close(end) }
}
