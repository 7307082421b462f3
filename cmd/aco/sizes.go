package main

import (
	"fmt"
	"iter"
	"slices"

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

func sizeRows() (rows []*row) {
	for _, n := range sizeCounts {
		for _, locals := range sizeLocals {
			rows = append(rows, sizeRow(n, locals))
		}
	}
	return rows
}

// sizeRow has n coroutines with so many bytes of locals alive, resumed in order. Those of iter.Pull
// have 120 bytes, whatever the others have: it copies nothing.
func sizeRow(n, locals int) *row {
	k := keepers[slices.IndexFunc(keepers, func(k keeper) bool { return k.locals() >= locals })]
	r := &row{name: fmt.Sprintf("%d:%d", n, locals), what: fmt.Sprintf("%s coroutines with %d bytes of locals alive", thousands(float64(n)), k.locals()),
		batch: n, libaco: fmt.Sprintf("%d:%d", n, k.locals()), large: true}
	if n <= pullable {
		r.peers = append(r.peers, peer{name: iterPull, prepare: pullingMany(iter.Pull[int], n)})
	}
	r.needs = needsOf(n, uint64(300+5*locals/4))
	r.peers = append(r.peers, peer{name: acoShared, prepare: func() (func(int), func()) {
		cos := make([]*co, n)
		for i := range cos {
			cos[i] = aco.New(k.body)
			cos[i].Resume(0)
		}
		return func(ops int) {
				for v := range ops / n {
					for _, c := range cos {
						c.Resume(v)
					}
				}
			}, func() { // they are dropped
				end(cos)
				cos = nil
			}
	}})
	return r
}
