package measure

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// TestMain lets the test's program be the command hold, which rows of memory run in another process.
func TestMain(m *testing.M) {
	if self.Asked() {
		if err := PrintHeld(os.Args[2:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tiny is a plan for tests.
var tiny = plan{Repeats: 2, budget: time.Millisecond, scale: 100}

// Every row can be measured, and gives every peer its figures.
func TestRows(t *testing.T) {
	for _, r := range workload.Rows {
		if r.Large { // see TestSizeRows
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			res := &Result{Row: r.Name, Unit: r.UnitName(), Of: r}
			measureRow(context.Background(), res, tiny, "")
			if res.Skipped != "" || len(res.Peers) != len(r.Peers) || len(res.Peers) < 2 {
				t.Fatalf("skipped %q, %d peers", res.Skipped, len(res.Peers))
			}
			for _, f := range res.Peers {
				if f.Error != "" || f.Min <= 0 || f.Ratio <= 0 || f.N <= 0 || f.Median < f.Min || len(f.Repeats) != tiny.Repeats {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// The figures are worked out from the repeats.
func TestSummarise(t *testing.T) {
	r := &Result{Peers: []*Figures{{Peer: workload.IterPull, Repeats: []float64{40, 20, 30}}, {Peer: workload.Aco, Repeats: []float64{6, 5, 9}}, {Peer: "C libaco", Error: "none"}}}
	r.Summarise()
	if f := r.Peers[1]; f.Min != 5 || f.Median != 6 || f.Spread != 0.8 || f.Ratio != 0.25 {
		t.Errorf("%+v", f)
	}
	if f := r.Peers[2]; f.Ratio != 0 || f.Min != 0 {
		t.Errorf("%+v", f)
	}
}

// A large row is measured, with C libaco once and first.
func TestSizeRows(t *testing.T) {
	program := filepath.Join(t.TempDir(), "libaco")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n[ $1 = 20000:40 ] && echo '{\"pair_ns\": 17.5}'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := workload.SizeRow(20000, 40)
	res := &Result{Row: r.Name, Unit: r.UnitName(), Of: r}
	measureRow(context.Background(), res, tiny, program)
	if len(res.Peers) != 3 || res.Peers[0].Peer != "C libaco" || len(res.Peers[0].Repeats) != 1 {
		t.Fatalf("%+v", res.Peers)
	}
	for _, f := range res.Peers {
		if f.Error != "" || f.Min <= 0 {
			t.Errorf("%+v", f)
		}
	}
	if f := res.Figures(workload.Aco); f.Ratio <= 0 || f.Ratio > 1 && aco.Engine().Name == "native" || len(f.Repeats) != tiny.Repeats {
		t.Errorf("%+v", f)
	}
}
