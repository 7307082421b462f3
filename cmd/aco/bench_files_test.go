package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// The files are written beside the table, over what was there.
func TestPictureFiles(t *testing.T) {
	dir := t.TempDir()
	page, picture := filepath.Join(dir, "report.html"), filepath.Join(dir, "bench.svg")
	if err := os.WriteFile(page, []byte(strings.Repeat("old", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := command("bench", "-quick", "-html", page, "-svg", picture, "one")
	if status != 0 || !strings.Contains(out, "\none ") || !strings.Contains(errs, "wrote "+page) || !strings.Contains(errs, "wrote "+picture) {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.HasSuffix(string(b), "</html>\n") || strings.Contains(string(b), "oldold") {
		t.Errorf("%v, the page ends in %q", err, b[max(0, len(b)-20):])
	}
	if b, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(b), "<svg ") {
		t.Error(err)
	}
}

// A file for which there is nothing to write is removed if it was not there before, and is otherwise
// left as it was.
func TestNoPicture(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20)) // the row is skipped
	dir := t.TempDir()
	made, old := filepath.Join(dir, "made.svg"), filepath.Join(dir, "old.svg")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{made, old} {
		status, _, errs := command("bench", "-quick", "-svg", f, "100000")
		if status != 1 || !strings.Contains(errs, "aco: no picture: in no row have both iter.Pull and aco been measured") {
			t.Errorf("status %d, printed %q", status, errs)
		}
	}
	if status, _, errs := command("bench", "-quick", "-html", made, "-svg", filepath.Join(dir, "none", "x.svg"), "one"); status != 2 {
		t.Errorf("status %d, printed %q", status, errs)
	}
	if _, err := os.Stat(made); !os.IsNotExist(err) {
		t.Errorf("an empty file is left: %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("%v, what was there is %q", err, b)
	}
}

// Two names of one file are refused before anything is measured.
func TestTwoNamesOfOneFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, other := range []string{name, filepath.Join(dir, ".") + "/./a"} {
		status, out, errs := command("bench", "-html", name, "-svg", other, "one")
		if status != 2 || out != "" || !strings.Contains(errs, "want two files") {
			t.Errorf("status %d, printed %q and %q", status, out, errs)
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}
