package workload

import (
	"iter"

	"github.com/goaco/aco"
)

// The rows of memory: what a suspended coroutine takes.

// Bytes is the unit of the rows of memory.
const Bytes = "bytes"

func memoryRows() []*Row {
	return []*Row{
		memoryRow("memory", "bytes that a suspended coroutine with 120 bytes of locals takes", 1000, localsCounter, localsCount),
		memoryRow("memory-100", "bytes that a coroutine suspended 100 calls down takes", 12000,
			func(yield func(int) bool) { descend(100, yield) }, func(c *Co, _ int) { descendCo(c, 100) }),
	}
}

// memoryRow measures what is taken by coroutines that run seq, or body.
func memoryRow(name, what string, each uint64, seq iter.Seq[int], body func(*Co, int)) *Row {
	r := &Row{Name: name, What: what, unit: Bytes, Needs: func(scale int, goroutines bool) uint64 { return needsOf(scale, each)(scale, goroutines) }}
	pulled := func(pull func(iter.Seq[int]) (func() (int, bool), func())) func(int) any {
		return func(n int) any {
			stops := make([]func(), n)
			for i := range stops {
				var next func() (int, bool)
				next, stops[i] = pull(seq)
				next()
			}
			return stops
		}
	}
	resumed := func(opts ...aco.Option) func(int) any {
		return func(n int) any {
			cos := make([]*Co, n)
			for i := range cos {
				cos[i] = aco.New(body, opts...)
				cos[i].Resume(0)
			}
			return cos
		}
	}
	r.Peers = []Peer{
		{Name: IterPull, Suspended: pulled(iter.Pull[int])},
		{Name: Aco, Suspended: resumed()},
		{Name: AcoPull, Suspended: pulled(pullInts)},
		{Name: acoStandalone, Suspended: resumed(aco.Standalone())},
		{Name: twoChannels, Suspended: pulled(channelPull[int])},
		{Name: syncCond, Suspended: pulled(condPull[int])},
	}
	return r
}

// needsOf is what n coroutines need, of so many bytes each if they are no goroutines.
func needsOf(n int, each uint64) func(int, bool) uint64 {
	return func(_ int, goroutines bool) uint64 {
		if goroutines {
			return uint64(n) * max(each, 4000)
		}
		return uint64(n) * each
	}
}
