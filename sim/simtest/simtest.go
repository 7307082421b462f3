// Package simtest is for tests that search for a seed with which a model fails, and replay it.
//
// It gives a test binary two flags: -sim.seed=N runs the model with this seed only, and -sim.trace=FILE then writes
// the trace to a file.
package simtest

import (
	"flag"
	"io"
	"os"
	"testing"
	"time"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/study"
	"github.com/goaco/aco/sim/trace"
)

var (
	seed    = flag.Int64("sim.seed", -1, "run a model of simtest.Search with this `seed` only")
	traceTo = flag.String("sim.trace", "", "write the trace of the run with -sim.seed to this `file`")
)

// Search fails the test if the model f fails under one of n seeds, as [study.Search] finds out, and says how to replay it. With
// -sim.seed it runs f with that seed only. It uses [CheckLocks].
func Search(t testing.TB, n int, f func(s *sim.Sim) error, opts ...study.Option) {
	t.Helper()
	if *seed >= 0 {
		n = 1
		var w io.Writer = io.Discard
		if *traceTo != "" {
			file, err := os.Create(*traceTo)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			w = file
		}
		opts = append(opts, study.FirstSeed(uint64(*seed)), study.Each(trace.JSON(w)))
	}
	watched := func(s *sim.Sim) error {
		defer CheckLocks(s, 10*time.Second)()
		return f(s)
	}
	if err := study.Search(n, watched, opts...); err != nil {
		failure := err.(*study.Failure)
		t.Fatalf("%v\nreplay it: go test -run '^%s$' -sim.seed=%d -sim.trace=trace.jsonl", err, t.Name(), failure.Seed)
	}
}

// A Link carries messages from one place to another, and may delay, lose and double them. Its fields may be changed at any time.
type Link[T any] struct {
	Delay     func() float64 // of a message; nil for none
	Loss      float64        // the probability that a message is lost
	Duplicate float64        // the probability that it arrives twice
	Cut       bool           // a partition: what is sent or would arrive is lost
	sim       *sim.Sim
	to        func(T)
}

// NewLink returns a link of s that neither delays nor loses anything. It hands each message that arrives to the function to,
// which must not wait: it may be one that puts it in a [sim.Store].
//
// NewLink panics with "sim: nil function" if to is nil.
func NewLink[T any](s *sim.Sim, to func(T)) *Link[T] {
	if to == nil {
		panic("sim: nil function for what a link carries")
	}
	return &Link[T]{sim: s, to: to}
}

// Send sends v. It may be called from anywhere in the simulation, and does not wait.
func (l *Link[T]) Send(v T) {
	copies := 1
	if l.sim.Rand().Float64() < l.Duplicate {
		copies = 2
	}
	for range copies {
		if l.Cut || l.sim.Rand().Float64() < l.Loss {
			continue
		}
		at := l.sim.Now()
		if l.Delay != nil {
			at += l.Delay()
		}
		l.sim.At(at, func() {
			if !l.Cut {
				l.to(v)
			}
		})
	}
}
