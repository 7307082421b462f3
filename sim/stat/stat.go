// Package stat collects statistics of a simulation: numbers one by one ([Tally], [Histogram]), levels over simulated
// time ([Level]), and what many replications of a model give together ([Study]).
package stat

import "math"

// A row is what is kept of a statistic. The weight of an observation of a [Tally] is 1, that of a value of a [Level] the time
// that it lasted.
type row struct {
	Weight, Average, M2, Min, Max float64
}

// add adds x with a weight (West, Communications of the ACM 22, 1979).
func (r *row) add(x, weight float64) {
	if r.Weight == 0 {
		r.Min, r.Max = x, x
	} else {
		r.Min, r.Max = min(r.Min, x), max(r.Max, x)
	}
	r.Weight += weight
	d := x - r.Average
	r.Average += d * weight / r.Weight
	r.M2 += float64(weight*d) * (x - r.Average)
}

// merge adds what o has (Chan, Golub and LeVeque, 1979).
func (r *row) merge(o row) {
	switch {
	case o.Weight == 0:
	case r.Weight == 0:
		*r = o
	default:
		w := r.Weight + o.Weight
		d := o.Average - r.Average
		r.M2 += o.M2 + float64(d*d*r.Weight/w*o.Weight)
		r.Average += d * (o.Weight / w)
		r.Min, r.Max, r.Weight = min(r.Min, o.Min), max(r.Max, o.Max), w
	}
}

// A sketch counts observations in buckets: the exponent and the first seven binary digits. The middle of a bucket
// is within 0.4 % of what is in it, and sketches merge without loss.
type sketch struct {
	Below, Above buckets // negative ones, by their absolute values, and positive ones
	Zero         uint64
}

type buckets struct {
	First  int // the number of the first bucket
	Counts []uint64
}

const sketchShift = 52 - 7

func (k *sketch) add(x float64) {
	switch {
	case x > 0:
		k.Above.add(int(math.Float64bits(x)>>sketchShift), 1)
	case x < 0:
		k.Below.add(int(math.Float64bits(-x)>>sketchShift), 1)
	default:
		k.Zero++
	}
}

func (b *buckets) add(i int, n uint64) {
	switch {
	case len(b.Counts) == 0:
		b.First, b.Counts = i, make([]uint64, 1, 64)
	case i < b.First:
		more := b.First - i
		b.Counts = append(make([]uint64, more, more+2*len(b.Counts)), b.Counts...)
		b.First = i
	}
	for i >= b.First+len(b.Counts) {
		b.Counts = append(b.Counts, 0)
	}
	b.Counts[i-b.First] += n
}

func (k *sketch) merge(o *sketch) {
	k.Zero += o.Zero
	k.Below.merge(&o.Below)
	k.Above.merge(&o.Above)
}

func (b *buckets) merge(o *buckets) {
	for i, n := range o.Counts {
		if n > 0 {
			b.add(o.First+i, n)
		}
	}
}

// quantile returns the middle of the bucket in which the observation of rank q is.
func (k *sketch) quantile(q float64) float64 {
	middle := func(bucket int) float64 { return math.Float64frombits(uint64(2*bucket+1) << (sketchShift - 1)) }
	n := k.Zero
	for _, c := range k.Below.Counts {
		n += c
	}
	for _, c := range k.Above.Counts {
		n += c
	}
	left := int64(math.Ceil(q * float64(n)))
	for i := len(k.Below.Counts) - 1; i >= 0; i-- {
		if left -= int64(k.Below.Counts[i]); k.Below.Counts[i] > 0 && left <= 0 {
			return -middle(k.Below.First + i)
		}
	}
	if left -= int64(k.Zero); k.Zero > 0 && left <= 0 {
		return 0
	}
	for i, c := range k.Above.Counts {
		if left -= int64(c); c > 0 && left <= 0 {
			return middle(k.Above.First + i)
		}
	}
	return math.NaN()
}

// A Tally collects numbers one by one, such as times of waiting. Make one with [NewTally].
type Tally struct {
	row    row
	sketch sketch
}

// NewTally returns an empty tally.
func NewTally() *Tally { return new(Tally) }

// Add adds x.
//
// Add panics with "sim: NaN in a statistic" if x is NaN.
func (t *Tally) Add(x float64) {
	check(x)
	t.row.add(x, 1)
	t.sketch.add(x)
}

func check(x float64) {
	if x != x {
		panic("sim: NaN in a statistic; the model has divided 0 by 0, or the like")
	}
}

// N returns how many numbers have been added.
func (t *Tally) N() int { return int(t.row.Weight) }

// Mean returns the mean, or 0 if there are no numbers.
func (t *Tally) Mean() float64 { return t.row.Average }

// Var returns the variance of the sample, or 0 if there are fewer than two numbers.
func (t *Tally) Var() float64 {
	if t.row.Weight < 2 {
		return 0
	}
	return t.row.M2 / (t.row.Weight - 1)
}

// Std returns the standard deviation of the sample.
func (t *Tally) Std() float64 { return math.Sqrt(t.Var()) }

// Min returns the smallest number, or 0 if there is none.
func (t *Tally) Min() float64 { return t.row.Min }

// Max returns the largest number, or 0 if there is none.
func (t *Tally) Max() float64 { return t.row.Max }

// Quantile returns a number such that the part q of all numbers, from 0 to 1, is not larger. It is within 0.4 % of one of them,
// or NaN if there are none.
func (t *Tally) Quantile(q float64) float64 {
	return min(max(t.sketch.quantile(q), t.row.Min), t.row.Max)
}

// Reset forgets everything, as at the end of the time in which a model warms up.
func (t *Tally) Reset() { *t = Tally{} }

// A Histogram is a tally that also counts how many numbers lie in each of a number of bins of the same width.
type Histogram struct {
	Tally
	Low, High   float64
	Bins        []uint64
	Under, Over uint64 // how many numbers are below Low, and at or above High
}

// NewHistogram returns an empty histogram of the numbers from low to high with n bins.
//
// It panics with "sim: a histogram needs ..." if low is not below high, or n is not positive.
func NewHistogram(low, high float64, n int) *Histogram {
	if !(low < high) || n <= 0 {
		panic("sim: a histogram needs an interval and a positive number of bins")
	}
	return &Histogram{Low: low, High: high, Bins: make([]uint64, n)}
}

// Add adds x. It panics as [Tally.Add] does.
func (h *Histogram) Add(x float64) {
	h.Tally.Add(x)
	switch i := int(math.Floor((x - h.Low) / (h.High - h.Low) * float64(len(h.Bins)))); {
	case x < h.Low:
		h.Under++
	case x >= h.High:
		h.Over++
	default:
		h.Bins[min(i, len(h.Bins)-1)]++
	}
}

// Reset forgets everything but the bins' borders.
func (h *Histogram) Reset() { *h = *NewHistogram(h.Low, h.High, len(h.Bins)) }

// A Level is a number that changes in the course of simulated time, such as the length of a queue. Its mean and
// variance are over time. Make one with [NewLevel].
type Level struct {
	clock Clock
	row   row
	value float64
	since float64
}

// A Clock tells the time, as a *sim.Sim does.
type Clock interface{ Now() float64 }

// NewLevel returns a level that is 0 from now on.
func NewLevel(c Clock) *Level { return &Level{clock: c, since: c.Now()} }

// Set says that the level is v from now on.
//
// Set panics with "sim: NaN in a statistic" if v is NaN.
func (l *Level) Set(v float64) {
	check(v)
	l.row, l.since = l.all(), l.clock.Now()
	l.value = v
}

// Add changes the level by d.
func (l *Level) Add(d float64) { l.Set(l.value + d) }

// Value returns the level.
func (l *Level) Value() float64 { return l.value }

// all returns the row up to now.
func (l *Level) all() row {
	r := l.row
	if d := l.clock.Now() - l.since; d > 0 {
		r.add(l.value, d)
	}
	return r
}

// Mean returns the mean over time, or 0 if no time has passed.
func (l *Level) Mean() float64 { return l.all().Average }

// Var returns the variance over time.
func (l *Level) Var() float64 {
	if r := l.all(); r.Weight > 0 {
		return r.M2 / r.Weight
	}
	return 0
}

// Min returns the lowest level that lasted for some time.
func (l *Level) Min() float64 { return l.all().Min }

// Max returns the highest level that lasted for some time.
func (l *Level) Max() float64 { return l.all().Max }

// Time returns for how long the level has been watched.
func (l *Level) Time() float64 { return l.all().Weight }

// Reset forgets everything but the level, as at the end of the time in which a model warms up.
func (l *Level) Reset() { l.row, l.since = row{}, l.clock.Now() }
