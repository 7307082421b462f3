package aco_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// A walker is a sequence at random. Its frames are of many sizes, large ones among them, have defers now and
// then, and are suspended at many places: what an engine knows of one suspension must not be taken for what
// another one is, nor be lost when the coroutine moves to a stack of its own.
type walker struct {
	r     *rand.Rand
	trace strings.Builder
	yield func(int) bool
	steps int // values left
}

// next yields v, and after that nothing if the sequence was stopped.
func (w *walker) next(v int) {
	w.steps--
	if w.steps >= 0 && !w.yield(v) {
		w.steps = 0
	}
}

func (w *walker) log(args ...any) { fmt.Fprint(&w.trace, args...) }

type array interface {
	[1]*int | [3]*int | [9]*int | [14]*int | [50]*int | [70]*int
}

// frame is a function with an A on the stack, of pointers to variables in the heap and in the frame itself.
//
//go:noinline
func frame[A array](w *walker, depth int) (sum int) {
	var pointers A
	local := depth
	inner := struct{ p *int }{&local}
	aim := &inner
	for i := range len(pointers) {
		pointers[i] = &local
		if i%3 != depth%3 {
			pointers[i] = heapInt(i)
		}
	}
	for depth > 0 && w.steps > 0 {
		switch w.r.IntN(12) {
		case 0, 1:
			w.next(100*depth + *aim.p)
		case 2:
			w.next(1)
			w.next(2)
		case 3:
			sum += w.any(depth - 1)
		case 4:
			for i := range w.r.IntN(3) {
				defer func() { w.log("defer ", depth, i, local, ";") }()
			}
		case 5:
			for range w.r.IntN(3) {
				defer func() {
					if w.r.IntN(2) == 0 {
						w.next(7000 + depth)
					}
					w.log("yielded ", depth, ";")
				}()
			}
		case 6:
			aim.p = &local
			if w.r.IntN(2) == 0 {
				aim.p = heapInt(local)
			}
		case 7:
			w.recovered(depth - 1)
		case 8:
			if w.r.IntN(3) == 0 {
				return sum + local
			}
		case 9:
			w.any(1)
		case 10:
			if w.r.IntN(30) == 0 {
				runtime.GC()
			}
			local++
		case 11:
			*aim.p++
			w.next(*aim.p)
		}
		for i := range len(pointers) {
			if p := pointers[i]; p != &local && *p != i {
				w.log("LOST ", i, *p)
			}
		}
		sum += local
	}
	return sum
}

//go:noinline
func heapInt(i int) *int { return &i }

// recovered goes on with another frame, whose panic ends here.
func (w *walker) recovered(depth int) {
	defer func() { w.log("recovered ", recover(), ";") }()
	w.any(depth)
	if w.r.IntN(2) == 0 {
		panic(depth)
	}
}

func (w *walker) any(depth int) int {
	return [...]func(*walker, int) int{
		frame[[1]*int], frame[[3]*int], frame[[9]*int], frame[[14]*int], frame[[50]*int], frame[[70]*int],
	}[w.r.IntN(6)](w, depth)
}

func (w *walker) seq(yield func(int) bool) {
	w.yield = yield
	for sum := w.any(3); w.steps > 40; sum = w.any(2) {
		w.log("sum ", sum, ";")
	}
	w.log("end")
}

func pulled(pull func(iter.Seq[int]) (func() (int, bool), func())) func(w *walker) (func() (int, bool), func()) {
	return func(w *walker) (func() (int, bool), func()) { return pull(w.seq) }
}

func resumed(opt aco.Option) func(w *walker) (func() (int, bool), func()) {
	return func(w *walker) (func() (int, bool), func()) {
		co := aco.New(func(co *intCo, _ int) {
			w.seq(func(v int) bool { co.Yield(v); return true })
		}, opt)
		return func() (int, bool) { return co.Resume(0) }, co.Close
	}
}

// walked returns the trace of a random sequence that is made by start and resumed at random.
func walked(seed uint64, start func(w *walker) (next func() (int, bool), stop func())) string {
	w := &walker{r: rand.New(rand.NewPCG(seed, 1)), steps: 60}
	resumer := rand.New(rand.NewPCG(seed, 2))
	next, stop := start(w)
	turns := 3 + resumer.IntN(90)
	for ok := true; ok && turns > 0; turns-- {
		step := func() {
			defer func() {
				if r := recover(); r != nil {
					w.log("panic ", r)
				}
			}()
			var v int
			v, ok = next()
			w.log("<", v, ok, ">")
		}
		if resumer.IntN(2) == 0 {
			step()
		} else {
			atDepth(resumer.IntN(20), step)
		}
	}
	stop()
	return w.trace.String()
}

// TestLayoutsOfRandomFrames compares as many programs as TestDifferential.
func TestLayoutsOfRandomFrames(t *testing.T) {
	n := uint64(300)
	if s := os.Getenv("ACO_DIFF"); s != "" {
		n, _ = strconv.ParseUint(s, 10, 64)
	}
	first := rand.Uint64()
	t.Logf("seed %d", first)
	for seed := first; seed != first+n && !t.Failed(); seed++ {
		for name, pair := range map[string][2]func(w *walker) (func() (int, bool), func()){
			"aco.Pull":   {pulled(iter.Pull[int]), pulled(func(seq iter.Seq[int]) (func() (int, bool), func()) { return aco.Pull(seq) })},
			"aco.Shared": {resumed(aco.Standalone()), resumed(aco.Shared())},
			"aco.Auto":   {resumed(aco.Standalone()), resumed(aco.Auto())},
		} {
			want, got := walked(seed, pair[0]), walked(seed, pair[1])
			if got != want || strings.Contains(got, "LOST") {
				t.Errorf("seed %d, %s:\n%s\nwant\n%s", seed, name, got, want)
			}
		}
	}
}
