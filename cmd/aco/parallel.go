package main

import (
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"github.com/goaco/aco"
	"github.com/shirou/gopsutil/v4/process"
)

// Throughput: goroutines that each create, resume and drop coroutines of their own.

// A parallel is lives a second, and lives a second of processor time: the latter tells more on a
// machine that has something else to do.
type parallel struct {
	Processors int
	OneOfOne   rate // of one goroutine, with one processor for it and the collector
	OneOfAll   rate // of one goroutine, with all processors: the collector has the others
	All        rate // of a goroutine a processor

	// Of pairs of plain objects, as large as a coroutine and its frames: what the allocator, the collector
	// and the memory allow
	PlainOne, PlainAll rate
}

// A rate is lives a second.
type rate struct{ Wall, CPU float64 }

func (r *rate) best(new rate) { r.Wall, r.CPU = max(r.Wall, new.Wall), max(r.CPU, new.CPU) }

// measureParallel returns the best of several, with so many lives a goroutine.
func measureParallel(lives int) *parallel {
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	p := &parallel{Processors: all}
	suspended := func() *co {
		c := aco.New(keep5)
		for v := range 4 {
			c.Resume(v)
		}
		return c
	}
	dropped := collected()
	first := suspended()
	words := first.Footprint() / wordSize
	first.Close()
	life := func(i int) *co {
		c := suspended()
		if i%4 == 0 || !dropped { // or else it is dropped while it is suspended
			c.Resume(-1)
			c.Resume(0)
		}
		return c
	}
	shared := new(int)
	pair := func(i int) *plain {
		q := &plain{shared1: shared, shared2: shared, shared3: shared, number1: uintptr(i)}
		own := make([]uintptr, max(1, words))
		for k := range own {
			own[k] = uintptr(i)
		}
		q.own = unsafe.SliceData(own)
		return q
	}
	for range 7 {
		runtime.GOMAXPROCS(1)
		p.OneOfOne.best(throughput(1, lives, life))
		p.PlainOne.best(throughput(1, lives, pair))
		runtime.GOMAXPROCS(all)
		p.OneOfAll.best(throughput(1, lives, life))
		p.All.best(throughput(all, lives, life))
		p.PlainAll.best(throughput(all, lives, pair))
	}
	return p
}

// processorTime returns the seconds of processors that this process has used.
func processorTime() float64 {
	p, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return 0
	}
	t, err := p.Times()
	if err != nil {
		return 0
	}
	return t.User + t.System
}

// throughput returns how fast so many goroutines make so many lives each.
func throughput[T any](goroutines, lives int, life func(i int) *T) rate {
	const alive = 1 << 15
	tables := make([][alive]*T, goroutines)
	var ready, done sync.WaitGroup
	begin := make(chan bool)
	for g := range tables {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			table := &tables[g]
			for i := range alive {
				table[i] = life(i)
			}
			ready.Done()
			<-begin
			for i := range lives {
				table[i%alive] = life(i)
			}
		}()
	}
	ready.Wait()
	runtime.GC()
	start, used := time.Now(), processorTime()
	close(begin)
	done.Wait()
	d, used := time.Since(start).Seconds(), processorTime()-used
	n := float64(goroutines * lives)
	if used == 0 { // too little for the system's clock
		used = d
	}
	return rate{n / d, n / used}
}

func (p *parallel) print(say func(name, format string, args ...any)) {
	say("create, resume, drop", "%s a second by a goroutine on one processor, %s on %d", thousands(p.OneOfOne.Wall), thousands(p.OneOfAll.Wall), p.Processors)
	say("", "%s by %d goroutines on %d: %.2f and %.2f times as many", thousands(p.All.Wall), p.Processors, p.Processors,
		p.All.Wall/p.OneOfOne.Wall, p.All.Wall/p.OneOfAll.Wall)
	say("", "%s a second of processor time by one, %s by %d: %.2f times as many on %d", thousands(p.OneOfOne.CPU), thousands(p.All.CPU), p.Processors,
		float64(p.Processors)*p.All.CPU/p.OneOfOne.CPU, p.Processors)
	say("pairs of plain objects", "%s a second by one, %s by %d: %.2f times as many", thousands(p.PlainOne.Wall), thousands(p.PlainAll.Wall), p.Processors,
		p.PlainAll.Wall/p.PlainOne.Wall)
}
