package memory

import (
	"os"
	"path/filepath"
	"strings"
)

// groupMemory returns, for each control group that this process is in and that limits memory, the
// bytes that are left of the limit. root is where the groups are, self the file that names them.
func groupMemory(root, self string) (left []uint64) {
	b, err := os.ReadFile(self)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		// Version 2: above memory.high a process is slowed down, and its memory is written to where there is room.
		dir, limits, used, cache := root, []string{"memory.max", "memory.high"}, "memory.current", "inactive_file "
		switch fields[1] {
		case "":
		case "memory":
			dir, limits, used, cache = filepath.Join(root, "memory"), []string{"memory.limit_in_bytes"}, "memory.usage_in_bytes", "total_inactive_file "
		default:
			continue
		}
		// The path may be one that is seen from outside: then only the root is there.
		for path := filepath.Clean("/" + fields[2]); ; path = filepath.Dir(path) {
			group := filepath.Join(dir, path)
			for _, limit := range limits {
				if most, ok := number(filepath.Join(group, limit), ""); ok {
					taken, _ := number(filepath.Join(group, used), "")
					freed, _ := number(filepath.Join(group, "memory.stat"), cache)
					left = append(left, most-min(taken-min(freed, taken), most))
				}
			}
			if path == "/" {
				break
			}
		}
	}
	return left
}
