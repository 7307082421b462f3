package aco_test

import (
	"bytes"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// A slot holds a random program three times, shared, standalone and Auto, and whoever has
// its mutex resumes all: on whatever goroutine and at whatever depth that is.
type slot struct {
	sync.Mutex
	cos    [3]*aco.Coroutine[int, int]
	traces [3]*strings.Builder
}

func (s *slot) fill(r *rand.Rand) {
	code := make([]byte, 4+r.IntN(60))
	for i := range code {
		code[i] = byte(r.Uint32())
	}
	for i, opt := range []aco.Option{aco.Shared(), aco.Standalone(), aco.Auto()} {
		t := new(strings.Builder)
		s.traces[i] = t
		s.cos[i] = aco.New(func(co *aco.Coroutine[int, int], first int) {
			(&program{co: co, code: code, trace: t, steps: 40}).block(0)
		}, opt)
	}
}

// step resumes both once and reports whether they agree so far and have not ended.
func (s *slot) step(n int) (agree, alive bool) {
	var got [3][3]any
	for i, co := range s.cos {
		func() {
			defer func() {
				if r := recover(); r != nil {
					got[i][2] = r
				}
			}()
			v, ok := co.Resume(n)
			got[i][0], got[i][1] = v, ok
		}()
	}
	same := s.agree()
	for _, g := range got[1:] {
		same = same && g[0] == got[0][0] && g[1] == got[0][1] && (g[2] == nil) == (got[0][2] == nil)
	}
	return same, s.cos[0].Status() != aco.Done
}

// agree reports whether the traces are the same.
func (s *slot) agree() bool {
	a := s.traces[0].String()
	return a == s.traces[1].String() && a == s.traces[2].String()
}

// tortureLength returns what ACO_TORTURE says, or standard.
func tortureLength(t *testing.T, standard time.Duration) time.Duration {
	s := os.Getenv("ACO_TORTURE")
	if s == "" {
		return standard
	}
	length, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return length
}

// leftOut reports whether this run leaves out a case of a test that has very many: with -short, which scripts/torture
// repeats in many modes, seven of eight, by chance.
func leftOut() bool { return testing.Short() && rand.IntN(8) != 0 }

// TestTorture resumes sixty random programs from four goroutines, at random depth, on
// their own and on fresh stacks, with garbage, collections and drops in between, for as
// long as ACO_TORTURE says (1s unless set). With ACO_OBSERVE=1 profilers, tracer and
// goroutine dumps run all the while.
func TestTorture(t *testing.T) {
	end := time.Now().Add(tortureLength(t, time.Second))
	if os.Getenv("ACO_OBSERVE") == "1" {
		defer observe(t, end)()
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	slots := make([]slot, 60)
	var switches atomic.Int64
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(seed, uint64(g)))
			for time.Now().Before(end) && !t.Failed() {
				if r.IntN(4) == 0 {
					pulls(t, r)
					continue
				}
				s := &slots[r.IntN(len(slots))]
				s.Lock()
				if s.cos[0] == nil {
					s.fill(r)
				}
				agree, alive := true, true
				step := func() {
					for range r.IntN(8) {
						if agree, alive = s.step(r.IntN(9)); !agree || !alive {
							break
						}
						switches.Add(1)
					}
				}
				switch r.IntN(4) {
				case 0:
					step()
				case 1:
					atDepth(r.IntN(200), step)
				case 2:
					done := make(chan bool)
					go func() { defer close(done); step() }()
					<-done
				case 3:
					use(r.IntN(200))
					step()
				}
				if !agree {
					t.Errorf("traces differ:\nshared:\n%s\nstandalone:\n%s\nauto:\n%s", s.traces[0], s.traces[1], s.traces[2])
				}
				switch {
				case !alive:
					s.cos[0] = nil
				case r.IntN(50) == 0:
					s.close(t)
				case r.IntN(50) == 0: // drop the shared one; the others have to be closed
					s.cos[0] = nil
					for _, co := range s.cos[1:] {
						func() { defer func() { recover() }(); co.Close() }()
					}
				}
				s.Unlock()
				if r.IntN(100) == 0 {
					runtime.GC()
				}
			}
		}()
	}
	wg.Wait()
	for i := range slots {
		if slots[i].cos[0] != nil {
			slots[i].close(t)
		}
	}
	t.Logf("%d switches", switches.Load())
}

// pulls pulls a random sequence through aco and through iter.Pull, at random depth and from
// two goroutines, and compares. The coroutine of a pulled sequence serves the next one, whose
// frames may be laid out differently: a tree is walked to different depths, and panics. What is
// pulled travels in a register or in some, on the stack, or in both.
func pulls(t *testing.T, r *rand.Rand) {
	switch text := strconv.Itoa; r.IntN(10) {
	case 0:
		pullsOf(t, r, func(n int) string { return text(n) })
	case 1:
		pullsOf(t, r, func(n int) *int { return &n })
	case 2:
		pullsOf(t, r, func(n int) lexed { return lexed{n, text(n), -n, 7} })
	case 3:
		pullsOf(t, r, func(n int) mixed { return mixed{float64(n), text(n), float32(-n), io.EOF, [1]complex64{2i}} })
	case 4:
		pullsOf(t, r, func(n int) [3]string { return [3]string{text(n), "", text(-n)} })
	case 5:
		pullsOf(t, r, func(n int) words9 { return words9{words8{n, text(n), []int{n}, n, n + 1}, &n} })
	case 6:
		pulls2Of(t, r, func(n int) (*int, error) { return &n, io.EOF })
	case 7:
		pulls2Of(t, r, func(n int) ([]byte, [2]*int) { return []byte(text(n)), [2]*int{&n, nil} })
	case 8:
		pullsOf(t, r, func(n int) floats16 { return floats16{makeFloats(n), float32(n)} })
	default:
		pullsOf(t, r, func(n int) int { return n })
	}
}

func pullsOf[V any](t *testing.T, r *rand.Rand, make func(n int) V) {
	numbers := randomWalk(r)
	seq := func(yield func(V) bool) { numbers(func(n int) bool { return yield(make(n)) }) }
	next, stop := aco.Pull(seq, anyKind(r)...)
	next2, stop2 := iter.Pull(seq)
	type result struct {
		v  V
		ok bool
	}
	pullBoth(t, r, func() any { v, ok := next(); return result{v, ok} }, func() any { v, ok := next2(); return result{v, ok} }, stop, stop2)
}

func pulls2Of[K, V any](t *testing.T, r *rand.Rand, make func(n int) (K, V)) {
	numbers := randomWalk(r)
	seq := func(yield func(K, V) bool) { numbers(func(n int) bool { return yield(make(n)) }) }
	next, stop := aco.Pull2(seq, anyKind(r)...)
	next2, stop2 := iter.Pull2(seq)
	type result struct {
		k  K
		v  V
		ok bool
	}
	pullBoth(t, r, func() any { k, v, ok := next(); return result{k, v, ok} }, func() any { k, v, ok := next2(); return result{k, v, ok} }, stop, stop2)
}

func anyKind(r *rand.Rand) []aco.Option {
	return [][]aco.Option{nil, nil, nil, {aco.Shared()}, {aco.Standalone()}}[r.IntN(5)]
}

// randomWalk returns a sequence of the values of a tree, which may panic at its end.
func randomWalk(r *rand.Rand) iter.Seq[int] {
	depth, from, fails := r.IntN(6), r.IntN(1000), r.IntN(3) == 0
	return func(yield func(int) bool) {
		n := from
		defer func() { n = -1 }()
		walk(&n, depth, []int{from}, yield)
		if fails {
			panic(depth)
		}
	}
}

// pullBoth takes values by next and next2, and wants the same.
func pullBoth(t *testing.T, r *rand.Rand, next, next2 func() any, stop, stop2 func()) {
	one := func(f func() any) (v, p any) {
		defer func() { p = recover() }()
		return f(), nil
	}
	steps := r.IntN(80)
	for i := 0; i < steps && !t.Failed(); i++ {
		step := func() {
			v, p := one(next)
			v2, p2 := one(next2)
			if p != p2 || !reflect.DeepEqual(v, v2) {
				t.Errorf("step %d: next = %v, panic %v, iter.Pull's %v, panic %v", i, v, p, v2, p2)
			}
		}
		switch r.IntN(8) {
		case 0:
			atDepth(r.IntN(200), step)
		case 1:
			done := make(chan bool)
			go func() { defer close(done); step() }()
			<-done
		default:
			step()
		}
	}
	if r.IntN(3) > 0 { // or else dropped
		one(func() any { stop(); return nil })
	}
	one(func() any { stop2(); return nil })
}

// walk yields from every node of a binary tree, with pointers to its own variables and to the
// heap alive.
func walk(n *int, depth int, path []int, yield func(int) bool) bool {
	var local [3]int
	sum := &local[depth%3]
	path = append(path[:len(path):len(path)], *n)
	for _, x := range path {
		*sum += x
	}
	*n += use(depth)
	if depth > 0 && (!walk(sum, depth-1, path, yield) || !walk(n, depth-1, path, yield)) {
		return false
	}
	return yield(local[0] + local[1] + local[2] + *n + path[len(path)/2])
}

// close closes all and compares how that went.
func (s *slot) close(t *testing.T) {
	for _, co := range s.cos {
		func() {
			defer func() { recover() }()
			co.Close()
		}()
	}
	if !s.agree() {
		t.Errorf("traces differ after Close:\nshared:\n%s\nstandalone:\n%s\nauto:\n%s", s.traces[0], s.traces[1], s.traces[2])
	}
	s.cos[0] = nil
}

// observe looks at everything that a program can look at itself with, until end.
func observe(t *testing.T, end time.Time) (wait func()) {
	var wg sync.WaitGroup
	if framePointersHold() {
		runtime.SetBlockProfileRate(1000)
		runtime.SetMutexProfileFraction(10)
	}
	every := func(d time.Duration, f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(end) {
				f()
				time.Sleep(d)
			}
		}()
	}
	// While runtime.Stack looks at all goroutines, none of ours is in a system call, as the profiles' are: one that
	// returns from it changes where it is said to be, although the world has stopped. With Go 1.25 on arm64 a program of
	// twelve goroutines that read files, and one that calls runtime.Stack, crashes in a minute or so.
	var calls sync.Mutex
	every(time.Millisecond, func() {
		var b bytes.Buffer
		calls.Lock()
		if err := pprof.StartCPUProfile(&b); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond) // what it has begun reads a file
		calls.Unlock()
		time.Sleep(180 * time.Millisecond)
		calls.Lock()
		pprof.StopCPUProfile()
		calls.Unlock()
		if b.Len() == 0 {
			t.Error("the CPU profile is empty")
		}
	})
	if framePointersHold() {
		every(time.Millisecond, func() {
			if err := trace.Start(io.Discard); err != nil {
				t.Error(err)
			}
			time.Sleep(50 * time.Millisecond)
			trace.Stop()
		})
	}
	stacks := make([]byte, 1<<20)
	every(5*time.Millisecond, func() {
		calls.Lock()
		defer calls.Unlock()
		if !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("goroutine ")) {
			t.Error("runtime.Stack is empty")
		}
	})
	every(5*time.Millisecond, func() {
		calls.Lock()
		defer calls.Unlock()
		for _, name := range []string{"goroutine", "mutex", "block", "heap"} {
			if err := pprof.Lookup(name).WriteTo(io.Discard, 0); err != nil {
				t.Error(err)
			}
		}
	})
	// Since Go 1.27; but to look for leaks allocates, which a check of the collector's marks forbids: a program of 40
	// goroutines without a coroutine crashes so.
	if leaked := pprof.Lookup("goroutineleak"); leaked != nil && !strings.Contains(os.Getenv("GODEBUG"), "gccheckmark=1") {
		every(50*time.Millisecond, func() {
			calls.Lock()
			defer calls.Unlock()
			if err := leaked.WriteTo(io.Discard, 0); err != nil {
				t.Error(err)
			}
		})
	}
	return func() {
		wg.Wait()
		runtime.SetBlockProfileRate(0)
		runtime.SetMutexProfileFraction(0)
	}
}

// framePointersHold says whether the runtime can follow the frame pointers of a goroutine in which panics were
// recovered, as its tracer and its block and mutex profiles do. Before Go 1.26 it can't on arm64 and crashes
// without any coroutine library (golang/go#61766, #73664), unless told not to follow them.
func framePointersHold() bool {
	old := strings.HasPrefix(runtime.Version(), "go1.25")
	return runtime.GOARCH != "arm64" || !old || strings.Contains(os.Getenv("GODEBUG"), "tracefpunwindoff=1")
}

// TestObserved is TestTorture for a second with all observers on.
func TestObserved(t *testing.T) {
	t.Setenv("ACO_OBSERVE", "1")
	TestTorture(t)
}

// TestEngine checks that the engine is the one that ACO_WANT names, if it is set, so that
// a run that means to test the native engine does not test the portable one.
func TestEngine(t *testing.T) {
	info := aco.Engine()
	t.Logf("%+v", info)
	if want := os.Getenv("ACO_WANT"); want != "" && info.Name != want {
		t.Errorf("engine %s (%s), want %s", info.Name, info.Reason, want)
	}
}
