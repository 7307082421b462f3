package main

import (
	"math"
	"runtime"
	"slices"
	"time"
)

// How a row is measured: each peer prepares its coroutines and gives back a function that
// performs n operations. That is calibrated once to fill the budget and then run once a
// repeat, peer after peer.

// A plan says how long to measure.
type plan struct {
	repeats int
	budget  time.Duration // of one peer in one repeat
}

// A measurement is a row being measured.
type measurement struct {
	result *result
	plan   plan
	runs   []func(n int)
	stops  []func()
	counts []int
}

// newMeasurement prepares the peers of r.
func newMeasurement(r *result, p plan) *measurement {
	m := &measurement{result: r, plan: p}
	for _, peer := range r.row.peers {
		run, stop := peer.prepare()
		m.runs, m.stops = append(m.runs, run), append(m.stops, stop)
		r.Peers = append(r.Peers, &figures{Peer: peer.name})
		n := r.row.batch
		run(n) // warm up: first suspensions, growing stacks
		for {
			start := time.Now()
			run(n)
			d := time.Since(start)
			if d >= p.budget/4 {
				scale := float64(p.budget) / float64(d)
				n = max(r.row.batch, int(float64(n)*scale)/r.row.batch*r.row.batch)
				break
			}
			n *= 2
		}
		m.counts = append(m.counts, n)
	}
	return m
}

// repeat measures each peer once.
func (m *measurement) repeat() {
	for i, run := range m.runs {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		run(m.counts[i])
		d := time.Since(start)
		runtime.ReadMemStats(&after)
		f := m.result.Peers[i]
		f.Repeats = append(f.Repeats, float64(d.Nanoseconds())/float64(m.counts[i]))
		f.Allocs = float64(after.Mallocs-before.Mallocs) / float64(m.counts[i])
	}
}

// external adds a figure of a peer that another program measures.
func (m *measurement) external(name string, run func() (float64, error)) {
	i := slices.IndexFunc(m.result.Peers, func(f *figures) bool { return f.Peer == name })
	if i < 0 {
		i = len(m.result.Peers)
		m.result.Peers = append(m.result.Peers, &figures{Peer: name})
	}
	f := m.result.Peers[i]
	ns, err := run()
	if err != nil {
		f.Error = err.Error()
		return
	}
	f.Repeats = append(f.Repeats, ns)
}

// finish lets go of the peers and works out minimum, median, spread and ratios.
func (m *measurement) finish() {
	for _, stop := range m.stops {
		stop()
	}
	m.runs, m.stops = nil, nil
	base := math.NaN()
	for _, f := range m.result.Peers {
		if len(f.Repeats) == 0 {
			continue
		}
		s := slices.Sorted(slices.Values(f.Repeats))
		f.Min, f.Median = s[0], s[len(s)/2]
		f.Spread = (s[len(s)-1] - s[0]) / s[0]
		f.Allocs = math.Round(f.Allocs*100) / 100
		if f.Peer == "iter.Pull" {
			base = f.Min
		}
	}
	for _, f := range m.result.Peers {
		if r := f.Min / base; r > 0 && !math.IsInf(r, 0) {
			f.Ratio = r
		}
	}
}
