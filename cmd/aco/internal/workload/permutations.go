package workload

import (
	"slices"

	"github.com/goaco/aco"
)

// The row permutations: all orders of seven things, by recursion. Each is lent to the taker until it
// asks for the next; a goroutine that runs ahead has to give it a copy.

const permutationsOf = 7

func permutationsRow() *Row {
	return &Row{Name: "permutations", What: "the 5,040 permutations of seven things by recursion, eight calls deep", Batch: 5040,
		Peers: generatorPeers([]string{AcoPull, acoStandalone, acoAuto}, func(open opener[[]int]) (sum int) {
			next, stop := open(permutations(permutationsOf))
			defer stop()
			for p, ok := next(); ok; p, ok = next() {
				sum = mix(sum, p[0]*100+p[3]*10+p[6])
			}
			return sum
		})}
}

func permutations(n int) generator[[]int] {
	things := make([]int, n)
	for i := range things {
		things[i] = i
	}
	return generator[[]int]{
		seq: func(yield func([]int) bool) { permute(slices.Clone(things), n, yield) },
		ahead: func(yield func([]int) bool) {
			permute(slices.Clone(things), n, func(p []int) bool { return yield(slices.Clone(p)) })
		},
		body:    func(co *aco.Coroutine[struct{}, []int], _ struct{}) { permuteCo(co, slices.Clone(things), n) },
		machine: func() func() ([]int, bool) { return (&permuter{things: slices.Clone(things)}).next },
	}
}

// permute yields all orders of the first k of p, by Heap's algorithm.
func permute(p []int, k int, yield func([]int) bool) bool {
	if k <= 1 {
		return yield(p)
	}
	for i := range k {
		if !permute(p, k-1, yield) {
			return false
		}
		if i < k-1 {
			exchange(p, k, i)
		}
	}
	return true
}

func permuteCo(co *aco.Coroutine[struct{}, []int], p []int, k int) {
	if k <= 1 {
		co.Yield(p)
		return
	}
	for i := range k {
		permuteCo(co, p, k-1)
		if i < k-1 {
			exchange(p, k, i)
		}
	}
}

// exchange is what Heap's algorithm does to p after the i-th order of its first k-1.
func exchange(p []int, k, i int) {
	if k%2 == 0 {
		p[i], p[k-1] = p[k-1], p[i]
	} else {
		p[0], p[k-1] = p[k-1], p[0]
	}
}

// A permuter does the same without recursion: at[k] counts the loop of the call for k+1.
type permuter struct {
	things []int
	at     []int
	k      int
}

func (m *permuter) next() ([]int, bool) {
	if m.at == nil {
		m.at, m.k = make([]int, len(m.things)), 1
		return m.things, true
	}
	for m.k < len(m.things) {
		if m.at[m.k] < m.k {
			exchange(m.things, m.k+1, m.at[m.k])
			m.at[m.k]++
			m.k = 1
			return m.things, true
		}
		m.at[m.k] = 0
		m.k++
	}
	return nil, false
}
