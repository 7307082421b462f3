package main

import (
	"fmt"
	"iter"
	"runtime/debug"
	"slices"

	"github.com/goaco/aco"
)

// Rows over the number of coroutines and the bytes that each keeps alive, as C libaco's README has
// them. They take long and much memory, and are measured only when they are asked for.

// pullable is how many coroutines iter.Pull is measured with at most: each is a goroutine.
const pullable = 1000000

func sizeRows() (rows []*row) {
	for _, n := range []int{1, 1000, pullable, 2000000, 10000000} {
		for _, locals := range []int{8, 40, 120, 488, 1000} {
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
		prepare := pullingMany(iter.Pull[int], n)
		r.peers = append(r.peers, peer{name: iterPull, prepare: func() (func(int), func()) {
			run, stop := prepare()
			return run, func() { stop(); debug.FreeOSMemory() }
		}})
	}
	r.needs = func(plan) uint64 {
		each := uint64(300 + 5*locals/4)
		if n <= pullable || !collected() {
			each = max(each, 3500) // a goroutine
		}
		return uint64(n) * each
	}
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
				debug.FreeOSMemory()
			}
	}})
	return r
}
