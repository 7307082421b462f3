//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"fmt"
	"go/build"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// The tests of this package run where a program would get this engine: what says so is the build constraint of the one file
// that imports it.
func TestMain(m *testing.M) {
	ctx := build.Default
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		switch {
		case s.Key == "-tags":
			ctx.BuildTags = append(ctx.BuildTags, strings.Split(s.Value, ",")...)
		case (s.Key == "-race" || s.Key == "-msan" || s.Key == "-asan") && s.Value == "true":
			ctx.BuildTags = append(ctx.BuildTags, s.Key[1:])
		}
	}
	if admitted, err := ctx.MatchFile("../engine", "admit.go"); err != nil || !admitted {
		fmt.Println("left out: this build has no native engine", err)
		os.Exit(0)
	}
	os.Setenv("ACO_HANDOVER", "1") // where it has to be asked for
	if _, why := (Engine{}).Verify(); why != "" {
		fmt.Println(why)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
