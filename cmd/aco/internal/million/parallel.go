package million

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"github.com/shirou/gopsutil/v4/process"
)

// Throughput: goroutines that each create, resume and drop coroutines of their own.

// A parallel is how fast coroutines, and pairs of plain objects as large as a coroutine and its frames, are
// created and dropped: the latter is what the allocator, the collector and the memory allow.
type parallel struct {
	Processors int
	Lives      []throughput // of coroutines, each with so many Resumes
	Plain      throughput
}

// A throughput is lives a second.
type throughput struct {
	Resumes  int  `json:",omitempty"`
	OneOfOne Rate // of one goroutine, with one processor for it and the collector
	OneOfAll Rate // of one goroutine, with all processors: the collector has the others
	All      Rate // of a goroutine a processor
}

// A Rate is lives a second, and lives a second of processor time: the latter tells more on a machine
// that has something else to do.
type Rate struct{ Wall, CPU float64 }

func (r *Rate) best(new Rate) { r.Wall, r.CPU = max(r.Wall, new.Wall), max(r.CPU, new.CPU) }

// measureParallel returns the best of several, of so many lives a goroutine.
func measureParallel(lives int) *parallel {
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	p := &parallel{Processors: all}
	for _, resumes := range []int{4, 16, 64} {
		p.Lives = append(p.Lives, throughput{Resumes: resumes})
	}
	dropped := workload.Collected()
	first := aco.New(workload.Keep5)
	first.Resume(0)
	words := first.Footprint() / wordSize
	first.Close()
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
		for k := range p.Lives {
			l := &p.Lives[k]
			measure(l, all, lives, func(i int) *workload.Co {
				c := aco.New(workload.Keep5)
				for v := range l.Resumes {
					c.Resume(v)
				}
				if i%4 == 0 || !dropped { // or else it is dropped while it is suspended
					c.Resume(-1)
					c.Resume(0)
				}
				return c
			})
		}
		measure(&p.Plain, all, lives, pair)
	}
	return p
}

// measure makes t what is better.
func measure[T any](t *throughput, all, lives int, life func(i int) *T) {
	runtime.GOMAXPROCS(1)
	t.OneOfOne.best(live(1, lives, life))
	runtime.GOMAXPROCS(all)
	t.OneOfAll.best(live(1, lives, life))
	t.All.best(live(all, lives, life))
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

// live returns how fast so many goroutines make as many lives each, on average: one that is faster makes more.
func live[T any](goroutines, lives int, life func(i int) *T) Rate {
	const alive, few = 1 << 15, 1 << 10
	tables := make([][alive]*T, goroutines)
	var ready, done sync.WaitGroup
	var begun atomic.Int64
	begin := make(chan bool)
	n := goroutines * lives
	for g := range tables {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			table, at := &tables[g], 0
			for i := range alive {
				table[i] = life(i)
			}
			ready.Done()
			<-begin
			for {
				end := int(begun.Add(few))
				for i := end - few; i < min(end, n); i++ {
					table[at] = life(i)
					at = (at + 1) % alive
				}
				if end >= n {
					return
				}
			}
		}()
	}
	ready.Wait()
	runtime.GC()
	start, used := time.Now(), processorTime()
	close(begin)
	done.Wait()
	d, used := time.Since(start).Seconds(), processorTime()-used
	if used == 0 { // too little for the system's clock
		used = d
	}
	return Rate{float64(n) / d, float64(n) / used}
}

func (p *parallel) print(say func(name, format string, args ...any)) {
	line := func(name, what string, t *throughput) {
		say(name, "%s%s a second by one goroutine on one processor, %s by %d on %d: %.2f times; %.2f by processor time, %.2f of one on %d",
			what, humanize.Comma(int64(t.OneOfOne.Wall)), humanize.Comma(int64(t.All.Wall)), p.Processors, p.Processors, t.All.Wall/t.OneOfOne.Wall,
			float64(p.Processors)*t.All.CPU/t.OneOfOne.CPU, t.All.Wall/t.OneOfAll.Wall, p.Processors)
	}
	for k := range p.Lives {
		l := &p.Lives[k]
		line("create, resume, drop", fmt.Sprintf("%d Resumes: ", l.Resumes), l)
	}
	line("pairs of plain objects", "", &p.Plain)
}
