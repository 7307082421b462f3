package workload

import "github.com/goaco/aco"

// The row merge: sorted sequences, merged into one through a heap of their next values.

const (
	mergeWays   = 16
	mergeValues = 128 // of each
)

func mergeRow() *Row {
	return &Row{Name: "merge", What: "16 sorted sequences of 128 values, merged through a heap", Batch: mergeWays * mergeValues,
		Peers: generatorPeers([]string{AcoPull, Aco}, func(open opener[int]) (sum int) {
			var heap mergeHeap
			var stops [mergeWays]func()
			for i := range stops {
				next, stop := open(progression(i, mergeValues))
				stops[i] = stop
				v, ok := next()
				heap = append(heap, mergeHead{v, next})
				if !ok {
					panic("a sequence is empty")
				}
			}
			for i := len(heap) / 2; i >= 0; i-- {
				heap.down(i)
			}
			for len(heap) > 0 {
				head := &heap[0]
				sum = mix(sum, head.value)
				v, ok := head.next()
				if ok {
					head.value = v
				} else {
					heap[0] = heap[len(heap)-1]
					heap = heap[:len(heap)-1]
				}
				heap.down(0)
			}
			for _, stop := range stops {
				stop()
			}
			return sum
		})}
}

// progression generates a rising sequence of n numbers, another one for each seed.
//
//go:noinline
func progression(seed, n int) generator[int] {
	step := func(v, i int) int { return v + (seed*7+i*i)%23 }
	return generator[int]{
		seq: func(yield func(int) bool) {
			v := seed
			for i := 0; i < n && yield(v); i++ {
				v = step(v, i)
			}
		},
		body: func(co *aco.Coroutine[struct{}, int], _ struct{}) {
			v := seed
			for i := range n {
				co.Yield(v)
				v = step(v, i)
			}
		},
		machine: func() func() (int, bool) {
			v, i := 0, -1
			return func() (int, bool) {
				if i++; i == 0 {
					v = seed
				} else {
					v = step(v, i-1)
				}
				return v, i < n
			}
		},
	}
}

// A mergeHeap has the least next value in front.
type mergeHeap []mergeHead

type mergeHead struct {
	value int
	next  func() (int, bool)
}

// down moves the head at i down to its place.
func (h mergeHeap) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2; child++ {
			if child < len(h) && h[child].value < h[least].value {
				least = child
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
