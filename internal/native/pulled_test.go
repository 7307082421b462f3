//go:build (amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What the engine says that a write barrier takes of the stack is what the linker says, and there is enough where a value is kept: but
// perhaps not where nothing is optimized.
func TestKeptFits(t *testing.T) {
	info, _ := debug.ReadBuildInfo()
	flags := slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-gcflags" })
	if need := keptNeeds(); !keptFits && !flags {
		t.Errorf("%d bytes are needed of %d", need, stackLeft)
	}
	if os.Getenv("ACO_EXEC") != "" {
		return // there is no go command here
	}
	out, err := exec.Command("go", "build", "-ldflags=-debugnosplit", "-o", os.DevNull, "../../testdata/constructor").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls := map[string]map[string]uintptr{} // by whom, to whom, and what is on the stack then
	for _, m := range regexp.MustCompile(`(?m)^nosplit: (\S+) \+(\d+)(?: -> (\S+))?$`).FindAllStringSubmatch(string(out), -1) {
		size, _ := strconv.Atoi(m[2])
		if calls[m[1]] == nil {
			calls[m[1]] = map[string]uintptr{}
		}
		calls[m[1]][m[3]] = max(calls[m[1]][m[3]], uintptr(size))
	}
	var needs func(name string) uintptr
	needs = func(name string) (most uintptr) {
		for callee, size := range calls[name] {
			if strings.HasPrefix(callee, "runtime.abort") {
				continue // it never gets there
			}
			most = max(most, size+needs(callee))
		}
		return most
	}
	if got := needs("runtime.gcWriteBarrier2<1>"); got < 100 || got > barrierSize {
		t.Errorf("a write barrier takes %d bytes, and %d are said", got, barrierSize)
	}
}
