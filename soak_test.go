package aco_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goaco/aco"
)

type soakCo = aco.Coroutine[uint64, uint64]

// What bodies count of themselves. A coroutine that is dropped does not end.
var soakStarted, soakEnded atomic.Int64

func soakEnd() { soakEnded.Add(1) }

var errSoak = errors.New("the end of a life")

// soakMix makes the next state of a state and an argument of Resume. Every body yields its states,
// each in its way, so that whoever resumes it knows what comes next.
func soakMix(state, in uint64) uint64 { return (state^in)*0x9e3779b97f4a7c15 + 1 }

// soakLife is how often a body yields that begins with this state.
func soakLife(first uint64) int { return 1 + int(first>>58) }

// soakFlat keeps its state among words of an array, and some lives end with a panic.
func soakFlat(co *soakCo, first uint64) {
	soakStarted.Add(1)
	defer soakEnd()
	var a [9]uint64
	for i := range a {
		a[i] = first + uint64(i)
	}
	s := first
	for i := range soakLife(first) {
		j := i % len(a)
		s = soakMix(s, co.Yield(s)) + a[j] - first - uint64(j)
	}
	if first%4 == 0 {
		panic(errSoak)
	}
}

// soakDeep yields at each level of a recursion on the way down, so that more and more is suspended,
// and on the way up.
func soakDeep(co *soakCo, first uint64) {
	soakStarted.Add(1)
	defer soakEnd()
	s := first
	for left := soakLife(first); left > 0; {
		depth := min(left/2, 12)
		if left -= 2 * depth; depth == 0 {
			s = soakMix(s, co.Yield(s))
			left--
		} else {
			soakDown(co, &s, depth)
		}
	}
}

func soakDown(co *soakCo, s *uint64, depth int) {
	if depth == 0 {
		return
	}
	kept := *s
	in := co.Yield(kept)
	*s = soakMix(kept, in)
	below := *s
	soakDown(co, s, depth-1)
	if soakMix(kept, in) != below {
		panic("a frame has changed while it was suspended")
	}
	*s = soakMix(*s, co.Yield(*s))
}

type soakNode struct {
	next  *soakNode
	state uint64
}

// soakList keeps its states in the heap, where only its frames lead.
func soakList(co *soakCo, first uint64) {
	soakStarted.Add(1)
	defer soakEnd()
	head := &soakNode{nil, first}
	for i := range soakLife(first) {
		if i%6 == 5 {
			head.next = nil
		}
		in := co.Yield(head.state)
		head = &soakNode{head, soakMix(head.state, in)}
		for n := head; n.next != nil && n.next.next != nil; n = n.next {
			if n.next.state == 0 {
				panic("an object has been freed")
			}
		}
	}
}

// A soaked is a coroutine and what is known of it.
type soaked struct {
	co      *soakCo
	state   uint64
	left    int // yields
	started bool
	shared  bool // or else it has to be closed
	panics  bool
}

func newSoaked(r *rand.Rand) *soaked {
	body, opt := soakFlat, aco.Shared()
	s := &soaked{state: r.Uint64(), shared: aco.Engine().Name == "native"}
	switch what := r.IntN(16); {
	case what == 0:
		body = soakDeep // which takes most of the time nevertheless
	case what < 6:
		body = soakList
	default:
		s.panics = s.state%4 == 0
	}
	switch r.IntN(32) {
	case 0:
		opt, s.shared = aco.Standalone(), false
	case 1:
		opt, s.shared = aco.Auto(), false
	}
	s.co, s.left = aco.New(body, opt), soakLife(s.state)
	return s
}

// resume resumes the coroutine and reports whether that was as expected.
func (s *soaked) resume(r *rand.Rand) (ok bool) {
	in, want, more := r.Uint64(), s.state, s.left > 0
	switch {
	case !s.started:
		in, s.started = s.state, true
	case more:
		want = soakMix(s.state, in)
	}
	if s.left--; !more && s.panics {
		defer func() { ok = recover() == errSoak && s.co.Status() == aco.Done }()
	}
	got, alive := s.co.Resume(in)
	s.state = want
	if !more {
		return !alive && got == 0 && !s.panics
	}
	return alive && got == want
}

// TestSoak creates, resumes, drops and closes coroutines at random from four goroutines, which also
// exchange them, for as long as ACO_SOAK says (1s unless set). Every value is checked, every body's
// end is counted, and from 10s on, what is resident between a tenth of the time and the next stays level.
func TestSoak(t *testing.T) {
	length := time.Second
	if s := os.Getenv("ACO_SOAK"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	const goroutines, phases = 4, 10
	slots := 1000
	if aco.Engine().Name != "native" {
		slots = 100 // each is a goroutine
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	goroutinesBefore := runtime.NumGoroutine()
	startedBefore, endedBefore := soakStarted.Load(), soakEnded.Load()
	var made, resumed, ended, dropped, closed, exchanged, lost atomic.Int64 // lost are those dropped while suspended
	var exchange [64]atomic.Pointer[soaked]
	tables := make([][]*soaked, goroutines)
	var rs [goroutines]*rand.Rand
	for g := range tables {
		tables[g], rs[g] = make([]*soaked, slots), rand.New(rand.NewPCG(seed, uint64(g)))
		for i := range tables[g] {
			tables[g][i] = newSoaked(rs[g])
		}
	}
	made.Add(goroutines * int64(slots))
	work := func(r *rand.Rand, table []*soaked, end time.Time) {
		var nMade, nResumed, nEnded, nDropped, nClosed, nExchanged, nLost int64
		for n := 0; ; n++ {
			if n%256 == 0 && (t.Failed() || time.Now().After(end)) {
				break
			}
			slot := &table[r.IntN(len(table))]
			s := *slot
			switch what := r.IntN(64); {
			case s == nil:
				*slot = newSoaked(r)
				nMade++
			case what == 0:
				if s.started && s.shared {
					nLost++
				}
				if *slot = nil; !s.shared {
					s.co.Close()
				}
				nDropped++
			case what == 1:
				s.co.Close()
				if s.co.Status() != aco.Done {
					t.Errorf("%v after Close", s.co.Status())
				}
				*slot = nil
				nClosed++
			case what == 2:
				*slot = exchange[r.IntN(len(exchange))].Swap(s)
				nExchanged++
			default:
				for range 1 + what%16 {
					if !s.resume(r) {
						t.Errorf("a coroutine with %d yields left has gone wrong", s.left)
						return
					}
					nResumed++
					if s.left < 0 {
						*slot = nil
						nEnded++
						break
					}
				}
			}
		}
		for total, n := range map[*atomic.Int64]int64{&made: nMade, &resumed: nResumed, &ended: nEnded, &dropped: nDropped, &closed: nClosed, &exchanged: nExchanged, &lost: nLost} {
			total.Add(n)
		}
	}
	var levels []uint64
	for range phases {
		var wg sync.WaitGroup
		end := time.Now().Add(length / phases)
		for g := range tables {
			wg.Add(1)
			go func() {
				defer wg.Done()
				work(rs[g], tables[g], end)
			}()
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		levels = append(levels, resident())
	}
	// The first phases fill the tables and the pools: in a second nothing else may happen.
	if early, late := max(levels[2], levels[3], levels[4]), min(levels[7], levels[8], levels[9]); length >= 10*time.Second && late > early+early/10+4<<20 {
		t.Errorf("resident memory grows: %d", levels)
	}
	var rest []*soaked
	for i := range exchange {
		rest = append(rest, exchange[i].Swap(nil))
	}
	for _, table := range append(tables, rest) {
		for _, s := range table {
			if s != nil {
				s.co.Close()
			}
		}
	}
	if started, ended := soakStarted.Load()-startedBefore, soakEnded.Load()-endedBefore; started-ended != lost.Load() {
		t.Errorf("%d bodies began and %d ended, and %d were dropped on the way", started, ended, lost.Load())
	}
	tables, rest = nil, nil
	for i := 0; runtime.NumGoroutine() > goroutinesBefore; i++ { // workers without work go after a while
		if i == 500 {
			t.Errorf("%d goroutines are left", runtime.NumGoroutine()-goroutinesBefore)
			break
		}
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	made64 := made.Load()
	t.Logf("%d operations: made %d, resumed %d times, ended %d, dropped %d, closed %d, exchanged %d; resident MB after each tenth: %s",
		made64+resumed.Load()+dropped.Load()+closed.Load()+exchanged.Load(),
		made64, resumed.Load(), ended.Load(), dropped.Load(), closed.Load(), exchanged.Load(), megabytes(levels))
	if made64 == 0 || resumed.Load() == 0 || ended.Load() == 0 || dropped.Load() == 0 || closed.Load() == 0 || exchanged.Load() == 0 {
		t.Error("something has not been done at all")
	}
}

// resident returns the bytes that are resident after a collection: the system's number where it is
// easily had, or else the runtime's.
func resident() uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if f := strings.Fields(string(statm)); len(f) > 1 {
			if pages, err := strconv.ParseUint(f[1], 10, 64); err == nil {
				return pages * uint64(os.Getpagesize())
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

func megabytes(bytes []uint64) string {
	var words []string
	for _, b := range bytes {
		words = append(words, strconv.FormatFloat(float64(b)/(1<<20), 'f', 1, 64))
	}
	return strings.Join(words, " ")
}
