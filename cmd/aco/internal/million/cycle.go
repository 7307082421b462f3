package million

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco/cmd/aco/internal/memory"
)

// Collections: what a cycle over very many coroutines takes, and over other things.

// A cycle is what a collection took, in nanoseconds: the least of several.
type cycle struct {
	Objects int     `json:",omitempty"`
	Wall    float64 // from the beginning to the end of sweeping
	CPU     float64 // of all processors
	Pause   float64 // the longest stop of the world in any of them, at most
}

func (c cycle) String() string {
	return fmt.Sprintf("%.1f ms, %.1f ms of processors, stops of at most %.3f ms", c.Wall/1e6, c.CPU/1e6, c.Pause/1e6)
}

// collections returns what a collection takes now.
func collections() (least cycle) {
	stops := stopsOfTheWorld()
	for i := range 4 {
		before, start := collectorTime(), time.Now()
		runtime.GC()
		wall, cpu := float64(time.Since(start).Nanoseconds()), collectorTime()-before
		switch i {
		case 0: // it may end what has been under way
		case 1:
			least.Wall, least.CPU = wall, cpu
		default:
			least.Wall, least.CPU = min(least.Wall, wall), min(least.CPU, cpu)
		}
	}
	now := stopsOfTheWorld()
	for i, n := range now.Counts {
		if n > stops.Counts[i] {
			least.Pause = 1e9 * now.Buckets[i+1]
		}
	}
	return least
}

// collectorTime returns the nanoseconds of processors that collections have taken, idle ones included.
func collectorTime() float64 {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(s)
	return 1e9 * s[0].Value.Float64()
}

func stopsOfTheWorld() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	h := s[0].Value.Float64Histogram()
	return &metrics.Float64Histogram{Counts: append([]uint64(nil), h.Counts...), Buckets: h.Buckets}
}

// markingRounds is how often all are resumed while there are collections.
const markingRounds = 2

// marking resumes all while there is one collection after the other, and returns what a switch takes.
func (h *herd) marking() (best float64, err error) {
	var stop atomic.Bool
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for !stop.Load() {
			runtime.GC()
		}
	}()
	defer wg.Wait()
	defer stop.Store(true)
	for range markingRounds {
		ns, err := h.resume("marking", false)
		if err != nil {
			return 0, err
		}
		if best == 0 || ns < best {
			best = ns
		}
	}
	return best, nil
}

const wordSize = int(unsafe.Sizeof(uintptr(0)))

// A plain is a struct with the size and the pointers of a suspended coroutine: five pointers, of
// which one is nil, one leads to an object of its own, and three to what all share.
type plain struct {
	shared1 *int
	_       *int
	number1 uintptr
	shared2 *int
	own     *uintptr
	_       [2]uintptr
	shared3 *int
	_       [2]uintptr
}

// structs measures pairs of a plain and an object that is as large as the frames.
func (p *Population) structs() {
	n, size := p.Coroutines, p.Frames
	plains, shared := make([]*plain, n), new(int)
	for i := range plains {
		plains[i] = &plain{shared1: shared, shared2: shared, shared3: shared}
	}
	for _, q := range plains { // in the order in which coroutines get their blocks
		q.own = unsafe.SliceData(make([]uintptr, max(1, size/wordSize)))
	}
	c := collections()
	c.Objects = n
	p.Structs = &c
	touch := func(next func() int) float64 {
		start := time.Now()
		for range n {
			q := plains[next()]
			q.number1++
			*q.own++
		}
		return float64(time.Since(start).Nanoseconds()) / float64(n)
	}
	id := -1
	p.Touch = touch(func() int { id++; return id })
	p.TouchRandom = touch(newOrder(n).next)
}

// goroutineCycle returns what a collection of n goroutines takes that wait, or why it can't be known.
func goroutineCycle(n int) (*cycle, string) {
	const each = 3000 // bytes
	if needs, free := uint64(n)*each, memory.Free(); needs > free {
		return nil, fmt.Sprintf("%s take some %s of memory, and %s are free", humanize.Comma(int64(n)), memory.Units(float64(needs)), memory.Units(float64(free)))
	}
	stop := make(chan bool)
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go func() {
			wg.Done()
			<-stop
		}()
	}
	wg.Wait()
	c := collections()
	c.Objects = n
	close(stop)
	return &c, ""
}
