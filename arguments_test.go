package aco_test

import (
	"iter"
	"runtime"
	"slices"
	"testing"

	"github.com/goaco/aco"
)

// A body's arguments lie in the frame of the function that calls it, which belongs to the engine.
// They are the body's all the same: what they lead to is kept, and moves.

type block struct{ a [10]int }

var blocks []*block

// overwrite collects, and uses what has been freed for something else.
func overwrite() {
	runtime.GC()
	for range 1000 {
		blocks = append(blocks, &block{a: [10]int{7, 7, 7, 7}})
	}
	blocks = nil
}

//go:noinline
func sumLater(co *aco.Coroutine[*block, int], first *block) {
	co.Yield(1)
	co.Yield(2)
	sum := 0
	for _, x := range first.a {
		sum += x
	}
	co.Yield(sum)
}

//go:noinline
func startWith(co *aco.Coroutine[*block, int], b block) { co.Resume(&b) }

// The first value is kept as long as the body has it, and not only until the next one comes.
func TestFirstIsKept(t *testing.T) {
	for range 20 {
		co := aco.New(sumLater)
		startWith(co, block{a: [10]int{1, 2, 3}})
		co.Resume(nil)
		overwrite()
		if v, _ := co.Resume(nil); v != 6 {
			t.Fatalf("got %d, want 6", v)
		}
	}
}

// An onStack is passed on the stack.
type onStack struct {
	p *int
	_ [7]int
}

//go:noinline
func aimAtLocal(co *aco.Coroutine[onStack, int], first onStack) {
	local := 5
	for i := 0; ; i++ {
		if i >= 3 {
			first.p = &local
			local++
		}
		co.Yield(*first.p)
		co.Yield(*first.p)
	}
}

//go:noinline
func resumeDeep[In, Out any](n int, co *aco.Coroutine[In, Out]) (v Out) {
	var pad [64]int
	if n > 0 {
		v = resumeDeep(n-1, co)
	} else {
		var in In
		v, _ = co.Resume(in)
	}
	runtime.KeepAlive(pad)
	return v
}

// A parameter that leads into the frames moves with them.
func TestArgumentsMove(t *testing.T) {
	co := aco.New(aimAtLocal)
	defer co.Close()
	one := 1
	co.Resume(onStack{p: &one})
	for i := 1; i < 6; i++ {
		co.Resume(onStack{})
	}
	var got []int
	for i := range 8 {
		got = append(got, resumeDeep(i%4, co))
	}
	if want := []int{6, 6, 7, 7, 8, 8, 9, 9}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What the body has of each type is kept: strings, slices, interfaces, maps, functions.
func TestArgumentsOfEachType(t *testing.T) {
	type all struct {
		s string
		b []byte
		e any
		m map[int]int
		f func() int
	}
	co := aco.New(func(co *aco.Coroutine[all, int], a all) {
		for {
			b := co.Yield(len(a.s) + len(a.b) + a.e.(int) + a.m[1] + a.f())
			if b.s != "" {
				a = b
			}
		}
	})
	defer co.Close()
	fresh := func(n int) all {
		return all{string(make([]byte, n)), make([]byte, n), n + 1000, map[int]int{1: n}, func() int { return n }}
	}
	co.Resume(fresh(1))
	for i := range 50 {
		in, want := all{}, 1000+5*(i/10*10)
		if i%10 == 0 {
			in = fresh(max(i, 1))
		}
		if i < 10 {
			want = 1005
		}
		if got, _ := co.Resume(in); got != want {
			t.Fatalf("resume %d: got %d, want %d", i, got, want)
		}
		overwrite()
	}
}

// A sequence may replace its yield function.
func TestSequenceReplacesYield(t *testing.T) {
	for range 100 {
		next, stop := aco.Pull(iter.Seq[int](func(yield func(int) bool) {
			if k := runtime.NumCPU(); k > 0 {
				inner, box := yield, &block{a: [10]int{k}}
				yield = func(v int) bool { return inner(v + box.a[0] - k) }
			}
			for i := 1; yield(i); i++ {
			}
		}))
		for i := 1; i < 5; i++ {
			if v, _ := next(); v != i {
				t.Fatalf("got %d, want %d", v, i)
			}
			overwrite()
		}
		stop()
	}
}
