package engine

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// The choice of the engine is made once, when it is first needed. Three doors lead
// to the portable one: a build that leaves the native engine out (nonative.go),
// ACO_ENGINE=portable, and a start-up check (verify.go) that does not pass.

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
type Check struct {
	Name string // what was looked at
	Want string // what the native engine relies on
	Got  string // what was found
	OK   bool
}

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
	checks, failed := verify()
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
		why = handoverOK()
	}
	info.Standalone = "hand-over"
	if why != "" {
		info.Standalone = "iter.Pull: " + why
	}
	return info
}
