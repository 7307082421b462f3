package aco_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// What a coroutine does, call by call: each test is a row of the contract, on each kind of
// stack. The engine behind the shared kind is the one in use; the suite is run on both.

type (
	intCo = aco.Coroutine[int, int]
	kind  struct {
		name   string
		opt    aco.Option
		native bool // frames are moved
		normal bool // Normal is told from Running
	}
)

func eachKind(t *testing.T, test func(t *testing.T, k kind)) {
	engine := aco.Engine()
	native, handsOver := engine.Name == "native", engine.Standalone == "hand-over"
	for _, k := range []kind{
		{"shared", aco.Shared(), native, native},
		{"auto", aco.Auto(), native, native},
		{"standalone", aco.Standalone(), false, handsOver},
	} {
		t.Run(k.name, func(t *testing.T) { test(t, k) })
	}
}

// panicOf returns the value that f panics with, or nil.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func wantPanic(t *testing.T, want any, f func()) {
	t.Helper()
	if got := panicOf(f); got != want {
		t.Errorf("panic %v, want %v", got, want)
	}
}

func wantResume(t *testing.T, co *intCo, in, out int, ok bool) {
	t.Helper()
	if o, k := co.Resume(in); o != out || k != ok {
		t.Errorf("Resume(%d) = %d, %v, want %d, %v", in, o, k, out, ok)
	}
}

func wantStatus(t *testing.T, co *intCo, want aco.Status) {
	t.Helper()
	if got := co.Status(); got != want {
		t.Errorf("status %v, want %v", got, want)
	}
}

func TestLife(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		goroutines := runtime.NumGoroutine()
		var got []int
		var co *intCo
		co = aco.New(func(self *intCo, first int) {
			if self != co {
				t.Error("the body gets another coroutine")
			}
			wantStatus(t, co, aco.Running)
			got = append(got, first)
			got = append(got, self.Yield(10))
			got = append(got, self.Yield(20))
		}, k.opt)
		wantStatus(t, co, aco.Created)
		if len(got) != 0 {
			t.Error("New ran the body")
		}
		if k.native && runtime.NumGoroutine() > goroutines { // one of before may have ended
			t.Error("New started a goroutine")
		}
		wantResume(t, co, 1, 10, true)
		wantStatus(t, co, aco.Suspended)
		wantResume(t, co, 2, 20, true)
		wantResume(t, co, 3, 0, false)
		wantStatus(t, co, aco.Done)
		wantResume(t, co, 4, 0, false)
		if !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("the body got %v", got)
		}
		co.Close()
	})
}

func TestNilBody(t *testing.T) {
	wantPanic(t, "aco: nil body", func() { aco.New[int, int](nil) })
}

func TestMisuse(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *intCo, _ int) {
			wantPanic(t, "aco: resume of a running coroutine", func() { co.Resume(0) })
			co.Yield(1)
		}, k.opt)
		const outside = "aco: yield outside the coroutine"
		wantPanic(t, outside, func() { co.Yield(0) })
		wantResume(t, co, 0, 1, true)
		wantPanic(t, outside, func() { co.Yield(0) })
		wantResume(t, co, 0, 0, false)
		wantPanic(t, outside, func() { co.Yield(0) })
	})
}

// An outer coroutine waits while an inner one runs: it can be neither resumed nor closed,
// and no harm comes of trying.
func TestNested(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var outer *intCo
		outer = aco.New(func(_ *intCo, _ int) {
			inner := aco.New(func(inner *intCo, _ int) {
				resume := "aco: resume of a running coroutine"
				if k.normal {
					resume = "aco: resume of a coroutine that resumed another"
					wantStatus(t, outer, aco.Normal)
				}
				wantStatus(t, inner, aco.Running)
				wantPanic(t, resume, func() { outer.Resume(0) })
				wantPanic(t, "aco: close of a running coroutine", outer.Close)
				inner.Yield(5)
			}, k.opt)
			wantResume(t, inner, 0, 5, true)
			outer.Yield(6)
			wantResume(t, inner, 0, 0, false)
		}, k.opt)
		wantResume(t, outer, 0, 6, true)
		wantResume(t, outer, 0, 0, false)
	})
}

// A coroutine of any kind that has resumed one of any kind is Normal, and not the one that runs, whoever asks.
func TestNestedKinds(t *testing.T) {
	if aco.Engine().Standalone != "hand-over" {
		return // Normal is not told from Running across goroutines: see Status's comment
	}
	eachKind(t, func(t *testing.T, k kind) {
		eachKind(t, func(t *testing.T, in kind) {
			var outer *intCo
			outer = aco.New(func(_ *intCo, _ int) {
				inner := aco.New(func(inner *intCo, _ int) {
					wantStatus(t, outer, aco.Normal)
					wantPanic(t, "aco: resume of a coroutine that resumed another", func() { outer.Resume(0) })
					asked := make(chan bool)
					go func() {
						defer close(asked)
						wantStatus(t, inner, aco.Running)
						wantPanic(t, "aco: resume of a running coroutine", func() { inner.Resume(0) })
					}()
					<-asked
				}, in.opt)
				wantResume(t, inner, 0, 0, false)
				wantStatus(t, outer, aco.Running)
			}, k.opt)
			wantResume(t, outer, 0, 0, false)
		})
	})
}

func TestYieldOnAnotherGoroutine(t *testing.T) {
	if aco.Engine().Name != "native" {
		return // not recognised there: see Yield's comment
	}
	co := aco.New(func(co *intCo, _ int) {
		done := make(chan any)
		go func() { done <- panicOf(func() { co.Yield(1) }) }()
		if got := <-done; got != "aco: yield outside the coroutine" {
			t.Errorf("panic %v", got)
		}
		co.Yield(2)
	})
	wantResume(t, co, 0, 2, true)
}

func TestPanicLeavesResume(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		value := errors.New("value")
		var order []string
		co := aco.New(func(co *intCo, _ int) {
			defer func() { order = append(order, "outer") }()
			defer func() { order = append(order, "inner") }()
			co.Yield(1)
			panic(value)
		}, k.opt)
		co.Resume(0)
		wantPanic(t, value, func() { co.Resume(0) })
		wantStatus(t, co, aco.Done)
		wantResume(t, co, 0, 0, false)
		if !slices.Equal(order, []string{"inner", "outer"}) {
			t.Errorf("deferred functions ran as %v", order)
		}
	})
}

// child reports whether this is the process that it has started to run the test t alone, with these
// settings in its environment. The one that starts it waits, and fails if the child does.
func child(t *testing.T, settings ...string) bool {
	if os.Getenv("ACO_CHILD") != "" {
		return true
	}
	cmd := self("-test.run=^" + t.Name() + "$")
	cmd.Env = append(append(os.Environ(), "ACO_CHILD=1"), settings...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// self returns a command that runs this program, by what ACO_EXEC names if it is another
// architecture's.
func self(args ...string) *exec.Cmd {
	args = append([]string{os.Args[0]}, args...)
	if run := os.Getenv("ACO_EXEC"); run != "" {
		args = append([]string{run}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

// The traceback of a panic that nobody recovers shows the frames of the body.
func TestTraceback(t *testing.T) {
	if os.Getenv("ACO_CRASH") == "1" {
		co := aco.New(func(co *intCo, _ int) { co.Yield(1); crash() })
		co.Resume(0)
		co.Resume(0)
	}
	cmd := self("-test.run=^TestTraceback$")
	cmd.Env = append(os.Environ(), "ACO_CRASH=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the panic did not end the program")
	}
	if aco.Engine().Name == "native" && !strings.Contains(string(out), "aco_test.crash") {
		t.Errorf("no frame of the body in:\n%s", out)
	}
}

//go:noinline
func crash() { panic("crash") }

func TestGoexit(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var order []string
		var co *intCo
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { order = append(order, "resumer") }()
			co = aco.New(func(co *intCo, _ int) {
				defer func() { order = append(order, "body") }()
				co.Yield(1)
				runtime.Goexit()
			}, k.opt)
			co.Resume(0)
			co.Resume(0)
			t.Error("the resumer goes on")
		}()
		<-done
		wantStatus(t, co, aco.Done)
		if !slices.Equal(order, []string{"body", "resumer"}) {
			t.Errorf("deferred functions ran as %v", order)
		}
	})
}

func TestStatusString(t *testing.T) {
	for s, want := range map[aco.Status]string{aco.Created: "created", aco.Suspended: "suspended", aco.Running: "running",
		aco.Normal: "normal", aco.Done: "done", 17: "Status(17)"} {
		if got := s.String(); got != want {
			t.Errorf("%d is %q, want %q", s, got, want)
		}
	}
}

// The body is listed also if all that it has called is inlined into it, as Yield is.
func TestCallersOfInlined(t *testing.T) {
	if aco.Engine().Name != "native" {
		return
	}
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { co.Yield(0) })
	co.Resume(0)
	var pcs [10]uintptr
	var last string
	frames := runtime.CallersFrames(pcs[:co.Callers(pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		last = f.Function
	}
	if !strings.HasSuffix(last, ".TestCallersOfInlined.func1") {
		t.Errorf("the outermost function is %s", last)
	}
}

// A frame that was interrupted by a fault is listed as runtime.Callers does.
func TestCallersOfFault(t *testing.T) {
	if aco.Engine().Name != "native" {
		return
	}
	type pcs = []uintptr
	co := aco.New(func(co *aco.Coroutine[pcs, pcs], _ pcs) {
		var nowhere *[3]int
		faults(nowhere, func() {
			var list [20]uintptr
			co.Yield(list[:runtime.Callers(1, list[:])])
		})
	})
	want, _ := co.Resume(nil)
	var list [20]uintptr
	line := func(list []uintptr) int {
		frames := runtime.CallersFrames(list)
		for {
			f, more := frames.Next()
			if strings.HasSuffix(f.Function, ".faults") {
				return f.Line
			}
			if !more {
				t.Fatal("no frame of faults")
			}
		}
	}
	if got, want := line(list[:co.Callers(list[:])]), line(want); got != want {
		t.Errorf("the fault is in line %d, want %d", got, want)
	}
}

var faulted int

//go:noinline
func faults(p *[3]int, f func()) {
	defer func() {
		f()
		recover()
	}()
	faulted = 5
	p[1] = 6
}

// endOf tells how f ends when a goroutine calls it.
func endOf(t *testing.T, f func()) string {
	end := make(chan string, 1)
	go func() {
		returned := false
		defer func() {
			switch r := recover(); {
			case r != nil:
				end <- fmt.Sprint("panic ", r)
			case returned:
				end <- "return"
			default:
				end <- "Goexit"
			}
		}()
		f()
		returned = true
	}()
	select {
	case e := <-end:
		return e
	case <-time.After(5 * time.Minute):
		t.Fatal("it hangs")
		return ""
	}
}

// A Goexit of the body goes on in the resumer, whatever its deferred functions do: a panic takes its place,
// and one that is recovered does not. If the coroutine is closed in the course of it, it ends there.
func TestGoexitGoesOn(t *testing.T) {
	for _, c := range []struct {
		name, want string
		deferred   func(co *intCo)
	}{
		{"panic", "panic late", func(*intCo) { panic("late") }},
		{"panic that is recovered", "Goexit", func(*intCo) { panicOf(func() { panic("late") }) }},
		{"yield", "return", func(co *intCo) { co.Yield(1) }}, // closed then
	} {
		t.Run(c.name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				co := aco.New(func(co *intCo, _ int) {
					defer func() { c.deferred(co) }()
					runtime.Goexit()
				}, k.opt)
				got := endOf(t, func() {
					co.Resume(0)
					co.Close()
				})
				if got != c.want {
					t.Errorf("it ends with %s, want %s", got, c.want)
				}
				wantStatus(t, co, aco.Done)
			})
		})
	}
	t.Run("Pull", func(t *testing.T) { // of a walk, which moves to a goroutine
		var walk func(depth int, yield func(string) bool)
		walk = func(depth int, yield func(string) bool) {
			if depth > 0 {
				walk(depth-1, yield)
				yield("x")
				walk(depth-1, yield)
			}
		}
		got := endOf(t, func() {
			next, _ := aco.Pull(func(yield func(string) bool) {
				defer func() { panic("late") }()
				walk(9, yield)
				runtime.Goexit()
			})
			for _, ok := next(); ok; _, ok = next() {
			}
		})
		if got != "panic late" {
			t.Errorf("it ends with %s", got)
		}
	})
}

// With GODEBUG=panicnil=1 a panic with nil can't be told from a Goexit, and is taken for one.
func TestPanicNil(t *testing.T) {
	if !child(t, "GODEBUG=panicnil=1") {
		return
	}
	eachKind(t, func(t *testing.T, k kind) {
		for range 100 {
			co := aco.New(func(*intCo, int) { panic(nil) }, k.opt)
			if end := endOf(t, func() { co.Resume(0) }); end != "Goexit" {
				t.Fatal(end)
			}
			wantStatus(t, co, aco.Done)

			wantStatus(t, co, aco.Done)
		}
	})
}

func TestCloseCreated(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(*intCo, int) { t.Error("the body ran") }, k.opt)
		co.Close()
		wantStatus(t, co, aco.Done)
		wantResume(t, co, 0, 0, false)
		co.Close()
	})
}

func TestAll(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		closed := false
		numbers := func() *intCo {
			return aco.New(func(co *intCo, _ int) {
				defer func() { closed = true }()
				for i := range 5 {
					co.Yield(i)
				}
			}, k.opt)
		}
		if got := slices.Collect(numbers().All()); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Errorf("All yields %v", got)
		}
		closed = false
		co := numbers()
		for v := range co.All() {
			if v == 2 {
				break
			}
		}
		wantStatus(t, co, aco.Done)
		if !closed {
			t.Error("break does not close the coroutine")
		}
		co = numbers()
		wantPanic(t, "loop", func() {
			for range co.All() {
				panic("loop")
			}
		})
		wantStatus(t, co, aco.Done)
	})
}

func TestPush(t *testing.T) {
	var got []string
	yield, stop := aco.Push(func(seq iter.Seq[string]) {
		got = append(got, "begin")
		for s := range seq {
			got = append(got, s)
			if s == "enough" {
				break
			}
		}
		got = append(got, "end")
	})
	if !yield("a") || !yield("b") || yield("enough") || yield("more") {
		t.Error("yield does not tell whether the consumer goes on")
	}
	stop()
	if want := []string{"begin", "a", "b", "enough", "end"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	sum := 0
	add, stop := aco.Push(func(seq iter.Seq[int]) {
		for v := range seq {
			sum += v
		}
		sum *= 10
		for range seq {
			t.Error("a stopped sequence goes on")
		}
	})
	add(1)
	add(2)
	stop()
	stop()
	if sum != 30 || add(3) {
		t.Errorf("sum %d after stop", sum)
	}
	wantPanic(t, "consumer", func() { aco.Push(func(iter.Seq[int]) { panic("consumer") }) })
}

// Pull works for values that fit a register and for those that don't.
func TestPullTypes(t *testing.T) {
	type named uint8
	pullOne(t, true)
	pullOne(t, int8(-5))
	pullOne(t, named(200))
	pullOne(t, uint64(1)<<63)
	pullOne(t, 1.5)
	pullOne(t, "string")
	pullOne(t, new(int))
	pullOne(t, [3]string{"a", "b", "c"})
	pullOne(t, struct{}{})
	pullOne(t, any(7))
}

func pullOne[V comparable](t *testing.T, v V) {
	var zero V
	var escaped func(V) bool
	next, stop := aco.Pull(func(yield func(V) bool) {
		escaped = yield
		for yield(v) {
			runtime.GC()
		}
		if yield(v) {
			t.Errorf("%T: yield returns true after stop", v)
		}
	})
	for range 3 {
		if got, ok := next(); got != v || !ok {
			t.Errorf("next() = %v, %v, want %v", got, ok, v)
		}
	}
	wantPanic(t, "aco: yield outside the coroutine", func() { escaped(v) })
	stop()
	if got, ok := next(); got != zero || ok || escaped(v) {
		t.Errorf("next() = %v, %v after stop", got, ok)
	}
	next, _ = aco.Pull(func(yield func(V) bool) { yield(v) })
	next()
	if got, ok := next(); got != zero || ok {
		t.Errorf("next() = %v, %v at the end", got, ok)
	}
}

type big struct {
	a [9]int
	p *int
	s string
}

// Values of any type and size travel, and a switch allocates nothing.
func TestValues(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		echo(t, k, struct{}{})
		echo(t, k, 7)
		echo(t, k, "seven")
		echo(t, k, big{p: new(int), s: "x", a: [9]int{8: 1}})
		echo(t, k, error(errProgram))
	})
}

func echo[V comparable](t *testing.T, k kind, v V) {
	co := aco.New(func(co *aco.Coroutine[V, V], v V) {
		for {
			v = co.Yield(v)
		}
	}, k.opt)
	if got, ok := co.Resume(v); got != v || !ok {
		t.Errorf("Resume(%v) = %v, %v", v, got, ok)
	}
	if n := testing.AllocsPerRun(100, func() { co.Resume(v) }); n != 0 {
		t.Errorf("%T: %v allocations a switch", v, n)
	}
	co.Close()
}

// Sites that alternate, and call chains that change, allocate nothing either.
func TestAllocsElsewhere(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *intCo, _ int) {
			var a [3]int
			for i := 0; ; i++ {
				co.Yield(1)
				yieldBelow(co, a[:], i%7)
				co.Yield(2)
			}
		}, k.opt)
		for range 100 {
			co.Resume(0)
		}
		if n := testing.AllocsPerRun(200, func() { co.Resume(0) }); n != 0 {
			t.Errorf("%v allocations a switch", n)
		}
		co.Close()
	})
}

//go:noinline
func yieldBelow(co *intCo, s []int, n int) int {
	if n > 0 {
		return yieldBelow(co, s, n-1) + s[0]
	}
	return co.Yield(n)
}

// After the end, and after a Resume or a Yield of a Done coroutine, no value is kept.
func TestValuesAreReleased(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		freed := make(chan string, 4)
		value := func(name string) *big {
			v := new(big)
			runtime.AddCleanup(v, func(string) { freed <- name }, name)
			return v
		}
		co := aco.New(func(co *aco.Coroutine[*big, *big], _ *big) { co.Yield(value("out")) }, k.opt)
		co.Resume(value("first"))
		co.Resume(nil)
		co.Resume(value("late"))
		wantPanic(t, "aco: yield outside the coroutine", func() { co.Yield(value("stray")) })
		var got []string
		for i := 0; i < 100 && len(got) < 4; i++ {
			runtime.GC()
			select {
			case name := <-freed:
				got = append(got, name)
			case <-time.After(10 * time.Millisecond):
			}
		}
		if slices.Sort(got); !slices.Equal(got, []string{"first", "late", "out", "stray"}) {
			t.Errorf("only %v were released", got)
		}
		runtime.KeepAlive(co)
	})
}

// A dropped suspended coroutine is collected, with what only its frames hold.
func TestDropped(t *testing.T) {
	if aco.Engine().Name != "native" {
		return // a parked goroutine is not collected: see New's comment
	}
	freed := make(chan bool, 1)
	func() {
		co := aco.New(func(co *intCo, _ int) {
			v := new(big)
			runtime.AddCleanup(v, func(int) { freed <- true }, 0)
			defer func() { t.Error("a deferred function of a dropped coroutine ran") }()
			co.Yield(1)
			runtime.KeepAlive(v)
		})
		co.Resume(0)
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-freed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("what a dropped coroutine held was not collected")
}

// What only a suspended frame holds stays, however it is held.
func TestHeld(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		freed := make(chan string, 10)
		value := func(name string) *big {
			v := &big{s: strings.Clone(name)}
			runtime.AddCleanup(v, func(string) { freed <- name }, name)
			return v
		}
		type holder struct {
			up *holder
			v  *big
		}
		check := func(v *big, want string) {
			if v.s != want {
				t.Errorf("%s became %q", want, v.s)
			}
		}
		co := aco.New(func(co *intCo, _ int) {
			local := value("local")
			var array [2]*big
			slice := array[:]
			slice[1] = value("slice")
			inner := holder{nil, value("inner")}
			outer := holder{&inner, nil}
			link := &outer
			captured := value("captured")
			for range 2 {
				deferred := [1]*big{value("deferred")}
				defer func() { check(deferred[0], "deferred") }()
			}
			func() {
				defer func() { check(captured, "captured") }()
				co.Yield(1)
				co.Yield(2)
			}()
			check(local, "local")
			check(slice[1], "slice")
			check(link.up.v, "inner")
			co.Yield(3)
		}, k.opt)
		for range 3 {
			co.Resume(0)
			for range 5 {
				runtime.GC()
			}
			select {
			case name := <-freed:
				if co.Status() == aco.Suspended && name != "captured" && name != "local" && name != "slice" && name != "inner" {
					t.Errorf("%s was collected", name)
				}
			case <-time.After(10 * time.Millisecond):
			}
		}
		wantResume(t, co, 0, 0, false)
	})
}

// recover in a body tells nothing of a panic of the resumer's, in whose deferred function
// the body is resumed.
func TestResumerPanics(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *intCo, _ int) {
			for range 2 {
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Errorf("recovered the resumer's panic %v", r)
						}
					}()
					co.Yield(1)
				}()
			}
		}, k.opt)
		wantPanic(t, "mine", func() {
			defer func() {
				for range 3 {
					co.Resume(0)
				}
			}()
			panic("mine")
		})
	})
}

// Deep call chains and large frames, on stacks that have to grow.
func TestDeep(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var down func(co *intCo, n int) int
		down = func(co *intCo, n int) int {
			if n == 0 {
				return co.Yield(0) + co.Yield(1)
			}
			return down(co, n-1) + 1
		}
		var sum int
		co := aco.New(func(co *intCo, _ int) { sum = down(co, 10000) }, k.opt)
		for i := range 3 {
			done := make(chan bool)
			go func() {
				co.Resume(i)
				close(done)
			}()
			<-done
		}
		if sum != 10000+1+2 {
			t.Errorf("sum %d", sum)
		}
	})
}

func TestFootprintAndCallers(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var pcs [10]uintptr
		co := aco.New(func(co *intCo, n int) { yieldBelow(co, make([]int, 1), n) }, k.opt)
		none := func() {
			t.Helper()
			if co.Footprint() != 0 || co.Callers(pcs[:]) != 0 {
				t.Errorf("%v: footprint %d, %d callers", co.Status(), co.Footprint(), co.Callers(pcs[:]))
			}
		}
		none()
		co.Resume(2)
		if k.native {
			var names []string
			frames := runtime.CallersFrames(pcs[:co.Callers(pcs[:])])
			for more := true; more; {
				var f runtime.Frame
				f, more = frames.Next()
				names = append(names, f.Function[strings.LastIndex(f.Function, "/")+1:])
			}
			got := strings.Join(names, " ")
			if !strings.HasSuffix(got, "aco_test.yieldBelow aco_test.yieldBelow aco_test.yieldBelow aco_test.TestFootprintAndCallers.func1.1") {
				t.Errorf("callers %v", got)
			}
			if n := co.Footprint(); n < 100 || n > 2000 {
				t.Errorf("footprint %d", n)
			}
			if n := co.Callers(pcs[:2]); n != 2 {
				t.Errorf("%d callers in room for 2", n)
			}
		} else {
			none()
		}
		co.Resume(0)
		none()
	})
}

// ACO_ENGINE chooses; a value that it doesn't know is said at the first use.
func TestEnvironment(t *testing.T) {
	if os.Getenv("ACO_PRINT") == "1" {
		r := panicOf(func() { aco.New(func(*intCo, int) {}) })
		fmt.Print(r)
		if r == nil {
			fmt.Print(" ", aco.Engine().Name)
		}
		os.Exit(0)
	}
	for value, want := range map[string]string{
		"portable": "<nil> portable",
		"fast":     `aco: ACO_ENGINE="fast": want "native", "portable" or nothing`,
	} {
		cmd := self("-test.run=^TestEnvironment$")
		cmd.Env = append(os.Environ(), "ACO_PRINT=1", "ACO_ENGINE="+value)
		out, _ := cmd.CombinedOutput()
		if !strings.HasPrefix(string(out), want) {
			t.Errorf("ACO_ENGINE=%s: %s", value, out)
		}
	}
}

// A deferred function may yield while a panic, or a Goexit, of a coroutine that its body
// resumed passes through it.
func TestYieldWhileInnerPanics(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for _, exit := range []bool{false, true} {
			var order []string
			body := func(outer *intCo, first int) {
				defer func() {
					order = append(order, fmt.Sprint("deferred ", outer.Yield(10)))
					for i := range 3 { // deferred in a loop, and yielding too
						defer func() { order = append(order, fmt.Sprint(i, " ", outer.Yield(20+i))) }()
					}
				}()
				inner := aco.New(func(inner *intCo, first int) {
					defer func() { order = append(order, fmt.Sprint("inner ", outer.Status())) }()
					inner.Yield(1)
					if exit {
						runtime.Goexit()
					}
					panic("inner")
				}, k.opt)
				inner.Resume(0)
				inner.Resume(0)
			}
			done := make(chan any)
			go func() {
				finished := false
				defer func() {
					if !finished {
						done <- recover()
					}
				}()
				outer := aco.New(body, k.opt)
				wantResume(t, outer, 0, 10, true)
				wantStatus(t, outer, aco.Suspended)
				wantResume(t, outer, 1, 22, true)
				wantResume(t, outer, 2, 21, true)
				runtime.GC()
				wantResume(t, outer, 3, 20, true)
				outer.Resume(4)
				finished = true
				done <- "came back"
			}()
			want := any("inner")
			if exit {
				want = nil
			}
			if got := <-done; got != want {
				t.Errorf("exit %v: the panic that left Resume is %v, want %v", exit, got, want)
			}
			if got, want := fmt.Sprint(order[1:]), "[deferred 1 2 2 1 3 0 4]"; got != want {
				t.Errorf("exit %v: deferred functions ran in the order %s, want %s", exit, got, want)
			}
		}
	})
}

// What a pulled sequence leaves behind, its next, yield and stop, has no power over the
// sequences that come after it, although their coroutines may be its own, used again.
func TestPullAfterwards(t *testing.T) {
	count := func(keep *func(int) bool) iter.Seq[int] {
		return func(yield func(int) bool) {
			*keep = yield
			for i := 0; yield(i); i++ {
			}
		}
	}
	var oldYield, yield func(int) bool
	oldNext, oldStop := aco.Pull(count(&oldYield))
	oldNext()
	oldStop()
	for range 10 {
		next, stop := aco.Pull(func(y func(int) bool) {
			if oldYield(100) {
				t.Error("the yield of an ended sequence returned true")
			}
			count(&yield)(y)
		})
		for i := range 5 {
			if v, ok := oldNext(); v != 0 || ok {
				t.Errorf("next of an ended sequence = %d, %v", v, ok)
			}
			oldStop()
			if v, ok := next(); v != i || !ok {
				t.Errorf("next = %d, %v, want %d, true", v, ok, i)
			}
		}
		stop()
		oldNext, oldStop, oldYield = next, stop, yield
	}
	// One that was never begun, and one that panics.
	next, stop := aco.Pull(count(&yield))
	stop()
	if v, ok := next(); v != 0 || ok {
		t.Errorf("next after stop = %d, %v", v, ok)
	}
	next, stop = aco.Pull(func(func(int) bool) { panic("seq") })
	wantPanic(t, "seq", func() { next() })
	if v, ok := next(); v != 0 || ok {
		t.Errorf("next after a panic = %d, %v", v, ok)
	}
	stop()
}

// A coroutine that is used again keeps nothing of the sequence before.
func TestPullReleases(t *testing.T) {
	freed := make(chan bool, 1)
	func() {
		p := new([1000]int)
		runtime.SetFinalizer(p, func(*[1000]int) { freed <- true })
		next, stop := aco.Pull(func(yield func(int) bool) {
			for i := range p {
				if !yield(p[i]) {
					return
				}
			}
		})
		next()
		next()
		stop()
	}()
	for range 3 {
		next, stop := aco.Pull(func(yield func(int) bool) { yield(1) })
		next()
		runtime.GC()
		stop()
	}
	select {
	case <-freed:
	case <-time.After(time.Second):
		t.Error("what the first sequence held is still held")
	}
}

// A stop, or next, that panics leaves its caller's frame alone.
func TestCallersFrameIsLeftAlone(t *testing.T) {
	var next func() (int, bool)
	var stop func()
	next, stop = aco.Pull(func(yield func(int) bool) {
		for _, f := range []func(){stop, func() { next() }} {
			if got := callAndRecover(f, 11, 22, 33); got != [3]int{11, 22, 33} {
				t.Errorf("locals are %v after a panic", got)
			}
		}
	})
	next()
}

//go:noinline
func callAndRecover(f func(), a, b, c int) (x [3]int) {
	y := [3]int{a, b, c}
	defer func() {
		recover()
		x = y
	}()
	f()
	return y
}
