package stat

import (
	"fmt"
	"math"
	"slices"
)

// A Statistic is what a replication of a model gives under a name: a [Value], [*Tally], [*Histogram] or [*Level].
type Statistic interface {
	part() (row, *sketch, *Histogram)
}

// A Value is a statistic that is one number.
type Value float64

func (v Value) part() (row, *sketch, *Histogram) {
	t := NewTally()
	t.Add(float64(v))
	return t.part()
}
func (t *Tally) part() (row, *sketch, *Histogram)     { return t.row, &t.sketch, nil }
func (h *Histogram) part() (row, *sketch, *Histogram) { return h.row, &h.sketch, h }
func (l *Level) part() (row, *sketch, *Histogram)     { return l.all(), nil, nil }

// A Result is what a replication of a model gives: statistics with names.
type Result map[string]Statistic

// A Study is what several replications of a model, each with its own seed, have given. The zero Study is empty. Its JSON holds
// all of it: studies of other machines are read and merged, and give the same numbers as one study of all seeds.
type Study struct {
	Statistics map[string]*Summary
}

// A Summary is what several replications have given under one name. The fields are for JSON.
type Summary struct {
	Rows      []Row // by seed
	Sketch    sketch
	Histogram *Bins `json:",omitempty"`
}

// A Row is what one replication has given: how many observations, or how much time, and their mean, sum of squared
// deviations from it, minimum and maximum.
type Row struct {
	Seed uint64
	row
}

// Bins is what the histograms of several replications have counted.
type Bins struct {
	Low, High   float64
	Counts      []uint64
	Under, Over uint64
}

// Add adds what the replication with a seed has given.
//
// It returns an error if the study has that seed already, or a histogram has other bins than that of another replication.
func (s *Study) Add(seed uint64, r Result) error {
	o := Study{map[string]*Summary{}}
	for name, t := range r {
		part, k, h := t.part()
		m := &Summary{Rows: []Row{{seed, part}}}
		if k != nil {
			m.Sketch.merge(k)
		}
		if h != nil {
			m.Histogram = &Bins{h.Low, h.High, slices.Clone(h.Bins), h.Under, h.Over}
		}
		o.Statistics[name] = m
	}
	return s.Merge(&o)
}

// Merge adds what another study has. In which order studies are merged makes no difference.
//
// It returns an error if both have a replication with the same seed, or a histogram has other bins than that of another
// replication; then s is of no use any more.
func (s *Study) Merge(o *Study) error {
	if s.Statistics == nil {
		s.Statistics = map[string]*Summary{}
	}
	for name, from := range o.Statistics {
		m := s.Statistics[name]
		if m == nil {
			m = &Summary{}
			s.Statistics[name] = m
		}
		for _, r := range from.Rows {
			i, found := slices.BinarySearchFunc(m.Rows, r.Seed, func(r Row, seed uint64) int {
				switch {
				case r.Seed < seed:
					return -1
				case r.Seed > seed:
					return 1
				}
				return 0
			})
			if found {
				return fmt.Errorf("sim: both studies have seed %d of %q", r.Seed, name)
			}
			m.Rows = slices.Insert(m.Rows, i, r)
		}
		m.Sketch.merge(&from.Sketch)
		if err := m.mergeBins(from.Histogram); err != nil {
			return fmt.Errorf("%w of %q", err, name)
		}
	}
	return nil
}

func (m *Summary) mergeBins(o *Bins) error {
	switch b := m.Histogram; {
	case o == nil:
	case b == nil:
		m.Histogram = &Bins{o.Low, o.High, slices.Clone(o.Counts), o.Under, o.Over}
	case b.Low != o.Low || b.High != o.High || len(b.Counts) != len(o.Counts):
		return fmt.Errorf("sim: different bins in the histograms")
	default:
		for i, n := range o.Counts {
			b.Counts[i] += n
		}
		b.Under, b.Over = b.Under+o.Under, b.Over+o.Over
	}
	return nil
}

// Across returns a tally of the means of the replications. They are independent, whatever happens within one.
func (m *Summary) Across() *Tally {
	t := NewTally()
	for _, r := range m.Rows {
		t.Add(r.Average)
	}
	return t
}

// Pooled returns a tally of all observations of all replications together. Of a [Level] it has only the mean over time, the minimum and the maximum.
func (m *Summary) Pooled() *Tally {
	t := &Tally{sketch: m.Sketch}
	for _, r := range m.Rows {
		t.row.merge(r.row)
	}
	return t
}

// Mean returns the mean of the means of the replications.
func (m *Summary) Mean() float64 { return m.Across().Mean() }

// Interval returns the bounds between which the expected value lies with a confidence such as 0.95, by Student's t of the
// means of the replications. With fewer than two replications they are infinite.
func (m *Summary) Interval(confidence float64) (low, high float64) {
	t := m.Across()
	half := math.Inf(1)
	if n := float64(t.N()); n > 1 {
		half = student(1-confidence, n-1) * t.Std() / math.Sqrt(n)
	}
	return t.Mean() - half, t.Mean() + half
}

// student returns the number that the absolute value of Student's t with n degrees of freedom exceeds with probability p
// (G. W. Hill, Algorithm 396, Communications of the ACM 13, 1970).
func student(p, n float64) float64 {
	switch n {
	case 1:
		return 1 / math.Tan(p*math.Pi/2)
	case 2:
		return math.Sqrt(2/(p*(2-p)) - 2)
	}
	a := 1 / (n - 0.5)
	b := 48 / (a * a)
	c := ((20700*a/b-98)*a-16)*a + 96.36
	d := ((94.5/(b+c)-3)/b + 1) * math.Sqrt(a*math.Pi/2) * n
	y := math.Pow(d*p, 2/n)
	if y > 0.05+a {
		x := -math.Sqrt2 * math.Erfinv(1-p)
		y = x * x
		if n < 5 {
			c += 0.3 * (n - 4.5) * (x + 0.6)
		}
		c += (((0.05*d*x-5)*x-7)*x-2)*x + b
		y = (((((0.4*y+6.3)*y+36)*y+94.5)/c-y-3)/b + 1) * x
		y = math.Expm1(a * y * y)
	} else {
		y = ((1/(((n+6)/(n*y)-0.089*d-0.822)*(n+2)*3)+0.5/(n+4))*y-1)*(n+1)/(n+2) + 1/y
	}
	return math.Sqrt(n * y)
}
