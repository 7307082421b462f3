package main

import (
	"testing"

	"github.com/goaco/aco/sim/simtest"
)

// To look at another seed: go test -run TestProtocol -sim.seed=5 -sim.trace=trace.jsonl
func TestProtocol(t *testing.T) { simtest.Search(t, 500, protocol(true)) }

func Example() {
	main()
	// Output:
	// without a check: sim: seed 8: the primary has counted 13, the backup 14
	// with a check: <nil>
}
