//go:build aco_check

package aco_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/goaco/aco"
)

// With -tags aco_check each of two goroutines that resume a coroutine at the same time, which is a mistake all the same, hands over its own
// value, or none, and gets what was yielded for it.
func TestNoValueGoesAstray(t *testing.T) {
	if !aco.Engine().Checked {
		t.Fatal("Engine does not tell of the tag")
	}
	if raceEnabled {
		t.Skip("the race detector reports it: see TestToolsFindMisuse")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	type value struct { // of which each part tells what the others are
		a int
		s string
		b int
	}
	var texts [4]string
	for i := range texts {
		texts[i] = strings.Repeat("x", i)
	}
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *aco.Coroutine[value, value], v value) {
			for {
				if v.b != v.a || len(v.s) != v.a%4 {
					t.Error("in:", v)
				}
				v = co.Yield(v)
			}
		}, k.opt)
		var wg sync.WaitGroup
		var got, refused atomic.Int64
		for g := range 3 {
			wg.Go(func() {
				for i := g; i < rounds(600000); i += 3 {
					r := panicOf(func() {
						if v, ok := co.Resume(value{i, texts[i%4], i}); !ok || v != (value{i, texts[i%4], i}) {
							t.Error("out:", v, ok)
						}
						got.Add(1)
					})
					if r == nil {
						continue
					}
					if refused.Add(1); r != "aco: resume of a running coroutine" {
						t.Error(r)
					}
				}
			})
		}
		wg.Wait()
		if got.Load() == 0 || got.Load()+refused.Load() != int64(rounds(600000)) {
			t.Errorf("%d got a value, and %d were refused", got.Load(), refused.Load())
		}
		co.Close()
		if v, ok := co.Resume(value{1, "x", 1}); ok || v != (value{}) {
			t.Error(v, ok)
		}
	})
}

// Nor does one that comes while another goroutine closes the coroutine. If it comes before, that is refused.
func TestNoValueGoesAstrayInClose(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	type large [1 << 9]int // which takes about as long to read as Close takes
	var ones large
	for i := range ones {
		ones[i] = 1
	}
	eachKind(t, func(t *testing.T, k kind) {
		for range rounds(3000) {
			co := aco.New(func(co *aco.Coroutine[int, large], _ int) {
				for {
					co.Yield(ones)
				}
			}, k.opt)
			var wg sync.WaitGroup
			wg.Go(func() {
				for ended := false; !ended; {
					r := panicOf(func() {
						v, ok := co.Resume(1)
						if ended = !ok; ok && v != ones || !ok && v != (large{}) {
							t.Error("it has a part of a value")
						}
					})
					if r != nil && r != "aco: resume of a running coroutine" {
						t.Error(r)
					}
				}
			})
			wg.Go(func() {
				for co.Status() != aco.Done {
					if r := panicOf(co.Close); r != nil && r != "aco: close of a running coroutine" {
						t.Error(r)
					}
				}
			})
			wg.Wait()
		}
	})
}

// After a panic has left Resume, and after the body has ended in any other way, the coroutine is Done, as without the tag.
func TestClaimAfterTheEnd(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		ends := map[string]func(co *intCo){
			"return": func(*intCo) {},
			"panic":  func(*intCo) { panic("end") },
			"close":  (*intCo).Close,
		}
		for name, end := range ends {
			co := aco.New(func(co *intCo, _ int) {
				co.Yield(1)
				end(co)
			}, k.opt)
			co.Resume(1)
			r := panicOf(func() { co.Resume(2) })
			if (r != nil) != (name == "panic") {
				t.Errorf("%s: %v", name, r)
			}
			if v, ok := co.Resume(3); v != 0 || ok {
				t.Errorf("%s: got %d, %v", name, v, ok)
			}
			co.Close()
			wantStatus(t, co, aco.Done)
		}
	})
}
