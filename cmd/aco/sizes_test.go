package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// A large row is measured, with C libaco once and first.
func TestSizeRows(t *testing.T) {
	program := filepath.Join(t.TempDir(), "libaco")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n[ $1 = 20000:40 ] && echo '{\"pair_ns\": 17.5}'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := sizeRow(20000, 40)
	res := &result{Row: r.name, Unit: r.unitName(), row: r}
	measureRow(context.Background(), res, tiny, program)
	if len(res.Peers) != 3 || res.Peers[0].Peer != "C libaco" || len(res.Peers[0].Repeats) != 1 {
		t.Fatalf("%+v", res.Peers)
	}
	for _, f := range res.Peers {
		if f.Error != "" || f.Min <= 0 {
			t.Errorf("%+v", f)
		}
	}
	if f := res.peer(acoShared); f.Ratio <= 0 || f.Ratio > 1 && aco.Engine().Name == "native" || len(f.Repeats) != tiny.repeats {
		t.Errorf("%+v", f)
	}
}

// There are rows of each size, and each is skipped where there is no memory for it. They are not
// among those that are measured if none is named.
func TestSizes(t *testing.T) {
	names := rowNames()
	for _, n := range []string{"1", "1000", "2000000", "10000000"} {
		for _, bytes := range []string{"8", "40", "120", "488", "1000"} {
			i := slices.Index(names, n+":"+bytes)
			if i < 0 || !rows[i].large || !strings.Contains(rows[i].what, " "+bytes+" bytes") || rows[i].libaco != n+":"+bytes {
				t.Errorf("row %s:%s: %d", n, bytes, i)
			}
		}
	}
	i := slices.Index(names, "10000000:1000")
	if needs := rows[i].needs(fullPlan, false); needs < 12e9 || needs > 20e9 {
		t.Errorf("%s needs %d bytes", names[i], needs)
	}
	status, out, errs := command("bench", "-quick", "-rows", "1:8,1000:1000")
	if status != 0 || !strings.Contains(out, "│ 1:8 ") || !strings.Contains(out, "│ 1000:1000 ") {
		t.Errorf("status %d, printed %s and %s", status, out, errs)
	}
}
