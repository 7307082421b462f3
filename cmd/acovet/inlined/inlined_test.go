package inlined

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

// Each function that is inlined with a coroutine's body in it is reported, and no other, and the fix is right.
func TestAnalyzer(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), Analyzer, "a")
}

// The costs are the compiler's own, which is asked, and so is what is inlined. The testdata say what is expected.
func TestCompilerAgrees(t *testing.T) {
	cmd := exec.Command("go", "build", "-gcflags=-m=2", "a")
	cmd.Env = append(os.Environ(), "GO111MODULE=off", "GOFLAGS=", "GOPATH="+analysistest.TestData())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := map[string]string{} // the cost of a function that can be inlined, or empty
	for _, m := range regexp.MustCompile(`(?m)a\.go:(\d+):\d+: can(?:not)? inline \S+(?: with cost (\d+)|:)`).FindAllStringSubmatch(string(out), -1) {
		if _, ok := said[m[1]]; !ok {
			said[m[1]] = m[2]
		}
	}
	source, err := os.ReadFile(filepath.Join(analysistest.TestData(), "src", "a", "a.go"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, line := range strings.Split(string(source), "\n") {
		if !strings.HasPrefix(line, "func ") || strings.HasPrefix(line, "func use()") {
			continue
		}
		want := ""
		if m := regexp.MustCompile(`// want .*cost (\d+)"`).FindStringSubmatch(line); m != nil {
			want = m[1]
		}
		if got, ok := said[strconv.Itoa(i+1)]; !ok || got != want {
			t.Errorf("%s: the compiler says cost %q, want %q", line, got, want)
		}
		n++
	}
	if n < 12 {
		t.Errorf("%d functions in\n%s", n, out)
	}
}

// go vet takes the program as its tool.
func TestVetTool(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "acovet")
	if out, err := exec.Command("go", "build", "-o", tool, "github.com/goaco/aco/cmd/acovet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"go", "vet", "-vettool=" + tool, "a"}, {tool, "a"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "GO111MODULE=off", "GOFLAGS=", "GOPATH="+analysistest.TestData())
		out, err := cmd.CombinedOutput()
		if n := strings.Count(string(out), "is inlined into its callers"); err == nil || n != 4 {
			t.Errorf("%q: %v, %d reports: %s", args, err, n, out)
		}
	}
}
