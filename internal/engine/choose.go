// Package engine chooses the engine that runs coroutines, once, when it is first needed. Three doors lead to the
// portable one: a build that leaves the native engine out (admit.go), ACO_ENGINE=portable, and a start-up check that
// does not pass.
package engine

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/portable"
)

// nativeEngine is the native engine, or nil in a build that leaves it out: see admit.go.
var nativeEngine interface {
	coro.Engine
	Verify() (checks []Check, failed string)
	Make(c *coro.Core, kind coro.Kind) bool
	HandoverOK() string
	Self() uintptr
	Pull(kind coro.Kind, value coro.Typed, seq func(yield func())) (next, stop func(), instead coro.Kind)
}

func init() { coro.Portable = portable.Engine{} }

// Init makes c a Created coroutine. What main does depends on c.Ended.
func Init(c *coro.Core, kind coro.Kind, main func(*coro.Core)) {
	c.Main = main
	if !nativeOK() || !nativeEngine.Make(c, kind) { // before anything else nativeOK settles Resume and Yield
		portable.Engine{}.Make(c)
	}
}

// Self returns what tells the calling goroutine from all others that are alive, if shared coroutines are
// native ones, which run on the goroutine of whoever resumes them; else 0.
func Self() uintptr {
	if !nativeOK() {
		return 0
	}
	return nativeEngine.Self()
}

// Pull returns the functions of a pulled sequence; or nil, if the native engine is not in use, or can't, and of what kind a
// coroutine is to be that serves instead.
func Pull[V any](kind coro.Kind, seq func(yield func(V) bool)) (next func() (V, bool), stop func(), instead coro.Kind) {
	if !nativeOK() {
		return nil, nil, kind
	}
	n, stop, instead := nativeEngine.Pull(kind, (*coro.One[V])(nil), *(*func(func()))(unsafe.Pointer(&seq)))
	return *(*func() (V, bool))(unsafe.Pointer(&n)), stop, instead
}

// Pull2 is Pull for sequences of pairs.
func Pull2[K, V any](kind coro.Kind, seq func(yield func(K, V) bool)) (next func() (K, V, bool), stop func(), instead coro.Kind) {
	if !nativeOK() {
		return nil, nil, kind
	}
	n, stop, instead := nativeEngine.Pull(kind, (*coro.Two[K, V])(nil), *(*func(func()))(unsafe.Pointer(&seq)))
	return *(*func() (K, V, bool))(unsafe.Pointer(&n)), stop, instead
}

// Info says which engine runs shared coroutines, and why.
type Info struct {
	Name      string  // "native" or "portable"
	Reason    string  // why this one
	GoVersion string  // as runtime.Version
	GOARCH    string  // as runtime.GOARCH
	Checks    []Check // what the start-up check looked at; empty if it did not run

	// Standalone says how standalone coroutines switch: "hand-over", or "iter.Pull" and why.
	Standalone string
}

// A Check is one line of the start-up check.
type Check = coro.Check

var choose = sync.OnceValue(func() *Info {
	info := &Info{Name: "portable", GoVersion: runtime.Version(), GOARCH: runtime.GOARCH}
	switch v := os.Getenv("ACO_ENGINE"); v {
	case "portable":
		info.Reason = "ACO_ENGINE=portable"
		return info
	case "", "native":
	default:
		panic("aco: ACO_ENGINE=" + strconv.Quote(v) + `: want "native", "portable" or nothing`)
	}
	if nativeEngine == nil {
		info.Reason = unbuilt()
		return info
	}
	checks, failed := nativeEngine.Verify()
	info.Checks = checks
	if failed != "" {
		info.Reason = failed
		return info
	}
	info.Name, info.Reason = "native", "the start-up check passed"
	isNative.Store(true)
	return info
})

// nativeOK reports whether shared coroutines are native ones.
func nativeOK() bool { return isNative.Load() || choose().Name == "native" }

var isNative atomic.Bool // it has been chosen: what each New asks is answered soon

// Describe returns which engine is in use, and why.
func Describe() Info {
	info := *choose()
	info.Checks = append([]Check(nil), info.Checks...)
	why := "the native engine is not in use"
	if nativeOK() {
		why = nativeEngine.HandoverOK()
	}
	info.Standalone = "hand-over"
	if why != "" {
		info.Standalone = "iter.Pull: " + why
	}
	return info
}

// unbuilt says what of the build leaves the native engine out.
func unbuilt() string {
	const unbuilt = "this build leaves the native engine out"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	if why := leftOut(runtime.Version(), runtime.Compiler, runtime.GOOS, runtime.GOARCH, info.Settings); why != "" {
		return unbuilt + ": " + why
	}
	return unbuilt + " (race detector, sanitizer, tag, architecture or Go release)"
}
