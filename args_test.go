package aco_test

import (
	"runtime"
	"testing"

	"github.com/goaco/aco"
)

type zzobj struct{ a [10]int }

//go:noinline
func zzbody(co *aco.Coroutine[*zzobj, int], first *zzobj) {
	co.Yield(1)
	co.Yield(2)
	s := 0
	for _, x := range first.a {
		s += x
	}
	co.Yield(s)
}

var zzsink []*zzobj

//go:noinline
func zzstart(co *aco.Coroutine[*zzobj, int]) {
	co.Resume(&zzobj{a: [10]int{1, 2, 3}})
}

// first is freed while the body still has it.
func TestZZFreed(t *testing.T) {
	bad := 0
	for range 100 {
		co := aco.New(zzbody)
		zzstart(co)
		co.Resume(nil)
		runtime.GC()
		runtime.GC()
		for range 1000 {
			zzsink = append(zzsink, &zzobj{a: [10]int{7, 7, 7, 7}})
		}
		zzsink = nil
		if v, _ := co.Resume(nil); v != 6 {
			bad++
		}
	}
	if bad > 0 {
		t.Error("wrong values:", bad, "of 100;", aco.Engine().Name)
	}
}

//go:noinline
func zzset(p **int, v *int) { *p = v }

type zzin struct{ p, q, r, s, t *int; pad [3]int } // passed on the stack

//go:noinline
func zzbody2(co *aco.Coroutine[zzin, int], first zzin) {
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
func zzdeep(n int, co *aco.Coroutine[zzin, int]) (v int) {
	var pad [64]int
	if n > 0 {
		v = zzdeep(n-1, co)
	} else {
		v, _ = co.Resume(zzin{})
	}
	for _, x := range pad[n:] {
		v += x
	}
	return v
}

// first leads into the frames, which move; nothing tells thaw.
func TestZZStale(t *testing.T) {
	co := aco.New(zzbody2)
	one := 1
	co.Resume(zzin{p:&one})
	for i := 1; i < 6; i++ {
		co.Resume(zzin{})
	}
	var got []int
	for i := range 8 {
		got = append(got, zzdeep(i%4, co))
	}
	want := []int{6, 6, 7, 7, 8, 8, 9, 9}
	for i := range want {
		if got[i] != want[i] {
			t.Fatal("got", got, "want", want, aco.Engine().Name)
		}
	}
}

// A sequence that replaces its yield function.
func TestZZPulled(t *testing.T) {
	bad := 0
	for range 100 {
		next, stop := aco.Pull(func(yield func(int) bool) {
			if k := runtime.NumCPU(); k > 0 {
				inner := yield
				box := &zzobj{a: [10]int{k}}
				yield = func(v int) bool { return inner(v + box.a[0] - k) }
			}
			for i := 1; yield(i); i++ {
			}
		})
		for i := 1; i < 5; i++ {
			v, _ := next()
			if v != i {
				bad++
			}
			runtime.GC()
			for range 500 {
				zzsink = append(zzsink, &zzobj{a: [10]int{7, 7, 7, 7}})
			}
			zzsink = nil
		}
		stop()
	}
	if bad > 0 {
		t.Error("wrong values:", bad)
	}
}
