package engine

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
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

// releases is the part of the native engine's build constraints that names releases of Go.
const releases = "go1.24 && (!go1.27 || aco_native)"

// leftOut returns what in a build leaves the native engine out, or nothing where the settings don't tell.
func leftOut(version, compiler, goos, goarch string, settings []debug.BuildSetting) string {
	var why, tags []string
	for _, s := range settings {
		switch s.Key {
		case "-race", "-msan", "-asan":
			if s.Value == "true" {
				why = append(why, "built with "+s.Key)
			}
		case "-tags":
			tags = strings.Split(s.Value, ",")
		}
	}
	if slices.Contains(tags, "aco_portable") {
		why = append(why, "built with -tags aco_portable")
	}
	if compiler != "gc" {
		why = append(why, "built by "+compiler)
	}
	if !slices.Contains([]string{"linux", "android", "darwin", "ios", "windows", "freebsd", "netbsd", "openbsd", "dragonfly"}, goos) ||
		!slices.Contains([]string{"386", "amd64", "arm64"}, goarch) || goos == "ios" && goarch == "arm64" {
		why = append(why, "built for "+goos+"/"+goarch)
	}
	minor := releaseIn(version)
	from, to, _ := strings.Cut(releases, "!")
	if first, last := releaseIn(from), releaseIn(to)-1; minor > last && !slices.Contains(tags, "aco_native") {
		why = append(why, "Go 1."+strconv.Itoa(minor)+" has not been verified (1."+strconv.Itoa(first)+" to 1."+strconv.Itoa(last)+" have)")
	}
	return strings.Join(why, "; ")
}

// releaseIn returns N of the first "go1.N" in s.
func releaseIn(s string) (n int) {
	_, s, _ = strings.Cut(s, "go1.")
	for len(s) > 0 && s[0] >= '0' && s[0] <= '9' {
		n, s = 10*n+int(s[0]-'0'), s[1:]
	}
	return n
}

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
