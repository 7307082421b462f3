//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/goaco/aco/internal/frame"
	"github.com/goaco/aco/internal/release"
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
			if f, more = frames.Next(); f.Function == release.SigpanicName {
				return
			}
		}
		t.Errorf("there is no frame of %s", release.SigpanicName)
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
			grow(200)      // so that the collector makes it smaller
			frame.Forget() // the tables are read anew
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

// A check that panics or faults is named, those made before it are kept, and none is made after it.
func TestCheckPanics(t *testing.T) {
	for _, check := range []func(*verifier){checkPanicking, checkFaulting} {
		v := &verifier{}
		v.run(checkG, check, func(*verifier) { t.Error("a check was made after one that panicked") })
		last := v.checks[len(v.checks)-1]
		if len(v.checks) != 6 || !v.checks[4].OK || v.checks[4].Name != "before" || last.OK || !strings.HasPrefix(last.Name, "check") ||
			v.failed != "the start-up check panicked in "+last.Name+": "+last.Got {
			t.Errorf("%q, checks %+v", v.failed, v.checks)
		}
	}
}

func checkPanicking(v *verifier) {
	v.expect("before", 1, 1)
	panic("a reason")
}

func checkFaulting(v *verifier) {
	v.expect("before", 1, 1)
	v.expect("after", *at(1 << 13), 0)
}

// Each check has a name of its own, says what it expects and found, and fits a terminal of 80 columns.
func TestCheckNames(t *testing.T) {
	checks, failed := verify()
	if failed != "" {
		t.Fatal(failed)
	}
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.Name] || c.Name == "" || c.Want == "" || c.Got == "" || len(c.Name) > 35 || len(c.Want) > 15 {
			t.Errorf("%+v", c)
		}
		seen[c.Name] = true
	}
}
