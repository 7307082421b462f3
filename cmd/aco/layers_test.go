package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Data goes one way through the folders: none imports one that stands before it here.
func TestLayers(t *testing.T) {
	layers := []string{"aco", "report", "million", "doctor", "torture", "measure", "workload", "memory", "terminal", "self"}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	for line := range strings.Lines(string(out)) {
		paths := strings.Fields(line)
		from := slices.Index(layers, name(paths[0]))
		if from < 0 {
			t.Errorf("which layer is %s?", paths[0])
		}
		for _, path := range paths[1:] {
			if to := slices.Index(layers, name(path)); strings.HasPrefix(path, "github.com/goaco/aco/cmd/") && to <= from {
				t.Errorf("%s imports %s", paths[0], path)
			}
		}
	}
}
