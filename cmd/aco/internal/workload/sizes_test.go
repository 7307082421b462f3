package workload

import (
	"slices"
	"strings"
	"testing"
)

// There are rows of each size, and each is skipped where there is no memory for it. They are not
// among those that are measured if none is named.
func TestSizes(t *testing.T) {
	names := RowNames()
	for _, n := range []string{"1", "1000", "2000000", "10000000"} {
		for _, bytes := range []string{"8", "40", "120", "488", "1000"} {
			i := slices.Index(names, n+":"+bytes)
			if i < 0 || !Rows[i].Large || !strings.Contains(Rows[i].What, " "+bytes+" bytes") || Rows[i].Libaco != n+":"+bytes {
				t.Errorf("row %s:%s: %d", n, bytes, i)
			}
		}
	}
	i := slices.Index(names, "10000000:1000")
	if needs := Rows[i].Needs(0, false); needs < 12e9 || needs > 20e9 {
		t.Errorf("%s needs %d bytes", names[i], needs)
	}
}
