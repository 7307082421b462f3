// Package study runs many replications of a model of package sim, each with its own seed, on all processors: to estimate what it
// gives ([Replicate]), and to find a seed with which it fails ([Search]).
package study

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/internal/reuse"
	"github.com/goaco/aco/sim/stat"
)

// A Result is what a replication gives: statistics with names.
type Result = stat.Result

// runs says which seeds are taken, and how they run.
type runs struct {
	first      uint64
	shard, of  int
	processors int
	options    []sim.Option
}

// A Option is an option of [Replicate] and [Search].
type Option func(*runs)

// Shard takes, of the seeds, those whose number leaves the remainder i when divided by of: the part of one machine of several.
//
// Shard panics with "sim: there is no shard ..." unless 0 <= i < of.
func Shard(i, of int) Option {
	if i < 0 || i >= of {
		panic(fmt.Sprintf("sim: there is no shard %d of %d; they are counted from 0", i, of))
	}
	return func(r *runs) { r.shard, r.of = i, of }
}

// FirstSeed makes the seeds begin with n. Without it they begin with 0.
func FirstSeed(n uint64) Option { return func(r *runs) { r.first = n } }

// Processors sets how many simulations run at the same time. Without it, it is GOMAXPROCS. It makes no difference to the results.
func Processors(n int) Option { return func(r *runs) { r.processors = max(n, 1) } }

// Each gives options to each simulation.
func Each(opts ...sim.Option) Option {
	return func(r *runs) { r.options = append(r.options, opts...) }
}

// Replicate calls f with n simulations, which have the seeds 0 to n-1, on all processors, and returns their statistics
// together. The result depends on the seeds only. If ctx ends, no more replications begin, those that ran then do not count, and
// Replicate returns what there is and ctx's error. The simulations are closed after f, and neither they nor their processes may be
// used then: later ones take their memory.
//
// If a replication panics, so does Replicate, with an error that tells the seed.
func Replicate(ctx context.Context, n int, f func(s *sim.Sim) Result, opts ...Option) (*stat.Study, error) {
	results := make([]Result, n)
	var failed *Failure
	seeds := run(n, opts, func(i int, s *sim.Sim) (err error) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r := f(s); ctx.Err() == nil {
			results[i] = r
		}
		return ctx.Err()
	}, &failed)
	if failed != nil && failed.Err != ctx.Err() {
		panic(failed)
	}
	study := &stat.Study{}
	for i, r := range results {
		if err := study.Add(seeds(i), r); err != nil {
			return study, err
		}
	}
	return study, ctx.Err()
}

// A Failure is the error of [Search].
type Failure struct {
	Seed uint64
	Err  error // what the model returned; a *sim.Panic if it panicked
}

// Error tells the seed and the error.
func (f *Failure) Error() string { return fmt.Sprintf("sim: seed %d: %v", f.Seed, f.Err) }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// Search calls f with n simulations, which have the seeds 0 to n-1 and [sim.Shuffle], on all processors, until one returns an error or
// panics. It returns nil, or a [*Failure] with the lowest seed that fails. The simulations are closed after f, as by [Replicate]. Package
// simtest has what a test needs, and replays a seed.
func Search(n int, f func(s *sim.Sim) error, opts ...Option) error {
	var failed *Failure
	run(n, append(opts[:len(opts):len(opts)], Each(sim.Shuffle())), func(_ int, s *sim.Sim) error { return f(s) }, &failed)
	if failed != nil {
		return failed
	}
	return nil
}

// run calls f with the number of each run and its simulation, and returns what the seed of a number is. It stops at the
// first that fails, which is that with the lowest number: numbers are given out in their order.
func run(n int, opts []Option, f func(i int, s *sim.Sim) error, failed **Failure) (seed func(i int) uint64) {
	r := runs{of: 1, processors: runtime.GOMAXPROCS(0)}
	for _, o := range opts {
		o(&r)
	}
	seed = func(i int) uint64 { return r.first + uint64(i) }
	var next, stop atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	for range r.processors {
		all.Add(1)
		go func() {
			defer all.Done()
			var s *sim.Sim
			for stop.Load() == 0 {
				i := r.shard + r.of*int(next.Add(1)-1)
				if i >= n {
					return
				}
				s = one(s, i, r.options, seed(i), f, func(err error) {
					stop.Store(1)
					mu.Lock()
					defer mu.Unlock()
					if *failed == nil || seed(i) < (*failed).Seed {
						*failed = &Failure{seed(i), err}
					}
				})
			}
		}()
	}
	all.Wait()
	return seed
}

var errGoexit = errors.New("the model called runtime.Goexit, as t.FailNow does; let it return an error")

var newSim = reuse.New.(func(*sim.Sim, []sim.Option) *sim.Sim)

// one calls f with a simulation, and fail with the error that it returns, or its panic, or that it has not returned. The simulation takes
// the memory of old, unless that is nil, and is returned.
func one(old *sim.Sim, i int, opts []sim.Option, seed uint64, f func(i int, s *sim.Sim) error, fail func(error)) (s *sim.Sim) {
	s = newSim(old, append(opts[:len(opts):len(opts)], sim.Seed(seed)))
	err := errGoexit
	defer func() {
		if r := recover(); r != nil {
			p, ok := r.(*sim.Panic)
			if !ok {
				p = &sim.Panic{Time: s.Now(), Value: r, Stack: debug.Stack()}
			}
			err = p
		}
		if err != nil {
			fail(err)
		}
	}()
	defer s.Close()
	err = f(i, s)
	return s
}
