package aco_test

import (
	"iter"
	"runtime"
	"testing"

	"github.com/goaco/aco"
)

// While a body runs nobody else may hold its coroutine: the resumer may have used it for the
// last time, and the body too. It must be there when the body ends.

var littered [][]byte

// litter collects, and writes over what has been freed.
func litter() {
	for range 3 {
		runtime.GC()
	}
	littered = nil
	for range 2000 {
		for _, size := range []int{80, 96, 112, 128, 144, 160, 192} {
			b := make([]byte, size)
			for i := range b {
				b[i] = 0xAA
			}
			littered = append(littered, b)
		}
	}
}

//go:noinline
func lastNext(seq iter.Seq[int]) (int, bool) {
	next, _ := aco.Pull(seq)
	next()
	return next()
}

//go:noinline
func lastClose(co *aco.Coroutine[int, int]) { co.Close() }

func TestHeldWhileItRuns(t *testing.T) {
	for range 2 {
		if v, ok := lastNext(func(yield func(int) bool) {
			yield(1)
			litter()
		}); v != 0 || ok {
			t.Fatal(v, ok)
		}

		next, stop := aco.Pull(func(yield func(int) bool) {
			yield(1)
			litter()
		})
		next()
		stop()

		co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
			defer litter()
			co.Yield(1)
		})
		co.Resume(0)
		lastClose(co)

		yield, stop := aco.Push(func(seq iter.Seq[int]) {
			for range seq {
			}
			litter()
		})
		yield(1)
		stop()
	}
}
