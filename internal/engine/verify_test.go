//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// A fault seems to be a call of the function that the decoder knows by this name. It is the one
// thing that the start-up check does not look for: it would have to cause a fault.
func TestSigpanicName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("no fault")
		}
		var pcs [16]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); f.Function == sigpanicName {
				return
			}
		}
		t.Errorf("there is no frame of %s", sigpanicName)
	}()
	var p *int
	*p = 1
}

// The start-up check passes whatever the collector does meanwhile: stacks move.
func TestCheckWhileStacksMove(t *testing.T) {
	var stop atomic.Bool
	defer stop.Store(true)
	go func() {
		for !stop.Load() {
			runtime.GC()
		}
	}()
	for range 2000 {
		failed := make(chan string)
		go func() {
			grow(200) // so that the collector makes it smaller
			for i := range cache {
				cache[i].Store(nil) // the tables are read anew
			}
			_, why := verify()
			failed <- why
		}()
		if why := <-failed; why != "" {
			t.Fatal(why)
		}
	}
}

//go:noinline
func grow(n int) int {
	var a [32]int
	if n > 0 {
		a[n%32] = grow(n - 1)
	}
	return a[n%32]
}
