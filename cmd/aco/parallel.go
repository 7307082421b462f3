package main

import (
	"runtime"
	"sync"
	"time"

	"github.com/goaco/aco"
)

// Throughput: goroutines that each create, resume and drop coroutines of their own.

// A parallel is lives a second.
type parallel struct {
	OneOfOne   float64 // of one goroutine, with one processor for it and the collector
	OneOfAll   float64 // of one goroutine, with all processors
	All        float64 // of a goroutine a processor
	Processors int
}

// measureParallel returns the best of several.
func measureParallel() *parallel {
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	p := &parallel{Processors: all}
	for range 7 {
		runtime.GOMAXPROCS(1)
		p.OneOfOne = max(p.OneOfOne, throughput(1))
		runtime.GOMAXPROCS(all)
		p.OneOfAll = max(p.OneOfAll, throughput(1))
		p.All = max(p.All, throughput(all))
	}
	return p
}

// throughput returns the lives a second that so many goroutines make.
func throughput(goroutines int) float64 {
	const lives, alive = 400000, 1 << 15
	tables := make([][alive]*co, goroutines)
	var ready, done sync.WaitGroup
	begin := make(chan bool)
	for g := range tables {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			table := &tables[g]
			life := func(i int) {
				c := aco.New(keep5)
				for v := range 4 {
					c.Resume(v)
				}
				if i%4 == 0 { // or else it is dropped while it is suspended
					c.Resume(-1)
					c.Resume(0)
				}
				table[i%alive] = c
			}
			for i := range alive {
				life(i)
			}
			ready.Done()
			<-begin
			for i := range lives {
				life(i)
			}
		}()
	}
	ready.Wait()
	runtime.GC()
	start := time.Now()
	close(begin)
	done.Wait()
	d := time.Since(start)
	return float64(goroutines*lives) / d.Seconds()
}

func (p *parallel) print(say func(name, format string, args ...any)) {
	say("create, resume, drop", "%s a second by a goroutine on one processor, %s on %d", thousands(p.OneOfOne), thousands(p.OneOfAll), p.Processors)
	say("", "%s by %d goroutines on %d, %.2f and %.2f times as many", thousands(p.All), p.Processors, p.Processors, p.All/p.OneOfOne, p.All/p.OneOfAll)
}
