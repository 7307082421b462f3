//go:build linux && (386 || amd64 || arm64)

package native

import (
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
)

func flag(p *byte) bool {
	return atomic.LoadUint32((*uint32)(unsafe.Pointer(uintptr(unsafe.Pointer(p))&^3)))>>(uintptr(unsafe.Pointer(p))%4*8)&0xff != 0
}

// The flags that the hand-over goes by are the tracer's and the goroutine profile's.
func TestFlags(t *testing.T) {
	if why := handover(); why != "" { // whatever engine is in use
		t.Fatal(why)
	}
	if flag(tracing) || flag(profiling) {
		t.Fatal("a flag is set that should not be")
	}
	if err := trace.Start(io.Discard); err != nil {
		t.Fatal(err)
	}
	if !flag(tracing) || flag(profiling) {
		t.Error("tracing is not told")
	}
	trace.Stop()
	if flag(tracing) {
		t.Error("the end of tracing is not told")
	}
	// A profile of many goroutines takes long enough to be seen.
	stop := make(chan bool)
	for range 10000 {
		go func() { <-stop }()
	}
	defer close(stop)
	seen := make(chan bool)
	go func() {
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
			if flag(profiling) {
				close(seen)
				return
			}
		}
	}()
	for range 1000 {
		pprof.Lookup("goroutine").WriteTo(io.Discard, 0)
		select {
		case <-seen:
			return
		default:
		}
	}
	t.Error("a goroutine profile is not told")
}

// The flags are where they were found at first, however often one looks.
func TestFindFlags(t *testing.T) {
	if why := handover(); why != "" {
		t.Fatal(why)
	}
	a, b := tracing, profiling
	if why := findFlags(); why != "" {
		t.Fatal(why)
	}
	if tracing != a || profiling != b {
		t.Error("the flags are found in different places")
	}
}
