package main

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// How a row is measured: each peer prepares its coroutines and gives back a function that
// performs n operations. That is calibrated once to fill the budget and then run once a
// repeat, peer after peer, so that all meet the same moods of the machine. A row of memory
// has nothing to calibrate: each repeat makes its coroutines anew.

// A plan says how long to measure.
type plan struct {
	repeats int
	budget  time.Duration // of one peer in one repeat
	scale   int           // how many coroutines a row of memory makes
}

var (
	fullPlan  = plan{repeats: 9, budget: 60 * time.Millisecond, scale: 20000}
	quickPlan = plan{repeats: 3, budget: 8 * time.Millisecond, scale: 1000}
)

// many is how many coroutines are so many that a collection takes longer than what is measured, and
// leaves the caches to it.
const many = 10000

// A measurement is some peers of a row being measured.
type measurement struct {
	row     *row
	peers   []peer
	figures []*figures
	runs    []func(n int)
	stops   []func()
}

// measureRow fills in one row, unless ctx is done before it is complete. Peers that make very many
// coroutines are measured one after the other, so that there is one peer's worth of them at a time.
func measureRow(ctx context.Context, r *result, plan plan, libaco string) {
	if r.Skipped = r.row.tooMuch(plan, r.peers()); r.Skipped != "" {
		return
	}
	withLibaco := func() {
		if libaco != "" && r.row.libaco != "" {
			r.external("C libaco", func() (float64, error) { return runLibaco(ctx, libaco, r.row.libaco) })
		}
	}
	if r.row.large { // once, and not while others have the memory
		withLibaco()
	}
	groups := [][]peer{r.peers()}
	if r.row.batch >= many {
		groups = slices.Collect(slices.Chunk(r.peers(), 1))
	}
	for _, group := range groups {
		goroutines := runtime.NumGoroutine()
		m := newMeasurement(ctx, r, plan, group)
		for range plan.repeats {
			m.repeat(ctx)
			if !r.row.large {
				withLibaco()
			}
			if ctx.Err() != nil {
				return
			}
		}
		for _, stop := range m.stops {
			stop()
		}
		if r.row.batch >= many {
			freeAll(goroutines)
		}
	}
	r.summarise()
}

// newMeasurement prepares peers of r. It gives up early when ctx is done.
func newMeasurement(ctx context.Context, r *result, p plan, peers []peer) *measurement {
	m := &measurement{row: r.row, peers: peers}
	for _, peer := range peers {
		f := &figures{Peer: peer.name}
		r.Peers, m.figures = append(r.Peers, f), append(m.figures, f)
		if peer.suspended != nil {
			f.N, f.Bytes = p.scale, -1
			continue
		}
		run, stop := peer.start(r.row.batch)
		m.runs, m.stops = append(m.runs, run), append(m.stops, stop)
		f.N = calibrate(ctx, run, r.row.batch, p.budget)
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
		if m.peers[i].suspended != nil {
			bytes, allocs, err := hold(ctx, m.row.name, f.Peer, f.N)
			f.add(bytes, err)
			f.Allocs = allocs
			continue
		}
		if m.row.batch < many {
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
