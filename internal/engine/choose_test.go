package engine

import (
	"fmt"
	"go/build/constraint"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// What leaves the native engine out is named, each thing of several, and if nothing is named, nothing does:
// the build constraint says the same.
func TestLeftOut(t *testing.T) {
	line, _, _ := strings.Cut(gate, "\n")
	admitted, err := constraint.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range []string{"linux/386", "linux/amd64", "linux/arm64", "linux/s390x", "linux/riscv64", "linux/loong64", "android/arm64", "darwin/arm64", "ios/amd64", "ios/arm64",
		"windows/amd64", "freebsd/386", "netbsd/arm64", "openbsd/arm64", "dragonfly/amd64", "plan9/amd64", "js/wasm", "solaris/amd64"} {
		for _, compiler := range []string{"gc", "gccgo"} {
			for minor := 25; minor < 30; minor++ {
				for _, built := range []string{"", "-race", "-msan", "-asan", "-tags=aco_portable", "-tags=a,aco_native", "-race -tags=aco_native,aco_portable"} {
					goos, goarch, _ := strings.Cut(port, "/")
					tags := []string{goos, goarch, compiler}
					switch goos {
					case "android":
						tags = append(tags, "linux")
					case "ios":
						tags = append(tags, "darwin")
					}
					for m := range minor + 1 {
						tags = append(tags, fmt.Sprint("go1.", m))
					}
					var settings []debug.BuildSetting
					for _, flag := range strings.Fields(built) {
						name, value, ok := strings.Cut(flag, "=")
						if ok {
							tags = append(tags, strings.Split(value, ",")...)
						} else {
							value = "true"
							tags = append(tags, flag[1:])
						}
						settings = append(settings, debug.BuildSetting{Key: name, Value: value})
					}
					for _, version := range []string{"go1.%d", "go1.%d.3", "go1.%drc1", "devel go1.%d-abcdef", "go1.%d-devel_abcdef X:nogreenteagc"} {
						why := leftOut(fmt.Sprintf(version, minor), compiler, goos, goarch, settings)
						if want := !admitted.Eval(func(tag string) bool { return slices.Contains(tags, tag) }); (why != "") != want {
							t.Errorf("%s, %s, %q, 1.%d: left out %t, because of %q", port, compiler, built, minor, want, why)
						}
					}
				}
			}
		}
	}
	got := leftOut("go1.99.1", "tinygo", "js", "wasm", []debug.BuildSetting{{Key: "-race", Value: "true"}, {Key: "-tags", Value: "x,aco_portable"}})
	for _, s := range []string{"built with -race", "built with -tags aco_portable", "built by tinygo", "built for js/wasm", "Go 1.99 has not been verified (1.25 to 1."} {
		if !strings.Contains(got, s) {
			t.Errorf("%q is not in %q", s, got)
		}
	}
	if got := leftOut("devel +abcdef", "gc", "linux", "amd64", nil); got != "" {
		t.Errorf("%q, but nothing is known", got)
	}
}

// A build without the native engine says what leaves it out.
func TestLeftOutHere(t *testing.T) {
	if _, ok := debug.ReadBuildInfo(); !ok {
		t.Skip("nothing is known of this build")
	}
	if why := unbuilt(); nativeEngine == nil && !strings.HasPrefix(why, "this build leaves the native engine out: ") {
		t.Error(why)
	}
}
