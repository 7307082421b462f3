package aco_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// A nest is some coroutines of which each has resumed the next. The innermost one yields as any of them.
type nest struct {
	t     *testing.T
	kinds []kind
	cos   []*intCo
}

// chains calls test with each chain of two kinds, and some of three and four.
func chains(t *testing.T, test func(t *testing.T, n *nest)) {
	var all []kind
	eachKind(t, func(t *testing.T, k kind) { all = append(all, k) })
	run := func(kinds ...kind) {
		if leftOut() {
			return
		}
		var names []string
		for _, k := range kinds {
			names = append(names, k.name)
		}
		t.Run(strings.Join(names, "-"), func(t *testing.T) { test(t, &nest{t: t, kinds: kinds}) })
	}
	for _, a := range all {
		for _, b := range all {
			run(a, b)
			for _, c := range all {
				run(a, b, c)
			}
		}
	}
	run(all[0], all[2], all[0], all[2])
	run(all[2], all[0], all[2], all[0])
	run(all[0], all[0], all[0], all[0])
}

// start makes the chain, whose innermost body is innermost.
func (n *nest) start(innermost func()) *intCo {
	var make func(i int) *intCo
	make = func(i int) *intCo {
		co := aco.New(func(co *intCo, _ int) {
			n.cos[i] = co
			if i == len(n.kinds)-1 {
				innermost()
				return
			}
			inner := make(i + 1)
			for v, ok := inner.Resume(0); ok; {
				v, ok = inner.Resume(co.Yield(v))
			}
		}, n.kinds[i].opt)
		return co
	}
	n.cos = slices.Grow(n.cos, len(n.kinds))[:len(n.kinds)]
	return make(0)
}

// elsewhere calls f on another goroutine.
func elsewhere(f func()) {
	done := make(chan bool)
	go func() { defer close(done); f() }()
	<-done
}

// Whichever of them yields, all are suspended, and what it yields comes out where that one was resumed.
func TestYieldOfOuter(t *testing.T) {
	chains(t, func(t *testing.T, n *nest) {
		var got []string
		outer := n.start(func() {
			p, sum := &block{a: [10]int{5}}, 0
			for round := range 3 {
				for i := range n.cos {
					a := [4]int{i}
					s := a[:]
					v := n.cos[i].Yield(10*round + i)
					sum += v + s[0] + p.a[0]
					got = append(got, fmt.Sprint(v))
				}
			}
			if sum == 0 {
				t.Error("lost")
			}
		})
		want := []string{}
		for round := range 3 {
			for i := range n.cos {
				step := func() {
					atDepth((10*round+i)*7%31, func() { wantResume(t, outer, 100*round+10*i, 10*round+i, true) })
				}
				if (round+i)%2 == 1 {
					elsewhere(step)
				} else {
					step()
				}
				runtime.GC()
				if round+i > 0 {
					want = append(want, fmt.Sprint(100*round+10*i))
				}
			}
		}
		want = append(want, "7")
		wantResume(t, outer, 7, 0, false)
		if !slices.Equal(got, want) {
			t.Errorf("Yield returned %v, want %v", got, want)
		}
		for _, co := range n.cos {
			wantStatus(t, co, aco.Done)
		}
	})
}

// Meanwhile those within can be neither resumed nor closed, and afterwards they are what they were.
func TestHeldCoroutines(t *testing.T) {
	chains(t, func(t *testing.T, n *nest) {
		native := true // or it does not tell Normal from Running
		for _, k := range n.kinds {
			native = native && k.normal
		}
		last := len(n.kinds) - 1
		outer := n.start(func() {
			for i := range n.cos {
				n.cos[i].Yield(i)
				for k, co := range n.cos {
					want := aco.Normal
					if k == last {
						want = aco.Running
					}
					if native {
						wantStatus(t, co, want)
					}
				}
			}
		})
		for i := range n.cos {
			wantResume(t, outer, 0, i, true)
			check := func() {
				wantStatus(t, outer, aco.Suspended)
				for k := i + 1; k <= last; k++ {
					msg, _ := panicOf(func() { n.cos[k].Resume(0) }).(string)
					if msg != "aco: resume of a running coroutine" && msg != "aco: resume of a coroutine that resumed another" {
						t.Errorf("resuming %d, held by %d: %q", k, i, msg)
					}
					wantPanic(t, "aco: close of a running coroutine", n.cos[k].Close)
					if s := n.cos[k].Status(); s != aco.Normal && s != aco.Running || native && n.kinds[i].name == "shared" && (s == aco.Running) != (k == last) {
						t.Errorf("%d, held by %d, is %v", k, i, s)
					}
				}
			}
			if i > 0 {
				continue // outer has been suspended by passing on what another one yielded
			}
			check()
			elsewhere(check)
		}
		wantResume(t, outer, 0, 0, false)
	})
}

// Deferred functions and panics of those within belong to the one that is suspended.
func TestHeldPanics(t *testing.T) {
	chains(t, func(t *testing.T, n *nest) {
		var trace []string
		outer := n.start(func() {
			defer func() {
				n.cos[0].Yield(3)
				trace = append(trace, fmt.Sprint("recovered ", recover()))
				n.cos[0].Yield(4)
				panic("second")
			}()
			for i := range 2 {
				defer func() { trace = append(trace, fmt.Sprint("deferred ", i)) }()
			}
			n.cos[0].Yield(1)
			n.cos[len(n.cos)-1].Yield(2)
			panic("first")
		})
		for i := range 4 {
			step := func() { wantResume(t, outer, 0, i+1, true) }
			if i%2 == 1 {
				elsewhere(step)
			} else {
				step()
			}
			runtime.GC()
		}
		wantPanic(t, "second", func() { outer.Resume(0) })
		if want := []string{"deferred 1", "deferred 0", "recovered first"}; !slices.Equal(trace, want) {
			t.Errorf("%q, want %q", trace, want)
		}
		for _, co := range n.cos {
			wantStatus(t, co, aco.Done)
		}
	})
}

// Closing the outermost one ends all.
func TestHeldAreClosed(t *testing.T) {
	chains(t, func(t *testing.T, n *nest) {
		ended := 0
		outer := n.start(func() {
			defer func() { ended++ }()
			n.cos[0].Yield(1)
			t.Error("it goes on")
		})
		wantResume(t, outer, 0, 1, true)
		outer.Close()
		if ended != 1 {
			t.Errorf("%d deferred functions ran", ended)
		}
		for _, co := range n.cos {
			wantStatus(t, co, aco.Done)
		}
	})
}

// What is closed may be suspended in the midst of that, by one further out, and go on elsewhere: what it has still to run is run, once, and
// a panic that is recovered meanwhile ends there.
func TestCloseWithin(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var log []string
		say := func(what string) { log = append(log, what) }
		outer := aco.New(func(outer *intCo, _ int) {
			inner := aco.New(func(inner *intCo, _ int) {
				defer say("last")
				through(2, func() {
					defer func() {
						outer.Yield(3)
						say("fourth")
					}()
					defer func() {
						outer.Yield(2)
						say(fmt.Sprint("recovered ", recover()))
						outer.Yield(2)
					}()
					through(1, func() {
						defer func() {
							outer.Yield(1)
							panic("late")
						}()
						inner.Yield(0)
					})
				})
				say("it goes on")
			}, k.opt)
			inner.Resume(0)
			inner.Close()
			say("closed")
			wantStatus(t, inner, aco.Done)
		}, k.opt)
		for i, want := range []int{1, 2, 2, 3} {
			atDepth(i*7%31, func() { wantResume(t, outer, 0, want, true) })
			runtime.GC()
		}
		elsewhere(func() { wantResume(t, outer, 0, 0, false) })
		if want := []string{"recovered late", "fourth", "last", "closed"}; !slices.Equal(log, want) {
			t.Errorf("%q, want %q", log, want)
		}
	})
}

// One that has suspended one further out, and ends then, makes its Resume return false, whatever ends it. On a locked thread the
// portable engine runs what is standalone.
func TestEndsAfterYieldOfOuter(t *testing.T) {
	for name, end := range map[string]func(inner *intCo){"return": func(*intCo) {}, "Close": (*intCo).Close} {
		for _, locked := range []bool{false, true} {
			chains(t, func(t *testing.T, n *nest) {
				if locked {
					runtime.LockOSThread()
					defer runtime.UnlockOSThread()
				}
				last := len(n.kinds) - 1
				co := n.start(func() {
					n.cos[0].Yield(1)
					n.cos[last].Yield(2)
					n.cos[0].Yield(3)
					end(n.cos[last])
				})
				for want := 1; want <= 3; want++ {
					wantResume(t, co, 0, want, true)
				}
				wantResume(t, co, 0, 0, false)
				if t.Failed() {
					t.Fatal(name, locked)
				}
			})
		}
	}
}

// A consumer that is fed by Push pulls what it is fed, by Pull and by iter.Pull.
func TestConsumerPulls(t *testing.T) {
	for name, pull := range map[string]func(iter.Seq[int]) (func() (int, bool), func()){"aco": func(seq iter.Seq[int]) (func() (int, bool), func()) { return aco.Pull(seq) }} {
		t.Run(name, func(t *testing.T) {
			sum := 0
			yield, stop := aco.Push(func(fed iter.Seq[int]) {
				next, stop := pull(fed)
				defer stop()
				for {
					a, _ := next()
					b, ok := next()
					if !ok {
						return
					}
					sum += a * b
				}
			})
			for i := range 200 {
				step := func() {
					if !yield(i) {
						t.Error("consumer has returned")
					}
				}
				if i%7 == 3 {
					elsewhere(step)
				} else {
					step()
				}
			}
			stop()
			want := 0
			for i := 0; i < 200; i += 2 {
				want += i * (i + 1)
			}
			if sum != want {
				t.Errorf("%d, want %d", sum, want)
			}
		})
	}
}

// within calls f in the innermost of a chain of coroutines, each of which has resumed the next.
func within(kinds []kind, f func()) {
	if len(kinds) == 0 {
		f()
		return
	}
	co := aco.New(func(*intCo, int) { within(kinds[1:], f) }, kinds[0].opt)
	co.Resume(0)
}

// A sequence's yield may be called in a coroutine that the sequence has resumed, on whatever goroutine that is. What
// yield is called with arrives, of any type, and is kept alive meanwhile.
func TestYieldOfSequence(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	chains(t, func(t *testing.T, n *nest) {
		text := func(i int) string { return fmt.Sprint("number ", i) }
		yieldsWithin(t, n.kinds, func(i int) int { return i })
		yieldsWithin(t, n.kinds, func(i int) float64 { return 1 / float64(i+1) })
		yieldsWithin(t, n.kinds, func(i int) *string { return &texts[i%len(texts)] })
		yieldsWithin(t, n.kinds, text)
		yieldsWithin(t, n.kinds, func(i int) any { return text(i) })
		yieldsWithin(t, n.kinds, func(i int) struct{} { return struct{}{} })
		yieldsWithin(t, n.kinds, func(i int) [2]string { return [2]string{text(i), text(-i)} })
		yieldsWithin(t, n.kinds, func(i int) mixed {
			return mixed{float64(i), text(i), float32(-i), nil, [1]complex64{2i}}
		})
		yieldsWithin(t, n.kinds, func(i int) floats16 { return floats16{makeFloats(i), float32(i)} })
		yieldsWithin2(t, n.kinds, func(i int) (string, string) { return text(i), text(-i) })
		yieldsWithin2(t, n.kinds, func(i int) ([3]byte, string) { return [3]byte{byte(i), 1, 2}, text(i) })
	})
}

const yielded = 24 // how many values the sequences yield, here and there

// yieldsWithin pulls a sequence. Its frame is large, so that it moves meanwhile.
func yieldsWithin[V comparable](t *testing.T, kinds []kind, value func(i int) V) {
	t.Helper()
	ended := false
	next, stop := aco.Pull(func(yield func(V) bool) {
		var large [1 << 9]int
		for i := 0; i < yielded; i++ {
			large[i] = i
			more := false
			give := func() { more = yield(value(i)) }
			if i%4 == 0 {
				give()
			} else {
				within(kinds[i%2:], give)
			}
			if !more || large[i] != i {
				t.Errorf("yield returned %v, and the frame has %d, want %d", more, large[i], i)
			}
		}
		within(kinds, func() {
			defer func() { ended = true }()
			for range 2 {
				if yield(value(yielded)) {
					t.Error("yield returned true after stop")
				}
			}
		})
		if yield(value(yielded)) {
			t.Error("yield returned true after stop")
		}
	})
	for i := range yielded + 1 {
		step := func() {
			if got, ok := next(); got != value(i) || !ok {
				t.Errorf("next() = %v, %v, want %v", got, ok, value(i))
			}
		}
		if i%3 == 1 {
			elsewhere(step)
		} else {
			step()
		}
	}
	stop()
	if got, ok := next(); ok || !ended {
		t.Errorf("after stop next() = %v, %v; has ended: %v", got, ok, ended)
	}
}

// yieldsWithin2 is yieldsWithin for pairs.
func yieldsWithin2[K, V comparable](t *testing.T, kinds []kind, value func(i int) (K, V)) {
	t.Helper()
	next, stop := aco.Pull2(func(yield func(K, V) bool) {
		for i := 0; ; i++ {
			more := false
			within(kinds[i%2:], func() { more = yield(value(i)) })
			if !more {
				return
			}
		}
	})
	for i := range yielded {
		k, v := value(i)
		if gotK, gotV, ok := next(); gotK != k || gotV != v || !ok {
			t.Errorf("next() = %v, %v, %v, want %v, %v", gotK, gotV, ok, k, v)
		}
	}
	stop()
	if k, v, ok := next(); ok {
		t.Errorf("after stop next() = %v, %v, true", k, v)
	}
}

// The next sequence may have the coroutine of one that has ended, whether that had moved or not. What it resumes is its own.
func TestYieldOfNextSequence(t *testing.T) {
	chains(t, func(t *testing.T, n *nest) {
		for life := range 6 {
			next, stop := aco.Pull(func(yield func(int) bool) {
				var large [1 << 7]int
				for i := 0; i < 8; i++ {
					large[i] = i
					co := aco.New(func(co *intCo, _ int) {
						within(n.kinds[1:], func() { yield(2 * i) })
						co.Yield(2*i + 1)
					}, n.kinds[0].opt)
					v, _ := co.Resume(0)
					yield(v + large[i] - i)
					co.Resume(0)
				}
			})
			for i := range 16 - life%2 {
				step := func() {
					if got, ok := next(); got != i || !ok {
						t.Errorf("life %d: next() = %d, %v, want %d", life, got, ok, i)
					}
				}
				if (life+i)%2 == 1 {
					elsewhere(step)
				} else {
					step()
				}
			}
			next()
			stop()
		}
	})
}

// A value that is yielded elsewhere is the only thing that leads to what it points to, until next has returned it.
func TestYieldOfSequenceKeepsAlive(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		freed := make(chan bool, 1)
		next, stop := aco.Pull(func(yield func(*block) bool) {
			within([]kind{k}, func() {
				b := &block{a: [10]int{7}}
				runtime.AddCleanup(b, func(bool) { freed <- true }, true)
				yield(b)
			})
			yield(nil)
		})
		defer stop()
		b, _ := next()
		runtime.GC()
		runtime.GC()
		if b.a[0] != 7 {
			t.Errorf("%d, want 7", b.a[0])
		}
		runtime.KeepAlive(b)
		next()
		for range 100 {
			runtime.GC()
			select {
			case <-freed:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
		t.Error("the value is still kept")
	})
}

// A coroutine that the sequence has not resumed may not call yield, and if it does, the sequence goes on as if nothing had been.
func TestYieldOfSequenceOutside(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		if aco.Engine().Name != "native" {
			t.Skip("the portable engine can't tell")
		}
		var escaped func(string) bool
		stray := func() {
			const outside = "aco: yield outside the coroutine"
			within([]kind{k}, func() { wantPanic(t, outside, func() { escaped("stray") }) })
		}
		next, stop := aco.Pull(func(yield func(string) bool) {
			escaped = yield
			elsewhere(stray)
			yield("first")
			elsewhere(stray)
			yield("second")
		})
		for _, want := range []string{"first", "second", ""} {
			if got, ok := next(); got != want || ok != (want != "") {
				t.Errorf("next() = %q, %v, want %q", got, ok, want)
			}
			if want != "" {
				stray()
			}
		}
		stop()
	})
}

// Random nests: each coroutine resumes others of any kind, to any depth, and yields as itself or as any one further out.
type digger struct {
	r     *rand.Rand
	trace strings.Builder
	kinds []aco.Option
	co    []*intCo // outermost first
	steps int
}

func (d *digger) dig(depth int) {
	held := &block{a: [10]int{depth, 1}}
	d.co = append(d.co, nil)
	body := func(co *intCo, first int) {
		d.co[depth] = co
		local := first
		p := &local
		for d.steps > 0 {
			d.steps--
			switch d.r.IntN(8) {
			case 0, 1, 2:
				i := d.r.IntN(depth + 1)
				v := d.co[i].Yield(100*depth + i)
				fmt.Fprintln(&d.trace, "at", depth, "as", i, "got", v, *p)
			case 3, 4:
				if depth < 5 {
					d.within(depth)
				}
			case 5:
				func() {
					defer func() {
						i := d.r.IntN(depth + 1)
						fmt.Fprintln(&d.trace, "deferred at", depth, "got", d.co[i].Yield(i))
						fmt.Fprintln(&d.trace, "recovered", recover())
					}()
					d.co[d.r.IntN(depth+1)].Yield(7)
					if d.r.IntN(2) == 0 {
						panic(fmt.Sprint("of ", depth))
					}
				}()
			case 6:
				*p += held.a[0] + held.a[1]
			case 7:
				if d.r.IntN(3) == 0 {
					return
				}
			}
		}
	}
	co := aco.New(body, d.kinds[d.r.IntN(len(d.kinds))])
	for i := 0; ; i++ {
		v, ok := co.Resume(i)
		fmt.Fprintln(&d.trace, depth, "yielded", v, ok)
		if !ok {
			break
		}
		if depth > 0 && d.r.IntN(3) == 0 {
			d.co[d.r.IntN(depth)].Yield(v)
		}
	}
	d.co = d.co[:depth]
}

//go:noinline
func (d *digger) within(depth int) { d.dig(depth + 1) }

// run digs with coroutines of these kinds, resuming the outermost one in several ways.
func (d *digger) run(seed uint64, kinds ...aco.Option) string {
	d.r, d.kinds, d.steps = rand.New(rand.NewPCG(seed, 1)), kinds, 60
	how := rand.New(rand.NewPCG(seed, 2))
	top := aco.New(func(co *intCo, _ int) {
		d.co = []*intCo{co}
		for d.steps > 0 {
			d.dig(1)
		}
	}, d.kinds[0])
	for i, ok := 0, true; ok; i++ {
		var v int
		step := func() { v, ok = top.Resume(i) }
		switch how.IntN(4) {
		case 0:
			step()
		case 1:
			atDepth(i*11%37, step)
		case 2:
			elsewhere(step)
		case 3:
			use(i * 13 % 90)
			step()
			runtime.GC()
		}
		fmt.Fprintln(&d.trace, "top yielded", v, ok)
	}
	return d.trace.String()
}

func TestNestsAtRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	n := uint64(40)
	if testing.Short() {
		n = 4
	}
	for i := range n {
		want := new(digger).run(seed+i, aco.Standalone(), aco.Standalone(), aco.Standalone())
		for name, kinds := range map[string][]aco.Option{
			"shared": {aco.Shared(), aco.Shared(), aco.Shared()},
			"auto":   {aco.Auto(), aco.Auto(), aco.Auto()},
			"mixed":  {aco.Shared(), aco.Standalone(), aco.Auto()},
			"other":  {aco.Standalone(), aco.Auto(), aco.Shared()},
		} {
			got := new(digger).run(seed+i, kinds...)
			if got == want {
				continue
			}
			a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
			for k := range min(len(a), len(b)) {
				if a[k] != b[k] {
					t.Fatalf("seed %d, %s, line %d: %q, standalone %q", seed+i, name, k, a[k], b[k])
				}
			}
			t.Fatalf("seed %d, %s: %d lines, standalone %d", seed+i, name, len(a), len(b))
		}
	}
}

// What a pulled sequence has resumed may call its yield from beginning to end, even if it is of a kind that moves to a goroutine of
// its own, and had better.
func TestYieldOfPulledWithin(t *testing.T) {
	const n = 1000
	within := map[string]func(yield func(int) bool){
		"Pull": func(yield func(int) bool) {
			next, stop := aco.Pull(func(more func(int) bool) {
				var wide [4096]byte // makes it one that had better move
				for i := range n {
					wide[i] = byte(i)
					if !yield(i) || !more(i) {
						return
					}
				}
				runtime.KeepAlive(&wide)
			})
			defer stop()
			for {
				if _, ok := next(); !ok {
					return
				}
			}
		},
		"New": func(yield func(int) bool) {
			co := aco.New(func(co *intCo, _ int) {
				var wide [4096]byte
				for i := range n {
					wide[i] = byte(i)
					if !yield(i) {
						return
					}
					co.Yield(i)
				}
				runtime.KeepAlive(&wide)
			}, aco.Auto())
			defer co.Close()
			for range co.All() {
			}
		},
	}
	for name, seq := range within {
		t.Run(name, func(t *testing.T) {
			for _, opt := range []aco.Option{aco.Shared(), aco.Auto()} {
				next, stop := aco.Pull(seq, opt)
				for i := range n {
					if v, ok := next(); v != i || !ok {
						t.Fatal(v, ok, "want", i)
					}
				}
				if v, ok := next(); ok {
					t.Fatal(v)
				}
				stop()
			}
		})
	}
}

// The coroutine of a sequence that has ended serves the next one, and knows its frames already. What has been suspended in them
// is to be found out again: each value is asked for by another goroutine, which is the inner coroutine's then.
func TestYieldOfPulledAgain(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // or the next sequence might find another one
	var work [2]chan func()
	done := make(chan any)
	for i := range work {
		work[i] = make(chan func())
		go func() {
			for f := range work[i] {
				done <- panicOf(f)
			}
		}()
		defer close(work[i])
	}
	turn := 0
	elsewhere := func(f func()) {
		turn++
		work[turn%2] <- f
		if r := <-done; r != nil {
			t.Fatal(r)
		}
	}
	for _, opt := range []aco.Option{aco.Shared(), aco.Auto()} {
		for range 10 {
			var inner *intCo
			next, stop := aco.Pull(func(yield func(int) bool) {
				inner = aco.New(func(co *intCo, _ int) {
					for i := range 3 {
						yield(i)
						co.Yield(i)
					}
				})
				for range 4 {
					inner.Resume(0)
				}
			}, opt)
			for i := range 3 {
				elsewhere(func() {
					if v, ok := next(); v != i || !ok {
						t.Error(v, ok, "want", i)
					}
				})
				wantStatus(t, inner, aco.Running)
			}
			elsewhere(func() {
				if v, ok := next(); ok {
					t.Error(v)
				}
			})
			stop()
		}
	}
}
