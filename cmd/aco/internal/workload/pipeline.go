package workload

import "github.com/goaco/aco"

// The row pipeline: ten generators in a row, each drawing from the one before it.

const (
	pipelineStages = 10
	pipelineValues = 1000
)

func pipelineRow() *Row {
	return &Row{Name: "pipeline", What: "1,000 values through ten generators, each drawing from the one before", Batch: pipelineValues,
		Peers: generatorPeers([]string{Aco, AcoPull}, func(open opener[int]) (sum int) {
			var stops [pipelineStages]func()
			next, stop := open(numbers(pipelineValues))
			stops[0] = stop
			for i := 1; i < pipelineStages; i++ {
				next, stop = open(stage(i, next))
				stops[i] = stop
			}
			for {
				v, ok := next()
				if !ok {
					break
				}
				sum = mix(sum, v)
			}
			for i := range stops {
				stops[pipelineStages-1-i]()
			}
			return sum
		})}
}

// numbers generates 0 to n-1.
//
//go:noinline
func numbers(n int) generator[int] {
	return generator[int]{
		seq: func(yield func(int) bool) {
			for i := 0; i < n && yield(i); i++ {
			}
		},
		body: func(co *aco.Coroutine[struct{}, int], _ struct{}) {
			for i := range n {
				co.Yield(i)
			}
		},
		machine: func() func() (int, bool) {
			i := -1
			return func() (int, bool) { i++; return i, i < n }
		},
	}
}

// stage generates a running sum of k times what next gives.
//
//go:noinline
func stage(k int, next func() (int, bool)) generator[int] {
	return generator[int]{
		seq: func(yield func(int) bool) {
			sum := 0
			for v, ok := next(); ok; v, ok = next() {
				sum += k * v
				if !yield(sum) {
					return
				}
			}
		},
		body: func(co *aco.Coroutine[struct{}, int], _ struct{}) {
			sum := 0
			for v, ok := next(); ok; v, ok = next() {
				sum += k * v
				co.Yield(sum)
			}
		},
		machine: func() func() (int, bool) {
			sum := 0
			return func() (int, bool) {
				v, ok := next()
				sum += k * v
				return sum, ok
			}
		},
	}
}
