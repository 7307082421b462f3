package aco_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// What is particular to standalone coroutines: their goroutines are used again, and each thing
// that forbids the hand-over may come and go between any two switches.

// TestHandOver switches all the time, on several goroutines, while profilers, tracer,
// collections and locked threads come and go. Every value must arrive.
func TestHandOver(t *testing.T) {
	end := time.Now().Add(tortureLength(t, 300*time.Millisecond))
	wait := func() {}
	if os.Getenv("ACO_OBSERVE") != "0" {
		wait = observe(t, end)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for lap := 0; time.Now().Before(end); lap++ {
				switches(t, lap+g)
			}
		}()
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		for time.Now().Before(end) {
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	}()
	wg.Wait()
	wait()
}

// switches takes a coroutine through a life of a thousand switches, of which some are made
// with a locked thread, some by another goroutine, and some at depth.
func switches(t *testing.T, lap int) {
	locks := aco.Engine().Standalone == "hand-over" // iter.Pull allows of no change
	co := aco.New(func(co *intCo, v int) {
		for i := 0; ; i++ {
			if locks && i%100 == 50 {
				runtime.LockOSThread()
			}
			w := make([]int, 10)
			w[i%10] = v + 1
			v = co.Yield(use(i%20)*0 + w[i%10])
			if locks && i%100 == 60 {
				runtime.UnlockOSThread()
			}
			if i == 900 {
				return
			}
		}
	}, aco.Standalone())
	for i := range 901 {
		step := func() {
			if out, ok := co.Resume(i); out != i+1 || !ok {
				t.Errorf("Resume(%d) = %d, %v", i, out, ok)
			}
		}
		switch {
		case locks && i%300 == 250:
			runtime.LockOSThread()
			step()
			runtime.UnlockOSThread()
		case i%200 == 150:
			done := make(chan bool)
			go func() { defer close(done); step() }()
			<-done
		case i%50 == 30:
			atDepth(lap%100, step)
		default:
			step()
		}
	}
	if out, ok := co.Resume(0); out != 0 || ok {
		t.Errorf("the last Resume = %d, %v", out, ok)
	}
}

// One goroutine serves many coroutines, however they end but by Goexit, and is given back when
// it is idle.
func TestWorkersAreReused(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 200 {
		co := aco.New(func(co *intCo, _ int) {
			co.Yield(1)
			if i%3 == 0 {
				panic("body")
			}
		}, aco.Standalone())
		co.Resume(0)
		switch i % 3 {
		case 0:
			wantPanic(t, "body", func() { co.Resume(0) })
		case 1:
			co.Resume(0)
		case 2:
			co.Close()
		}
		wantStatus(t, co, aco.Done)
	}
	if n := runtime.NumGoroutine(); n > before+20 {
		t.Errorf("%d goroutines for 200 coroutines in turn", n-before)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d idle goroutines are left", runtime.NumGoroutine()-before)
}

// What a body has changed of its goroutine the next one does not find.
func TestWorkersAreClean(t *testing.T) {
	for range 3 {
		co := aco.New(func(co *intCo, _ int) {
			if debug.SetPanicOnFault(true) {
				t.Error("a fault of another body would be a panic")
			}
		}, aco.Standalone())
		co.Resume(0)
	}
}

// A worker that its body has locked to a thread ends with it, and nothing of it stays. Memory is not
// held through a cleanup either: the runtime looks for that.
func TestWorkersAreCollected(t *testing.T) {
	if aco.Engine().Standalone != "hand-over" {
		return // iter.Pull's body may not end locked
	}
	if !child(t, "GODEBUG=checkfinalizers=1") {
		return
	}
	suspended := aco.New(func(co *intCo, _ int) { co.Yield(1) }, aco.Standalone())
	suspended.Resume(0)
	lives := func(n int) (objects uint64) {
		for range n {
			co := aco.New(func(co *intCo, _ int) {
				co.Yield(1)
				runtime.LockOSThread()
			}, aco.Standalone())
			co.Resume(0)
			co.Resume(0)
		}
		var m runtime.MemStats
		for range 6 {
			runtime.GC()
			time.Sleep(10 * time.Millisecond)
		}
		runtime.ReadMemStats(&m)
		return m.HeapObjects
	}
	before := lives(100)
	if after := lives(500); after > before+500 {
		t.Errorf("%d objects stay of 500 coroutines", after-before)
	}
	suspended.Close()
}

// With GODEBUG=fips140=only a goroutine may have an exemption, which is not handed over.
func TestFIPSOnly(t *testing.T) {
	if aco.Engine().Standalone != "hand-over" {
		return
	}
	if !child(t, "GODEBUG=fips140=only") {
		return
	}
	t.Error("the child hands over")
}

// A body has the labels of whoever resumed it first, not those of the body before it.
func TestLabels(t *testing.T) {
	for _, label := range []string{"first", "second", ""} {
		ctx := context.Background()
		if label != "" {
			ctx = pprof.WithLabels(ctx, pprof.Labels("aco", label))
		}
		pprof.SetGoroutineLabels(ctx)
		var profile bytes.Buffer
		co := aco.New(func(co *intCo, _ int) { pprof.Lookup("goroutine").WriteTo(&profile, 1) }, aco.Standalone())
		co.Resume(0)
		pprof.SetGoroutineLabels(context.Background())
		for _, stack := range strings.Split(profile.String(), "\n\n") {
			if strings.Contains(stack, "TestLabels.func") && strings.Contains(stack, "labels:") != (label != "") ||
				strings.Contains(stack, "TestLabels.func") && !strings.Contains(stack, label) {
				t.Errorf("label %q is not that of\n%s", label, stack)
			}
		}
	}
}

// A coroutine of Auto is moved to a worker when much is suspended, and when it is suspended
// elsewhere each time; one that is neither stays where it is.
func TestAuto(t *testing.T) {
	moves := aco.Engine().Standalone == "hand-over" // elsewhere Auto is Shared
	var walk func(co *intCo, depth int)
	walk = func(co *intCo, depth int) {
		if depth > 0 {
			walk(co, depth-1)
			co.Yield(depth)
			walk(co, depth-1)
		}
	}
	for name, c := range map[string]struct {
		body  func(co *intCo)
		moved bool
	}{
		"walk": {func(co *intCo) { walk(co, 10) }, true},
		"much": {func(co *intCo) {
			var a [200]int
			for i := 0; ; i++ {
				a[i%200] += co.Yield(a[i/2%200])
			}
		}, true},
		"little": {func(co *intCo) {
			for {
				co.Yield(1)
			}
		}, false},
	} {
		co := aco.New(func(co *intCo, _ int) { c.body(co) }, aco.Auto())
		for range 200 {
			co.Resume(0)
		}
		wantStatus(t, co, aco.Suspended)
		if moved := co.Footprint() == 0; moves && moved != c.moved {
			t.Errorf("%s: moved is %v, want %v", name, moved, c.moved)
		}
		co.Close()
		wantStatus(t, co, aco.Done)
	}
}

// The move changes nothing that a sequence can observe: values, defers, panics, stop.
func TestAutoIsLikeIterPull(t *testing.T) {
	for seed := range uint64(300) {
		pulls(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

// A coroutine of Auto that is suspended as others have been, and then moves, takes the defers with it that only
// this suspension has.
func TestAutoMovesWithDefers(t *testing.T) {
	run := func(turns int, opt aco.Option) (got []int) {
		co := aco.New(func(co *intCo, _ int) {
			step := func(defers int) {
				for range defers {
					defer func() { co.Yield(1000) }()
				}
				co.Yield(1)
			}
			for range turns {
				step(0)
				co.Yield(2)
			}
			for n := range 3 {
				step(n)
			}
			for range 40 {
				step(1)
			}
		}, opt)
		for v, ok := co.Resume(0); ok; v, ok = co.Resume(0) {
			got = append(got, v)
		}
		return got
	}
	for turns := range 20 {
		want, got := run(turns, aco.Standalone()), run(turns, aco.Auto())
		if !slices.Equal(got, want) {
			t.Errorf("after %d turns: %v, want %v", turns, got, want)
		}
	}
}
