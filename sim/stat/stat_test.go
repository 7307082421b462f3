package stat

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestTally(t *testing.T) {
	y := NewTally()
	if y.N() != 0 || y.Mean() != 0 || y.Var() != 0 || !math.IsNaN(y.Quantile(0.5)) {
		t.Error("an empty tally is not empty")
	}
	for _, x := range []float64{2, 4, 4, 4, 5, 5, 7, 9} {
		y.Add(x)
	}
	near(t, "mean", y.Mean(), 5, 0)
	near(t, "variance", y.Var(), 32.0/7, 1e-12)
	near(t, "std", y.Std(), math.Sqrt(32.0/7), 1e-12)
	if y.N() != 8 || y.Min() != 2 || y.Max() != 9 {
		t.Error(y.N(), y.Min(), y.Max())
	}
	y.Reset()
	if y.N() != 0 || y.Max() != 0 {
		t.Error("not reset")
	}
	defer func() {
		if r, _ := recover().(string); !strings.HasPrefix(r, "sim: NaN") {
			t.Error(r)
		}
	}()
	y.Add(math.NaN())
}

// Quantiles are within 0.4 % of the exact ones, whatever the numbers, and the same when tallies are merged.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, draw := range map[string]func() float64{
		"exponential": r.ExpFloat64, "normal": r.NormFloat64,
		"powers": func() float64 { return math.Exp2(float64(r.IntN(60) - 30)) }, "few": func() float64 { return float64(r.IntN(3) - 1) },
		"extreme": func() float64 { return []float64{1e-300, 1e308, -1e308, 0, 1}[r.IntN(5)] },
	} {
		all, whole, parts := []float64{}, NewTally(), NewTally()
		for range 5 {
			part := NewTally()
			for range 1000 {
				x := draw()
				all = append(all, x)
				whole.Add(x)
				part.Add(x)
			}
			parts.row.merge(part.row)
			parts.sketch.merge(&part.sketch)
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.999, 1} {
			exact := all[max(0, int(math.Ceil(q*5000))-1)]
			near(t, name, whole.Quantile(q), exact, 0.004*math.Abs(exact))
			if whole.Quantile(q) != parts.Quantile(q) {
				t.Error(name, q, "is another one when tallies are merged")
			}
		}
		near(t, name+" mean", parts.Mean(), whole.Mean(), 1e-12*math.Abs(whole.Max()))
	}
}

func TestHistogram(t *testing.T) {
	h := NewHistogram(0, 10, 5)
	for _, x := range []float64{-1, 0, 1.9, 2, 9.99, 10, 11, math.Inf(1)} {
		h.Add(x)
	}
	if !slices.Equal(h.Bins, []uint64{2, 1, 0, 0, 1}) || h.Under != 1 || h.Over != 3 || h.N() != 8 {
		t.Errorf("%+v", h)
	}
	h.Reset()
	if h.N() != 0 || h.Over != 0 || len(h.Bins) != 5 {
		t.Errorf("%+v", h)
	}
}

type clock float64

func (c *clock) Now() float64 { return float64(*c) }

func TestLevel(t *testing.T) {
	var now clock
	l := NewLevel(&now)
	for _, step := range []struct{ at, v float64 }{{1, 2}, {3, 4}, {3, 100}, {3, 1}, {7, 0}} {
		now = clock(step.at)
		l.Set(step.v)
	}
	now = 10 // 0 for 1, 2 for 2, 1 for 4, 0 for 3
	near(t, "mean", l.Mean(), 0.8, 1e-12)
	near(t, "variance", l.Var(), (8.0+4)/10-0.64, 1e-12)
	if l.Min() != 0 || l.Max() != 2 || l.Time() != 10 || l.Value() != 0 {
		t.Error(l.Min(), l.Max(), l.Time(), l.Value())
	}
	l.Add(3)
	l.Reset()
	now = 12
	near(t, "mean after reset", l.Mean(), 3, 0)
}

func TestStudent(t *testing.T) { // from tables
	for _, c := range []struct{ p, n, want float64 }{
		{0.05, 1, 12.7062047}, {0.05, 2, 4.30265273}, {0.05, 3, 3.18244631}, {0.05, 4, 2.77644511}, {0.05, 10, 2.22813885}, {0.05, 30, 2.04227246},
		{0.01, 5, 4.03214298}, {0.01, 39, 2.70791318}, {0.01, 999, 2.58075990}, {0.5, 10, 0.69981206}, {0.001, 4, 8.61030158},
	} {
		near(t, "t", student(c.p, c.n), c.want, 3e-4*c.want)
	}
}

func sample(seed uint64) Result {
	r := rand.New(rand.NewPCG(seed, 0))
	y, h := NewTally(), NewHistogram(0, 3, 6)
	for range 100 {
		y.Add(r.ExpFloat64())
		h.Add(r.NormFloat64())
	}
	return Result{"y": y, "h": h, "v": Value(r.Float64())}
}

// However the seeds are split, and in whichever order the parts are merged, all of the result is the same, also through JSON.
func TestStudyIsTheSameInParts(t *testing.T) {
	var whole Study
	parts := make([]Study, 3)
	for seed := range uint64(20) {
		if whole.Add(seed, sample(seed)) != nil || parts[seed%3].Add(seed, sample(seed)) != nil {
			t.Fatal("can't add")
		}
	}
	want, err := json.Marshal(&whole)
	if err != nil {
		t.Fatal(err)
	}
	var merged Study
	for _, i := range []int{2, 0, 1} {
		text, err := json.Marshal(&parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var read Study
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if err := merged.Merge(&read); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := json.Marshal(&merged); string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, m := range whole.Statistics {
		o := merged.Statistics[name]
		low, high := m.Interval(0.95)
		low2, high2 := o.Interval(0.95)
		if m.Mean() != o.Mean() || low != low2 || high != high2 || m.Pooled().Mean() != o.Pooled().Mean() || m.Pooled().Var() != o.Pooled().Var() {
			t.Error(name, "differs")
		}
		if !(low < m.Mean() && m.Mean() < high) || m.Across().N() != 20 {
			t.Error(name, low, m.Mean(), high)
		}
	}
	if n := whole.Statistics["y"].Pooled().N(); n != 2000 {
		t.Error(n, "observations")
	}
	if err := merged.Merge(&parts[1]); err == nil {
		t.Error("the same seeds are taken twice")
	}
	if err := whole.Add(99, Result{"h": NewHistogram(0, 3, 7)}); err == nil {
		t.Error("other bins are merged")
	}
	if low, high := (&Summary{}).Interval(0.9); !math.IsInf(low, -1) || !math.IsInf(high, 1) {
		t.Error(low, high)
	}
}
