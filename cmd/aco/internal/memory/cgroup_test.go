package memory

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The limits of all groups of both versions count that a process is in, at each level.
func TestGroupMemory(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"memory.max": "max", "a/memory.max": "1000", "a/memory.current": "300", "a/memory.stat": "anon 5\ninactive_file 100\n",
		"a/b/memory.max": "100", "a/b/memory.current": "200",
		"memory.high": "max", "a/memory.high": "600",
		"memory/memory.limit_in_bytes": "5000", "memory/memory.usage_in_bytes": "2000", "memory/memory.stat": "inactive_file 1\ntotal_inactive_file 7\n",
		"self": "9:name=systemd:/\n4:memory:/seen/from/outside\n0::/a/b\n\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	left := groupMemory(root, filepath.Join(root, "self"))
	if slices.Sort(left); !slices.Equal(left, []uint64{0, 400, 800, 3007}) {
		t.Error(left)
	}
	if left := groupMemory(root, filepath.Join(root, "none")); left != nil {
		t.Error(left)
	}
}
