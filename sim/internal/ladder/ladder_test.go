package ladder

import (
	"math/rand/v2"
	"testing"
)

// Whatever is pushed, taken and taken back, in whatever distribution of times, what is taken comes in order.
func TestQueueOrder(t *testing.T) {
	distributions := map[string]func(r *rand.Rand) float64{
		"uniform":    func(r *rand.Rand) float64 { return r.Float64() },
		"same":       func(r *rand.Rand) float64 { return 1 },
		"few times":  func(r *rand.Rand) float64 { return float64(r.IntN(3)) },
		"far off":    func(r *rand.Rand) float64 { return 1 / (1e-9 + r.Float64()*r.Float64()*r.Float64()) },
		"far at end": func(r *rand.Rand) float64 { return (1 + 1e15*float64(r.IntN(2)*r.IntN(2))) * r.Float64() },
		"tiny":       func(r *rand.Rand) float64 { return r.Float64() * 5e-324 * 1000 },
		"huge":       func(r *rand.Rand) float64 { return r.Float64() * 1e302 },
	}
	for name, draw := range distributions {
		for _, n := range []int{1, 10, 1000, 20000} {
			r := rand.New(rand.NewPCG(1, uint64(n)))
			var q Queue
			live := map[*uint64]float64{}
			now, key, urgent := 0.0, uint64(0), 0
			last := Entry{}
			entry := func(at float64, priority uint64) Entry {
				key++
				k := key | priority
				live[&k] = at
				if priority == 0 {
					urgent++
				}
				return Entry{at, k, &k}
			}
			gone := func(p *uint64) {
				if *p < 1<<63 {
					urgent--
				}
				*p = 0
				delete(live, p)
			}
			wrong := func(e Entry) bool { // urgent ones come at once, also after others of their time
				return live[e.Live] != e.At || e.At < last.At || e.Key>>63 == last.Key>>63 && e.before(&last) || e.Key>>63 != 0 && urgent > 0
			}
			push := func() { q.Push(entry(now+draw(r), 1<<63)) }
			for range n / 2 {
				q.PushUrgent(entry(now, 0))
			}
			for range n {
				push()
			}
			for range 4 * n {
				e, ok := q.First()
				if !ok {
					if len(live) > 0 {
						t.Fatalf("%s %d: %d entries are lost", name, n, len(live))
					}
					break
				}
				if wrong(e) {
					t.Fatalf("%s %d: %v comes after %v", name, n, e, last)
				}
				now, last = e.At, e
				q.Take()
				gone(e.Live)
				for range r.IntN(3) {
					push()
				}
				if r.IntN(4) == 0 {
					q.PushUrgent(entry(now, 0))
				}
				if r.IntN(3) == 0 {
					next, ok := q.Next(entry(now+draw(r), 1<<63))
					if first, ok2 := q.First(); next != first || !ok || !ok2 {
						t.Fatalf("%s %d: next is %v, and first is %v", name, n, next, first)
					}
				}
				if r.IntN(3) == 0 { // take back some
					for p := range live {
						gone(p)
						q.Overtaken()
						break
					}
				}
			}
			for e, ok := q.First(); ok; e, ok = q.First() {
				if wrong(e) {
					t.Fatalf("%s %d: %v comes after %v at the end", name, n, e, last)
				}
				last = e
				q.Take()
				gone(e.Live)
			}
			if len(live) > 0 || q.n != 0 || q.stale != 0 {
				t.Fatalf("%s %d: %d entries are left, n %d, %d stale", name, n, len(live), q.n, q.stale)
			}
		}
	}
}
