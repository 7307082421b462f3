package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// What was measured.

// A Result is a row of the benchmark with its figures.
type Result struct {
	Row     string
	What    string
	Unit    string // of the figures: ns, or bytes
	Skipped string `json:",omitempty"` // why it was not measured
	Peers   []*Figures
	Of      *workload.Row `json:"-"`
	Chosen  []string      `json:"-"` // the peers to measure, or nil for all
}

// Figures are what was measured of one peer, of an operation.
type Figures struct {
	Peer    string
	N       int // operations a repeat; 0 if another program measures it
	Min     float64
	Median  float64
	Spread  float64 // (maximum - minimum) / minimum
	Ratio   float64 // Min divided by iter.Pull's; 0 if that was not measured
	Allocs  float64 // below 0 if unknown
	Bytes   float64 // allocated; below 0 if unknown
	Repeats []float64
	Error   string `json:",omitempty"`
}

// ToMeasure returns those that are to be measured.
func (r *Result) ToMeasure() (peers []workload.Peer) {
	for _, p := range r.Of.Peers {
		if r.Chosen == nil || slices.Contains(r.Chosen, p.Name) {
			peers = append(peers, p)
		}
	}
	return peers
}

// Figures returns the figures of the peer of that name, or nil.
func (r *Result) Figures(name string) *Figures {
	for _, f := range r.Peers {
		if f.Peer == name {
			return f
		}
	}
	return nil
}

// add adds a repeat's figure, or what went wrong.
func (f *Figures) add(v float64, err error) {
	if err != nil {
		f.Error = err.Error()
		return
	}
	f.Repeats = append(f.Repeats, v)
}

// External adds a figure of a peer that another program measures.
func (r *Result) External(name string, measure func() (float64, error)) {
	f := r.Figures(name)
	if f == nil {
		f = &Figures{Peer: name, Allocs: -1, Bytes: -1}
		r.Peers = append(r.Peers, f)
	}
	f.add(measure())
}

// Summarise works out minimum, median, spread and ratios.
func (r *Result) Summarise() {
	base := math.NaN()
	for _, f := range r.Peers {
		if len(f.Repeats) == 0 {
			continue
		}
		s := slices.Sorted(slices.Values(f.Repeats))
		f.Min, f.Median = s[0], s[len(s)/2]
		f.Spread = (s[len(s)-1] - s[0]) / s[0]
		f.Allocs = math.Round(f.Allocs*100) / 100
		f.Bytes = math.Round(f.Bytes*10) / 10
		if f.Peer == workload.IterPull {
			base = f.Min
		}
	}
	for _, f := range r.Peers {
		if r := f.Min / base; r > 0 && !math.IsInf(r, 0) {
			f.Ratio = r
		}
	}
}

// Best returns the figures of aco's best peer in a row, or nil.
func (r *Result) Best() (best *Figures) {
	for _, f := range r.Peers {
		if strings.HasPrefix(f.Peer, workload.Aco) && f.Error == "" && f.Min > 0 && (best == nil || f.Min < best.Min) {
			best = f
		}
	}
	return best
}

// Compares reports whether there will be a bar for the row in the picture.
func (r *Result) Compares() bool {
	peers := r.ToMeasure()
	return r.Unit == "ns" && slices.ContainsFunc(peers, func(p workload.Peer) bool { return p.Name == workload.IterPull }) &&
		slices.ContainsFunc(peers, func(p workload.Peer) bool { return strings.HasPrefix(p.Name, workload.Aco) })
}

// IsWork reports whether the row is work that users have.
func (r *Result) IsWork() bool { return len(r.Of.Peers) > 0 && r.Of.Peers[0].Work != nil }

// Figure formats a figure of the row, with its unit.
func (r *Result) Figure(v float64) string {
	switch {
	case r.Unit == workload.Bytes:
		return fmt.Sprintf("%.0f B", v)
	case v >= 1000:
		return fmt.Sprintf("%.0f ns", v)
	}
	return fmt.Sprintf("%.1f ns", v)
}

// Allocations formats the number of allocations, if it is known.
func (f *Figures) Allocations() string {
	if f.Allocs < 0 {
		return ""
	}
	return fmt.Sprintf("%.3g", f.Allocs)
}
