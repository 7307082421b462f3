package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// This program as a command: what the scripts call sharded.
func TestMain(m *testing.M) {
	if os.Getenv("SHARDED") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// The scripts for Kubernetes and Slurm do what their comments say: each of the tasks that they ask for writes its part, and all
// parts together are the study.
func TestJobs(t *testing.T) {
	dir := t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	command := fmt.Sprintf("#!/bin/sh\nSHARDED=1 exec %s '%s' \"$@\"\n", os.Getenv("ACO_EXEC"), self)
	if err := os.WriteFile(filepath.Join(dir, "sharded"), []byte(command), 0o777); err != nil {
		t.Fatal(err)
	}
	find := func(file, pattern string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s has no %s", file, pattern)
		}
		return string(m[1])
	}
	if a, b := find("array.sh", `--array=0-(\d+)`), find("array.sh", ` -of (\d+) `); a != "15" || b != "16" {
		t.Error("the array has tasks up to", a, "of", b)
	}
	if a, b, c := find("job.yaml", `completions: (\d+)`), find("job.yaml", ` -of (\d+) `), find("job.yaml", `completionMode: (\w+)`); a != "16" || b != "16" || c != "Indexed" {
		t.Error("the job has pods", a, "of", b, c)
	}
	array, err := os.ReadFile("array.sh")
	if err != nil {
		t.Fatal(err)
	}
	pod := strings.ReplaceAll(find("job.yaml", `args: \["(.*)"\]`), "/results/", "pod-")
	var whole bytes.Buffer
	if err := runPart(0, 1, filepath.Join(dir, "whole")); err != nil {
		t.Fatal(err)
	}
	if err := mergeParts(&whole, []string{filepath.Join(dir, "whole")}); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for i := range 16 {
		parts = append(parts, filepath.Join(dir, fmt.Sprintf("%d.json", i)))
		if err := runPart(i, 16, parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	var merged bytes.Buffer
	if err := mergeParts(&merged, parts); err != nil {
		t.Fatal(err)
	}
	if merged.String() != whole.String() {
		t.Errorf("the parts give\n%s one gives\n%s", &merged, &whole)
	}
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, job := range []struct{ script, number, parts string }{
		{string(array), "SLURM_ARRAY_TASK_ID", "part"}, {pod, "JOB_COMPLETION_INDEX", "pod-part"},
	} {
		for _, i := range []int{0, 15} {
			cmd := exec.Command("sh", "-c", job.script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", job.number, i), "PATH="+dir+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got := read(filepath.Join(dir, fmt.Sprintf("%s%d.json", job.parts, i))); got != read(parts[i]) {
				t.Errorf("by %s, task %d writes another part:\n%s", job.number, i, got)
			}
		}
	}
}
