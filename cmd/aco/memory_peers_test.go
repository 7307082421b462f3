package main

import (
	"encoding/json"
	"runtime/debug"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/report"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// What a row needs is what the peers need that are measured: a goroutine takes far more than a coroutine.
func TestNeedsOfPeers(t *testing.T) {
	if !workload.Collected() {
		t.Skip("each coroutine is a goroutine")
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(200 << 20))
	for peers, skipped := range map[string]bool{"aco": false, "aco.Push,state-machine": false, "iter.Pull": true, "aco,channels": true} {
		status, out, errs := command("bench", "-quick", "-json", "-peers", peers, "consumers")
		var r report.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 || len(r.Rows) != 1 {
			t.Fatal(peers, status, err, errs)
		}
		if s := r.Rows[0].Skipped; (s != "") != skipped {
			t.Errorf("%s: skipped %q", peers, s)
		}
	}
}
