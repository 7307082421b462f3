package aco_test

import (
	"iter"
	"runtime"
	"testing"

	"github.com/goaco/aco"
)

// A numbered tree has a number at each node.
type numbered struct {
	left, right *numbered
	n           int
}

func numberedTree(depth int, n *int) *numbered {
	if depth == 0 {
		return nil
	}
	t := new(numbered)
	t.left = numberedTree(depth-1, n)
	t.n = *n
	*n++
	t.right = numberedTree(depth-1, n)
	return t
}

func (t *numbered) walk(yield func(int) bool) bool {
	return t == nil || t.left.walk(yield) && yield(t.n) && t.right.walk(yield)
}

func (t *numbered) all(yield func(int) bool) { t.walk(yield) }

// Where a goroutine can't hand over to another one, sequences of a function that turns out to be slow so, as a recursive walk is,
// are iter.Pull's after a while, and others are not.
func TestSlowOnesAreItersPull(t *testing.T) {
	if aco.Engine().Name != "native" || runtime.GOARCH == "386" {
		t.Skip("each is a goroutine, or none")
	}
	if aco.Engine().Standalone == "hand-over" && !child(t, "GODEBUG=fips140=only") {
		return
	}
	if aco.Engine().Standalone == "hand-over" {
		t.Fatal("there is a hand-over")
	}
	n := 0
	root := numberedTree(10, &n)
	numbers := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	// onGoroutines pulls 1,000 values of seq so many times, and returns how often that needed a goroutine.
	onGoroutines := func(seq iter.Seq[int], times int) (count int) {
		for range times {
			before := runtime.NumGoroutine()
			next, stop := aco.Pull(seq)
			for i := range 1000 {
				if v, ok := next(); v != i || !ok {
					t.Fatalf("got %d, %v, want %d", v, ok, i)
				}
			}
			if runtime.NumGoroutine() > before {
				count++
			}
			stop()
		}
		return count
	}
	if got := onGoroutines(root.all, 1000); got < 990 || got > 999 {
		t.Errorf("%d of 1000 walks needed a goroutine", got)
	}
	if got := onGoroutines(numbers, 1000); got > 0 {
		t.Errorf("%d of 1000 loops needed a goroutine", got)
	}
}

func BenchmarkWalk(b *testing.B) {
	n := 0
	root := numberedTree(10, &n)
	pull := func(b *testing.B, pull func() (func() (int, bool), func())) {
		for range b.N {
			next, stop := pull()
			for _, ok := next(); ok; _, ok = next() {
			}
			stop()
		}
	}
	b.Run("iter.Pull", func(b *testing.B) { pull(b, func() (func() (int, bool), func()) { return iter.Pull(root.all) }) })
	b.Run("Pull", func(b *testing.B) { pull(b, func() (func() (int, bool), func()) { return aco.Pull(root.all) }) })
	b.Run("Pull, Shared", func(b *testing.B) {
		pull(b, func() (func() (int, bool), func()) { return aco.Pull(root.all, aco.Shared()) })
	})
}
