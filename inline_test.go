package aco_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// In a constructor as one writes it, a function that returns New of a literal, Yield is inlined.
func TestYieldIsInlinedInConstructors(t *testing.T) {
	source, err := filepath.Abs("testdata/constructor")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", "-o", os.DevNull, source).CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if !regexp.MustCompile(`(?m)constructor/main\.go:\d+:\d+: inlining call to aco\.\(\*Coroutine\[.*\]\)\.Yield$`).Match(out) {
		t.Errorf("Yield is not inlined:\n%s", out)
	}
	if regexp.MustCompile(`(?m)constructor/main\.go:\d+:\d+: can inline count$`).Match(out) {
		t.Errorf("count is inlined, and in that copy of its literal nothing is:\n%s", out)
	}
}
