// Package measure measures rows.
//
// How a row is measured: each peer prepares its coroutines and gives back a function that
// performs n operations. That is calibrated once to fill the budget and then run once a
// repeat, peer after peer, so that all meet the same moods of the machine. A row of memory
// has nothing to calibrate: each repeat makes its coroutines anew.
package measure

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/goaco/aco/cmd/aco/internal/memory"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// A plan says how long to measure.
type plan struct {
	Repeats int
	budget  time.Duration // of one peer in one repeat
	scale   int           // how many coroutines a row of memory makes
}

var (
	Full  = plan{Repeats: 9, budget: 60 * time.Millisecond, scale: 20000}
	Quick = plan{Repeats: 3, budget: 6 * time.Millisecond, scale: 1000}
)

// many is how many coroutines are so many that a collection takes longer than what is measured, and
// leaves the caches to it.
const many = 10000

// A measurement is some peers of a row being measured.
type measurement struct {
	row     *workload.Row
	peers   []workload.Peer
	figures []*Figures
	runs    []func(n int)
	stops   []func()
}

// measureRow fills in one row, unless ctx is done before it is complete. Peers that make very many
// coroutines are measured one after the other, so that there is one peer's worth of them at a time.
func measureRow(ctx context.Context, r *Result, plan plan, libaco string) {
	if r.Skipped = tooMuch(r.Of, plan, r.ToMeasure()); r.Skipped != "" {
		return
	}
	withLibaco := func() {
		if libaco != "" && r.Of.Libaco != "" {
			r.External("C libaco", func() (float64, error) { return runLibaco(ctx, libaco, r.Of.Libaco) })
		}
	}
	if r.Of.Large { // once, and not while others have the memory
		withLibaco()
	}
	groups := [][]workload.Peer{r.ToMeasure()}
	if r.Of.Batch >= many {
		groups = slices.Collect(slices.Chunk(r.ToMeasure(), 1))
	}
	for _, group := range groups {
		goroutines := runtime.NumGoroutine()
		m := newMeasurement(ctx, r, plan, group)
		for range plan.Repeats {
			m.repeat(ctx)
			if !r.Of.Large {
				withLibaco()
			}
			if ctx.Err() != nil {
				return
			}
		}
		for _, stop := range m.stops {
			stop()
		}
		if r.Of.Batch >= many {
			memory.FreeAll(goroutines)
		}
	}
	r.Summarise()
}

// newMeasurement prepares peers of r. It gives up early when ctx is done.
func newMeasurement(ctx context.Context, r *Result, p plan, peers []workload.Peer) *measurement {
	m := &measurement{row: r.Of, peers: peers}
	for _, peer := range peers {
		f := &Figures{Peer: peer.Name}
		r.Peers, m.figures = append(r.Peers, f), append(m.figures, f)
		if peer.Suspended != nil {
			f.N, f.Bytes = p.scale, -1
			continue
		}
		run, stop := peer.Start(r.Of.Batch)
		m.runs, m.stops = append(m.runs, run), append(m.stops, stop)
		f.N = calibrate(ctx, run, r.Of.Batch, p.budget)
	}
	return m
}

// calibrate returns how many operations take about budget.
func calibrate(ctx context.Context, run func(int), batch int, budget time.Duration) int {
	n := batch
	if n < many {
		run(n) // warm up: first suspensions, growing stacks
	}
	for {
		start := time.Now()
		run(n)
		d := time.Since(start)
		if d >= budget/4 || ctx.Err() != nil {
			if n < many {
				start = time.Now()
				run(n)
				d = min(d, time.Since(start)) // one of the two may have met somebody else's work
			}
			scale := float64(budget) / float64(d)
			return max(batch, int(float64(n)*scale)/batch*batch)
		}
		n *= 2
	}
}

// repeat measures each peer once, or gives up when ctx is done.
func (m *measurement) repeat(ctx context.Context) {
	for i, f := range m.figures {
		if ctx.Err() != nil {
			return
		}
		if m.peers[i].Suspended != nil {
			bytes, allocs, err := hold(ctx, m.row.Name, f.Peer, f.N)
			f.add(bytes, err)
			f.Allocs = allocs
			continue
		}
		if m.row.Batch < many {
			runtime.GC()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		m.runs[i](f.N)
		d := time.Since(start)
		runtime.ReadMemStats(&after)
		f.add(float64(d.Nanoseconds())/float64(f.N), nil)
		f.Allocs = float64(after.Mallocs-before.Mallocs) / float64(f.N)
		f.Bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(f.N)
	}
}
