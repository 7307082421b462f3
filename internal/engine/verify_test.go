//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"runtime"
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
