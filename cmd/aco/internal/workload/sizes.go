package workload

import (
	"fmt"
	"iter"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco"
)

// Rows over the number of coroutines and the bytes that each keeps alive, as C libaco's README has
// them. They take long and much memory, and are measured only when they are asked for.

// pullable is how many coroutines iter.Pull is measured with at most: each is a goroutine.
const pullable = 1000000

var (
	sizeCounts = []int{1, 1000, pullable, 2000000, 10000000}
	sizeLocals = []int{8, 40, 120, 488, 1000}
)

func sizeRows() (rows []*Row) {
	for _, n := range sizeCounts {
		for _, locals := range sizeLocals {
			rows = append(rows, SizeRow(n, locals))
		}
	}
	return rows
}

// SizeRow has n coroutines with so many bytes of locals alive, resumed in order. Those of iter.Pull
// have 120 bytes, whatever the others have: it copies nothing.
func SizeRow(n, locals int) *Row {
	k := Keepers[slices.IndexFunc(Keepers, func(k Keeper) bool { return k.Locals() >= locals })]
	r := &Row{Name: fmt.Sprintf("%d:%d", n, locals), What: fmt.Sprintf("%s coroutines with %d bytes of locals alive", humanize.Comma(int64(n)), k.Locals()),
		Batch: n, Libaco: fmt.Sprintf("%d:%d", n, k.Locals()), Large: true}
	if n <= pullable {
		r.Peers = append(r.Peers, Peer{Name: IterPull, prepare: pullingMany(iter.Pull[int], n)})
	}
	r.Needs = needsOf(n, uint64(300+5*locals/4))
	r.Peers = append(r.Peers, Peer{Name: Aco, prepare: func() (func(int), func()) {
		cos := make([]*Co, n)
		for i := range cos {
			cos[i] = aco.New(k.Body)
			cos[i].Resume(0)
		}
		return func(ops int) {
				for v := range ops / n {
					for _, c := range cos {
						c.Resume(v)
					}
				}
			}, func() { // they are dropped
				End(cos)
				cos = nil
			}
	}})
	return r
}
