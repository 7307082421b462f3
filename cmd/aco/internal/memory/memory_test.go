package memory

import (
	"os"
	"path/filepath"
	"testing"
)

// What is read of the control group's files is the number on the right line.
func TestNumber(t *testing.T) {
	file := filepath.Join(t.TempDir(), "memory.stat")
	if err := os.WriteFile(file, []byte("anon 5\ninactive_file 42\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, ok := number(file, "inactive_file "); n != 42 || !ok {
		t.Error(n, ok)
	}
	if _, ok := number(file, ""); ok {
		t.Error("no number was taken for one")
	}
	if _, ok := number(file+".none", ""); ok {
		t.Error("a number without a file")
	}
}
