package aco_test

import (
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/goaco/aco"
)

var endings int

//go:noinline
func yieldAt(yield func(int) bool, depth int) {
	if depth > 0 {
		yieldAt(yield, depth-1)
		endings++
		return
	}
	for yield(depth) {
	}
}

// What it costs to end what has yielded three calls deep, below one deferred function. Each is made and begun beforehand.
func BenchmarkEnd(b *testing.B) {
	seq := func(yield func(int) bool) {
		defer func() { endings++ }()
		yieldAt(yield, 2)
	}
	ends := func(name string, begin func() (end func())) {
		b.Run(name, func(b *testing.B) {
			var end [200]func()
			for i := 0; i < b.N; i += len(end) {
				b.StopTimer()
				for k := range end {
					end[k] = begin()
				}
				b.StartTimer()
				for _, f := range end {
					f()
				}
			}
		})
	}
	ends("iter.Pull's stop", func() func() {
		next, stop := iter.Pull(seq)
		next()
		return stop
	})
	ends("Pull's stop", func() func() {
		next, stop := aco.Pull(seq)
		next()
		return stop
	})
	bare := func(yield func(int) bool) { yieldAt(yield, 2) }
	ends("iter.Pull's stop, nothing deferred", func() func() {
		next, stop := iter.Pull(bare)
		next()
		return stop
	})
	ends("Close, nothing deferred", func() func() {
		co := aco.New(func(co *intCo, _ int) {
			bare(func(v int) bool {
				co.Yield(v)
				return true
			})
		})
		co.Resume(0)
		return co.Close
	})
	ends("Close", func() func() {
		co := aco.New(func(co *intCo, _ int) {
			seq(func(v int) bool {
				co.Yield(v)
				return true
			})
		})
		co.Resume(0)
		return co.Close
	})
}

// What a panic takes to pass through nested coroutines, beside plain functions with something deferred. Twice as many take twice
// as long; single runs are slower, because the collector goes through the stack meanwhile: best-ns/level is of the fastest.
func BenchmarkNestedPanic(b *testing.B) {
	for _, k := range []struct {
		name string
		opts []aco.Option
	}{{"functions", nil}, {"shared", []aco.Option{aco.Shared()}}, {"standalone", []aco.Option{aco.Standalone()}}} {
		for _, levels := range []int{25_000, 50_000, 100_000} {
			b.Run(fmt.Sprintf("%s-%d", k.name, levels), func(b *testing.B) {
				best := time.Duration(math.MaxInt64)
				var thrown time.Time
				var nest func(n int)
				nest = func(n int) {
					switch {
					case n == 0:
						thrown = time.Now()
						panic("through all")
					case k.opts == nil:
						defer func() { endings++ }()
						nest(n - 1)
					default:
						aco.New(func(*intCo, int) { nest(n - 1) }, k.opts...).Resume(0)
					}
				}
				for range b.N {
					func() {
						defer func() {
							if recover() == nil {
								b.Error("no panic")
							}
							best = min(best, time.Since(thrown))
						}()
						nest(levels)
					}()
				}
				b.ReportMetric(float64(best.Nanoseconds())/float64(levels), "best-ns/level")
			})
		}
	}
}
