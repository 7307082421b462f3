//go:build !(gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native)) || race || msan || asan || aco_portable

package engine

import (
	"runtime"
	"runtime/debug"
)

//lint:file-ignore U1000 what the native engine uses need not be used here

// This file stands in for the native engine where the build leaves it out: under
// the race detector and the sanitizers, with -tags aco_portable, on another
// architecture, and with a Go release that has not been verified.

type native struct{ flags uint8 }

type nativeExt struct{}

const unbuilt = "this build leaves the native engine out"

func verify() (checks []Check, failed string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	if why := leftOut(runtime.Version(), runtime.Compiler, runtime.GOOS, runtime.GOARCH, info.Settings); why != "" {
		return nil, unbuilt + ": " + why
	}
	return nil, unbuilt + " (race detector, sanitizer, tag, architecture or Go release)"
}

// Main returns what build returns.
func Main(co any, build func() func(*Core)) func(*Core) { return build() }

// Nested returns false: see native.go.
func (c *Core) Nested() bool { return false }

// End is what main defers if it is nested.
func End() {}

func (*native) release()                     {}
func (c *Core) makeShared(Kind)              {}
func (c *Core) resumeNative() bool           { panic(unbuilt) }
func (c *Core) runningStatus(uintptr) Status { return Running }
func (c *Core) Footprint() int               { return 0 }
func (c *Core) Callers(pcs []uintptr) int    { return 0 }
