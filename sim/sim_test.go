package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/sim"
)

var background = context.Background()

// run makes a simulation, has model make its processes, runs it and closes it.
func run(t *testing.T, model func(s *sim.Sim), opts ...sim.Option) *sim.Sim {
	t.Helper()
	s := sim.New(opts...)
	model(s)
	if err := s.Run(background); err != nil {
		t.Fatal(err)
	}
	s.Close()
	return s
}

// A journal is what a model writes down; it is compared as a whole.
type journal []string

func (j *journal) add(p *sim.Proc, format string, args ...any) {
	*j = append(*j, fmt.Sprintf("%g %s ", p.Now(), p.Name())+fmt.Sprintf(format, args...))
}

func (j journal) want(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(j, lines) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(j, "\n  "), strings.Join(lines, "\n  "))
	}
}

func TestOrderOfEvents(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		for _, name := range []string{"a", "b"} {
			s.Go(name, func(p *sim.Proc) {
				j.add(p, "begins")
				p.Sleep(0)
				j.add(p, "after 0")
				p.Sleep(2)
				j.add(p, "after 2")
			})
		}
		s.At(1, func() {
			s.Go("c", func(p *sim.Proc) { j.add(p, "begins"); p.Sleep(1); j.add(p, "ends") })
		})
	})
	j.want(t, "0 a begins", "0 b begins", "0 a after 0", "0 b after 0", "1 c begins", "2 a after 2", "2 b after 2", "2 c ends")
}

func TestInterrupt(t *testing.T) {
	var j journal
	s := run(t, func(s *sim.Sim) {
		r := sim.NewResource(s, "r", 1)
		e := sim.NewEvent[int](s)
		q := sim.NewStore[int](s, "q", 0)
		c := sim.NewContainer(s, "c", 10, 0)
		g := sim.NewWaitGroup(s, "g")
		g.Add(1)
		full, fullTank := sim.NewStore[int](s, "full", 1), sim.NewContainer(s, "full tank", 1, 1)
		full.TryPut(0)
		ch := sim.NewChan[int](s, "ch", 0)
		m, n := sim.NewMutex(s, "m"), sim.NewSemaphore(s, "n", 1)
		s.Go("owner", func(p *sim.Proc) { m.Lock(p); n.Acquire(p, 1); p.Sleep(60); n.Release(1); m.Unlock(p) })
		holder := s.Go("holder", func(p *sim.Proc) { r.Acquire(p); p.Sleep(100); r.Release(p) })
		waits := map[string]func(p *sim.Proc) error{
			"sleep":   func(p *sim.Proc) error { return p.Sleep(50) },
			"forever": func(p *sim.Proc) error { return p.Sleep(math.Inf(1)) },
			"acquire": func(p *sim.Proc) error { return r.Acquire(p, sim.Patience(20)) },
			"event":   func(p *sim.Proc) error { _, err := e.Wait(p); return err },
			"get":     func(p *sim.Proc) error { _, err := q.Get(p); return err },
			"where":   func(p *sim.Proc) error { _, err := q.GetWhere(p, func(int) bool { return true }); return err },
			"amount":  func(p *sim.Proc) error { return c.Get(p, 1) },
			"join":    func(p *sim.Proc) error { return p.Join(holder) },
			"put":     func(p *sim.Proc) error { return full.Put(p, 1) },
			"fill":    func(p *sim.Proc) error { return fullTank.Put(p, 1) },
			"receive": func(p *sim.Proc) error { _, _, err := ch.Recv(p); return err },
			"lock":    func(p *sim.Proc) error { return m.Lock(p) },
			"number":  func(p *sim.Proc) error { return n.Acquire(p, 1) },
			"sending": func(p *sim.Proc) error {
				_, err := sim.Select(p, full.PutCase(1), fullTank.PutCase(1), sim.After(80))
				return err
			},
			"group": func(p *sim.Proc) error { return g.Wait(p) },
			"any":   func(p *sim.Proc) error { _, err := sim.Any(p, e, holder); return err },
			"all":   func(p *sim.Proc) error { return sim.All(p, e, holder, s.Timeout(1)) },
			"select": func(p *sim.Proc) error {
				_, err := sim.Select(p, sim.After(90), r.AcquireCase(), c.GetCase(2))
				return err
			},
			"selected": func(p *sim.Proc) error { var v int; _, err := sim.Select(p, q.GetCase(&v), e); return err },
		}
		for name, wait := range waits {
			p := s.Go(name, func(p *sim.Proc) {
				err := wait(p)
				var i *sim.Interrupted
				if !errors.As(err, &i) || i.Cause != "enough" || p.Now() != 7 {
					t.Errorf("%s: %v at %v", name, err, p.Now())
				}
				if err := p.Sleep(3); err != nil || p.Now() != 10 {
					t.Errorf("%s: %v at %v after the interrupt", name, err, p.Now())
				}
			})
			s.At(7, func() { p.Interrupt("enough") })
		}
		s.At(8, func() {
			put, get := q.Waiting()
			_, amounts := c.Waiting()
			puts, _ := full.Waiting()
			fills, _ := fullTank.Waiting()
			if n := r.Waiting() + put + get + amounts + puts + fills; n != 1 { // the last one
				t.Error(n, "are left in lines")
			}
		})
		s.Go("last", func(p *sim.Proc) { r.Acquire(p); j.add(p, "has it"); r.Release(p) })
		s.At(70, func() {
			if ch.TrySend(1) || !n.TryAcquire(1) || full.Len() != 1 || fullTank.Amount() != 1 {
				t.Error("who was interrupted has got something, or is left in a line")
			}
		})
		s.Go("sender", func(p *sim.Proc) {
			p.Sleep(71)
			s.At(72, func() { p.Interrupt(1) })
			if err := ch.Send(p, 5); err == nil || p.Now() != 72 {
				t.Error("send:", err, p.Now())
			}
			if _, ok := ch.TryRecv(); ok {
				t.Error("who was interrupted has sent")
			}
			if err := m.Lock(p); err != nil || p.Now() != 72 {
				t.Error("the mutex is left to who was interrupted")
			}
		})
	})
	j.want(t, "100 last has it")
	if s.Now() != 100 {
		t.Error("the run ended at", s.Now())
	}
}

// An interrupt that comes when the wait is over already ends the next wait, and what was waited for is not lost.
func TestInterruptTooLate(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		q := sim.NewStore[string](s, "q", 1)
		p := s.Go("p", func(p *sim.Proc) {
			v, err := q.Get(p)
			j.add(p, "%v %v", v, err)
			j.add(p, "%v", p.Sleep(5))
			j.add(p, "%v", p.Sleep(5))
			j.add(p, "%v", p.Sleep(5))
		})
		early := s.Go("early", func(p *sim.Proc) { j.add(p, "%v", p.Sleep(1)) })
		early.Interrupt("before it begins")
		s.At(3, func() {
			q.TryPut("thing")
			p.Interrupt("one")
			p.Interrupt("two")
		})
		s.At(100, func() { p.Interrupt("it has ended") })
	})
	j.want(t, "0 early sim: interrupted: before it begins", "3 p thing <nil>", "3 p sim: interrupted: one", "3 p sim: interrupted: two", "8 p <nil>")
}

func TestPreempt(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		r := sim.NewResource(s, "r", 2)
		use := func(name string, at, d float64, opts ...sim.AcquireOption) {
			s.Go(name, func(p *sim.Proc) {
				p.Sleep(at)
				if err := r.Acquire(p, opts...); err != nil {
					j.add(p, "%v", err)
					return
				}
				j.add(p, "has it")
				defer r.Release(p)
				if err := p.Sleep(d); err != nil {
					var by *sim.Preempted
					j.add(p, "%v, since %v", err, errors.As(err, &by) && by.Resource == r && by.Since == p.Now()-(p.Now()-at))
					return
				}
				j.add(p, "is done")
			})
		}
		use("a", 0, 10, sim.Priority(2))
		use("b", 1, 10, sim.Priority(2))
		use("c", 2, 4, sim.Priority(1), sim.Preempt())                  // takes b's, which is the later one
		use("d", 3, 4, sim.Priority(2), sim.Preempt())                  // equal to a: waits until c is done
		use("e", 3, 4, sim.Priority(3), sim.Preempt(), sim.Patience(1)) // waits, and gives up
		use("f", 5, 4, sim.Priority(0))                                 // waits before d
	})
	j.want(t, "0 a has it", "1 b has it", "2 c has it", "2 b sim: interrupted: c took resource r, since true", "4 e sim: patience has ended",
		"6 c is done", "6 f has it", "10 a is done", "10 f is done", "10 d has it", "14 d is done")
}

// Who loses a unit and gets another one releases that.
func TestPreemptedAcquiresAgain(t *testing.T) {
	var r *sim.Resource
	run(t, func(s *sim.Sim) {
		r = sim.NewResource(s, "r", 1)
		s.Go("victim", func(p *sim.Proc) {
			r.Acquire(p, sim.Priority(5))
			if p.Sleep(10) == nil || r.Holds(p) {
				t.Error("not preempted")
			}
			r.Acquire(p, sim.Priority(5))
			if !r.Holds(p) || p.Now() != 3 {
				t.Error("does not hold it again", p.Now())
			}
			r.Release(p)
			expect(t, "sim: release of resource r, which victim does not hold", func() { r.Release(p) })
		})
		s.Go("p", func(p *sim.Proc) { p.Sleep(1); r.Acquire(p, sim.Preempt()); p.Sleep(2); r.Release(p) })
	})
	if r.Free() != 1 {
		t.Error(r.Free(), "free")
	}
}

func TestEvents(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		e, f := sim.NewEvent[int](s), sim.NewEvent[string](s).Named("f")
		s.Go("wait", func(p *sim.Proc) {
			v, err := e.Wait(p)
			j.add(p, "%v %v", v, err)
			_, err = f.Wait(p)
			j.add(p, "%v", err)
			v, err = e.Wait(p)
			j.add(p, "again %v %v", v, err)
		})
		s.Go("any", func(p *sim.Proc) {
			i, err := sim.Any(p, f, e, s.Timeout(1.5))
			j.add(p, "%v %v", i, err)
			i, err = sim.Any(p, f, e, s.Timeout(5))
			j.add(p, "%v %v", i, err)
		})
		s.Go("all", func(p *sim.Proc) { j.add(p, "%v", sim.All(p, e, e, s.Timeout(1))) })
		s.Go("all that fail", func(p *sim.Proc) { j.add(p, "%v", sim.All(p, e, f, s.Timeout(100))) })
		s.At(1, func() { e.Trigger(5) })
		s.At(2, func() { f.Fail(errors.New("failed")) })
		s.Go("late", func(p *sim.Proc) {
			p.Sleep(3)
			j.add(p, "%v %v %v", sim.All(p, e), sim.All(p, f), sim.All(p))
		})
	})
	j.want(t, "1 wait 5 <nil>", "1 any 1 <nil>", "1 any 1 <nil>", "1 all <nil>", "2 all that fail failed", "2 wait failed", "2 wait again 5 <nil>",
		"3 late <nil> failed <nil>")
}

func TestSelect(t *testing.T) {
	var j journal
	var r *sim.Resource
	run(t, func(s *sim.Sim) {
		r = sim.NewResource(s, "r", 1)
		q, full := sim.NewStore[int](s, "q", 1), sim.NewStore[int](s, "full", 1)
		full.TryPut(1)
		c := sim.NewContainer(s, "c", 10, 0)
		ch := sim.NewChan[string](s, "ch", 0)
		s.Go("holder", func(p *sim.Proc) { r.Acquire(p); p.Sleep(3); r.Release(p) })
		s.Go("p", func(p *sim.Proc) {
			for range 7 {
				var v int
				var text string
				var ok bool
				i, err := sim.Select(p, q.GetCase(&v), r.AcquireCase(), c.GetCase(3), ch.RecvCase(&text, &ok), full.PutCase(2), sim.After(10))
				j.add(p, "%d %v %v %q %v", i, err, v, text, ok)
				if i == 1 {
					r.Release(p)
					p.Sleep(0.5)
					r.TryAcquire(p)
				}
			}
		})
		s.Go("q", func(p *sim.Proc) {
			p.Sleep(1)
			q.Put(p, 8)
			p.Sleep(3)
			c.Put(p, 4)
			p.Sleep(1)
			ch.Send(p, "hello")
			p.Sleep(1)
			ch.Close()
		})
	})
	j.want(t, `1 p 0 <nil> 8 "" false`, `3 p 1 <nil> 0 "" false`, `4 p 2 <nil> 0 "" false`, `5 p 3 <nil> 0 "hello" true`,
		`6 p 3 <nil> 0 "" false`, `6 p 3 <nil> 0 "" false`, `6 p 3 <nil> 0 "" false`)
	if r.Waiting() != 0 {
		t.Error("a trace is left")
	}
}

func TestStore(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		q := sim.NewStore[int](s, "q", 2)
		even := func(v int) bool { return v%2 == 0 }
		s.Go("even", func(p *sim.Proc) { v, _ := q.GetWhere(p, even); j.add(p, "%d", v) })
		s.Go("first", func(p *sim.Proc) {
			p.Sleep(4)
			for range 3 {
				v, _ := q.Get(p)
				j.add(p, "%d", v)
			}
		})
		s.Go("put", func(p *sim.Proc) {
			for _, v := range []int{1, 3, 5, 6} {
				p.Sleep(1)
				q.Put(p, v)
				j.add(p, "%d %v", v, q.Items())
			}
		})
		least := sim.NewPriorityStore(s, "least", math.MaxInt, func(a, b string) bool { return len(a) < len(b) })
		s.At(50, func() {
			for _, v := range []string{"ccc", "a", "bb", "b", "dddd", "c"} {
				least.TryPut(v)
			}
			if got := fmt.Sprint(least.Items()); got != "[a b c bb ccc dddd]" {
				t.Error(got)
			}
		})
	})
	j.want(t, "1 put 1 [1]", "2 put 3 [1 3]", "4 first 1", "4 first 3", "4 first 5", "4 put 5 []", "5 put 6 []", "5 even 6")
}

func TestContainerAndSemaphore(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		c := sim.NewContainer(s, "c", 10, 2)
		for _, x := range []float64{5, 1} { // the second one could go on, and waits behind the first one
			s.Go(fmt.Sprint("get ", x), func(p *sim.Proc) { c.Get(p, x); j.add(p, "%v left", c.Amount()) })
		}
		s.Go("put", func(p *sim.Proc) { p.Sleep(1); c.Put(p, 8); c.Put(p, 6); j.add(p, "%v", c.Amount()) })
		m := sim.NewSemaphore(s, "m", 3)
		s.Go("m", func(p *sim.Proc) {
			m.Acquire(p, 2)
			s.At(2, func() { m.Release(2) })
			m.Acquire(p, 3)
			j.add(p, "%d", m.Value())
		})
	})
	j.want(t, "1 put 10", "1 get 5 10 left", "1 get 1 10 left", "2 m 0")
}

func TestMutexWaitGroupChan(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		m, g, c := sim.NewMutex(s, "m"), sim.NewWaitGroup(s, "g"), sim.NewChan[int](s, "c", 1)
		for i := range 2 {
			g.Add(1)
			s.Go(fmt.Sprint(i), func(p *sim.Proc) {
				defer g.Done()
				m.Lock(p)
				defer m.Unlock(p)
				p.Sleep(2)
				c.Send(p, i)
			})
		}
		s.Go("recv", func(p *sim.Proc) {
			for v, ok, err := c.Recv(p); ok && err == nil; v, ok, err = c.Recv(p) {
				j.add(p, "%d", v)
			}
			j.add(p, "closed")
		})
		s.Go("close", func(p *sim.Proc) { g.Wait(p); j.add(p, "closes"); c.Close(); g.Wait(p) })
	})
	j.want(t, "2 recv 0", "4 recv 1", "4 close closes", "4 recv closed")
}

func TestExit(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		deep := func(p *sim.Proc) {
			defer func() {
				if r := recover(); r != nil {
					j.add(p, "recovers %v", r)
				}
				j.add(p, "defers")
			}()
			p.Exit()
		}
		a := s.Go("a", func(p *sim.Proc) { p.Sleep(1); deep(p); j.add(p, "goes on") })
		b := s.Go("b", func(p *sim.Proc) { p.Sleep(2); defer p.Sleep(1); runtime.Goexit() })
		s.Go("join", func(p *sim.Proc) { p.Join(a); j.add(p, "a has ended"); p.Join(b); j.add(p, "b has ended %v", b.Done()) })
	})
	j.want(t, "1 a defers", "1 join a has ended", "3 join b has ended true")
}

// Many Goexits leave nothing behind that breaks what comes later.
func TestManyExits(t *testing.T) {
	n := 0
	before := runtime.NumGoroutine()
	s := sim.New()
	s.Go("source", func(p *sim.Proc) {
		for i := range 2000 {
			s.Go("x", func(p *sim.Proc) {
				defer func() { n++ }()
				p.Sleep(float64(i % 7))
				if i%3 == 0 {
					p.Exit()
				}
			})
			p.Sleep(0.5)
		}
	})
	s.Run(background)
	s.Close()
	for range 100 {
		runtime.Gosched()
	}
	if n != 2000 || runtime.NumGoroutine() > before+5 {
		t.Error(n, "ended,", runtime.NumGoroutine()-before, "goroutines more")
	}
}

//go:noinline
func fails(p *sim.Proc) { p.Sleep(2); panic("boom") }

func TestPanic(t *testing.T) {
	s := sim.New()
	s.Go("bad one", fails)
	n := 0
	s.Go("good one", func(p *sim.Proc) { p.Sleep(3); n++ })
	func() {
		defer func() {
			e, _ := recover().(*sim.Panic)
			if e == nil || e.Value != "boom" || e.Process != "bad one" || e.Time != 2 {
				t.Fatal(e)
			}
			for _, part := range []string{`sim: process "bad one" panicked at 2: boom`, "sim_test.fails", "sim_test.go"} {
				if !strings.Contains(e.Error(), part) {
					t.Errorf("no %q in %s", part, e)
				}
			}
		}()
		s.Run(background)
	}()
	if err := s.Run(background); err != nil || n != 1 {
		t.Error("the run does not go on", err, n)
	}
	s.Close()
}

func TestStopContextAndRunUntil(t *testing.T) {
	s := sim.New()
	n := 0
	s.Go("clock", func(p *sim.Proc) {
		for p.Sleep(1) == nil {
			n++
			if n == 5 {
				s.Stop()
			}
		}
	})
	if err := s.Run(background); err != nil || s.Now() != 5 {
		t.Error(err, s.Now())
	}
	if err := s.RunUntil(background, 8); err != nil || s.Now() != 8 || n != 7 { // what happens at 8 does not happen yet
		t.Error(err, s.Now(), n)
	}
	ctx, cancel := context.WithCancel(background)
	s.At(10.5, cancel)
	if err := s.Run(ctx); err != context.Canceled || s.Now() < 10.5 {
		t.Error(err, s.Now())
	}
	if err := s.Run(ctx); err != context.Canceled {
		t.Error(err)
	}
	n = 100 // at which event the cancelled run has stopped, nobody knows: from the half between two on, it is ten
	if err := s.RunUntil(background, math.Floor(s.Now())+10.5); err != nil || n != 110 {
		t.Error(err, n)
	}
	if !s.Step() || n != 111 {
		t.Error(n)
	}
	s.Close()
	if b := s.Blocked(); len(b) != 0 {
		t.Error(b)
	}
}

func TestBlocked(t *testing.T) {
	s := sim.New()
	defer s.Close()
	r := sim.NewResource(s, "tool", 1)
	s.Go("holder", func(p *sim.Proc) { r.Acquire(p); p.Sleep(math.Inf(1)) })
	s.Go("waiter", func(p *sim.Proc) { p.Sleep(4); r.Acquire(p) })
	s.Go("chooser", func(p *sim.Proc) { sim.Select(p, r.AcquireCase(), sim.NewEvent[int](s).Named("e"), sim.After(1e9)) })
	s.RunUntil(background, 100)
	got := ""
	for _, w := range s.Blocked() {
		got += fmt.Sprintf("%s: %s since %v\n", w.Process.Name(), w.On, w.Since)
		if aco.Engine().Name == "native" && !strings.Contains(w.String(), "sim_test.go:") {
			t.Error("no place in", w)
		}
	}
	if want := "holder: time since 0\nwaiter: resource tool since 4\nchooser: resource tool, event e, time since 0\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

// expect calls f, which is to panic with what begins with message.
func expect(t *testing.T, message string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		r := recover()
		if p, ok := r.(*sim.Panic); ok {
			r = p.Value
		}
		if !strings.HasPrefix(fmt.Sprint(r), message) {
			t.Errorf("panic %v, want %s...", r, message)
		}
	}()
	f()
}

func TestMisuse(t *testing.T) {
	other := sim.New()
	foreign := sim.NewResource(other, "foreign", 1)
	nan := math.NaN()
	inside := map[string]struct {
		message string
		f       func(p, q *sim.Proc)
	}{
		"negative":         {"sim: negative or NaN delay", func(p, q *sim.Proc) { p.Sleep(-1) }},
		"NaN":              {"sim: negative or NaN delay", func(p, q *sim.Proc) { p.Sleep(nan) }},
		"patience":         {"sim: negative or NaN delay", func(p, q *sim.Proc) { sim.Patience(nan) }},
		"timeout":          {"sim: negative or NaN delay", func(p, q *sim.Proc) { p.Sim().Timeout(-1) }},
		"after":            {"sim: negative or NaN delay", func(p, q *sim.Proc) { sim.After(-1) }},
		"at":               {"sim: At with a time that has passed", func(p, q *sim.Proc) { p.Sim().At(-1, func() {}) }},
		"another's sleep":  {"sim: wait outside its process", func(p, q *sim.Proc) { q.Sleep(1) }},
		"another's wait":   {"sim: wait outside its process", func(p, q *sim.Proc) { sim.NewResource(p.Sim(), "", 1).Acquire(q) }},
		"another's exit":   {"sim: wait outside its process", func(p, q *sim.Proc) { q.Exit() }},
		"foreign":          {"sim: wait on another simulation's object", func(p, q *sim.Proc) { foreign.Acquire(p) }},
		"foreign event":    {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewEvent[int](other).Wait(p) }},
		"foreign store":    {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewStore[int](other, "", 1).Put(p, 1) }},
		"foreign chan":     {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewChan[int](other, "", 1).Recv(p) }},
		"foreign amount":   {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewContainer(other, "", 1, 1).Get(p, 1) }},
		"foreign group":    {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewWaitGroup(other, "").Wait(p) }},
		"foreign case":     {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.Select(p, foreign.AcquireCase()) }},
		"foreign all":      {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.All(p, other.Timeout(1)) }},
		"foreign mutex":    {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewMutex(other, "").Lock(p) }},
		"foreign number":   {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.NewSemaphore(other, "", 1).Acquire(p, 1) }},
		"foreign process":  {"sim: wait on another simulation's object", func(p, q *sim.Proc) { p.Join(other.Go("", func(*sim.Proc) {})) }},
		"foreign any":      {"sim: wait on another simulation's object", func(p, q *sim.Proc) { sim.Any(p, other.Timeout(1)) }},
		"run until in run": {"sim: Run within a Run", func(p, q *sim.Proc) { p.Sim().RunUntil(background, 100) }},
		"release":          {"sim: release of resource r, which p does not hold", func(p, q *sim.Proc) { sim.NewResource(p.Sim(), "r", 1).Release(p) }},
		"unlock":           {"sim: release of mutex m, which p does not hold", func(p, q *sim.Proc) { sim.NewMutex(p.Sim(), "m").Unlock(p) }},
		"lock twice":       {"sim: lock of a mutex", func(p, q *sim.Proc) { m := sim.NewMutex(p.Sim(), ""); m.Lock(p); m.Lock(p) }},
		"semaphore":        {"sim: semaphore released more", func(p, q *sim.Proc) { sim.NewSemaphore(p.Sim(), "", 1).Release(1) }},
		"group":            {"sim: negative count", func(p, q *sim.Proc) { sim.NewWaitGroup(p.Sim(), "").Done() }},
		"run in run":       {"sim: Run within a Run", func(p, q *sim.Proc) { p.Sim().Run(background) }},
		"step in run":      {"sim: Run within a Run", func(p, q *sim.Proc) { p.Sim().Step() }},
		"close in run":     {"sim: Close within a Run", func(p, q *sim.Proc) { p.Sim().Close() }},
		"join oneself":     {"sim: a process joins itself", func(p, q *sim.Proc) { p.Join(p) }},
		"interrupt":        {"sim: a process interrupts itself", func(p, q *sim.Proc) { p.Interrupt(nil) }},
		"no case":          {"sim: Select without a case", func(p, q *sim.Proc) { sim.Select(p) }},
		"no signal":        {"sim: Select without a case", func(p, q *sim.Proc) { sim.Any(p) }},
		"patient case":     {"sim: Patience in a Select", func(p, q *sim.Proc) { sim.NewResource(p.Sim(), "", 1).AcquireCase(sim.Patience(1)) }},
		"twice":            {"sim: event happens twice", func(p, q *sim.Proc) { e := sim.NewEvent[int](p.Sim()); e.Trigger(1); e.Trigger(1) }},
		"nil error":        {"sim: nil error", func(p, q *sim.Proc) { sim.NewEvent[int](p.Sim()).Fail(nil) }},
		"too much":         {"sim: amount that is", func(p, q *sim.Proc) { sim.NewContainer(p.Sim(), "", 1, 1).Get(p, 2) }},
		"NaN amount":       {"sim: amount that is", func(p, q *sim.Proc) { sim.NewContainer(p.Sim(), "", 1, 1).Put(p, nan) }},
		"container":        {"sim: capacity or amount", func(p, q *sim.Proc) { sim.NewContainer(p.Sim(), "", 1, 2) }},
		"resource":         {"sim: capacity of a resource", func(p, q *sim.Proc) { sim.NewResource(p.Sim(), "", 0) }},
		"store":            {"sim: negative capacity", func(p, q *sim.Proc) { sim.NewStore[int](p.Sim(), "", -1) }},
		"closed": {"sim: send on closed channel", func(p, q *sim.Proc) {
			c := sim.NewChan[int](p.Sim(), "", 1)
			c.Close()
			c.Send(p, 1)
		}},
		"closed while it waits": {"sim: send on closed channel", func(p, q *sim.Proc) {
			c := sim.NewChan[int](p.Sim(), "", 0)
			p.Sim().At(p.Now(), c.Close)
			c.Send(p, 1)
		}},
		"closed while it is a case": {"sim: send on closed channel", func(p, q *sim.Proc) {
			c := sim.NewChan[int](p.Sim(), "", 0)
			p.Sim().At(p.Now(), c.Close)
			sim.Select(p, c.SendCase(1), sim.After(1))
		}},
		"a case of a closed one": {"sim: send on closed channel", func(p, q *sim.Proc) {
			c := sim.NewChan[int](p.Sim(), "", 1)
			c.Close()
			sim.Select(p, c.SendCase(1))
		}},
		"close twice": {"sim: close of closed channel", func(p, q *sim.Proc) { c := sim.NewChan[int](p.Sim(), "", 0); c.Close(); c.Close() }},
		"nil body":    {"sim: nil body", func(p, q *sim.Proc) { p.Sim().Go("", nil) }},
		"nil post":    {"sim: nil function", func(p, q *sim.Proc) { p.Sim().Post(nil) }},
		"factor":      {"sim: factor of the real time", func(p, q *sim.Proc) { sim.RealTime(0) }},
	}
	for name, m := range inside {
		t.Run(name, func(t *testing.T) {
			s := sim.New()
			defer s.Close()
			after := 0
			q := s.Go("q", func(q *sim.Proc) { q.Sleep(5); after++ })
			s.Go("p", func(p *sim.Proc) {
				p.Sleep(1)
				expect(t, m.message, func() { m.f(p, q) })
				p.Sleep(1) // it may recover, and go on
				after++
			})
			if err := s.Run(background); err != nil || after != 2 {
				t.Error(err, after)
			}
		})
	}
	s := sim.New()
	p := s.Go("p", func(p *sim.Proc) {})
	expect(t, "sim: wait outside its process", func() { p.Sleep(1) })
	r, e, q, c := sim.NewResource(s, "r", 1), sim.NewEvent[int](s), sim.NewStore[int](s, "q", 0), sim.NewContainer(s, "c", 1, 0)
	for _, p := range []*sim.Proc{p, nil} { // nil is what has no process
		for name, wait := range map[string]func(){
			"sleep": func() { p.Sleep(1) }, "exit": func() { p.Exit() }, "join": func() { p.Join(s.Go("", func(*sim.Proc) {})) },
			"acquire": func() { r.Acquire(p) }, "try": func() { r.TryAcquire(p) }, "event": func() { e.Wait(p) },
			"put": func() { q.Put(p, 1) }, "get": func() { q.Get(p) }, "amount": func() { c.Get(p, 1) },
			"lock": func() { sim.NewMutex(s, "").Lock(p) }, "group": func() { sim.NewWaitGroup(s, "").Wait(p) },
			"send": func() { sim.NewChan[int](s, "", 1).Send(p, 1) }, "receive": func() { sim.NewChan[int](s, "", 1).Recv(p) },
			"select": func() { sim.Select(p, sim.After(1)) }, "any": func() { sim.Any(p, e) }, "all": func() { sim.All(p, e) },
		} {
			t.Run("outside/"+name, func(t *testing.T) { expect(t, "sim: wait outside its process", wait) })
		}
	}
	if r.Free() != 1 || q.Len() != 0 {
		t.Error("what waits outside leaves a trace")
	}
	expect(t, "sim: RunUntil a time that has passed", func() { s.RunUntil(background, -1) })
	s.At(0, func() { p.Sleep(1) })
	expect(t, "sim: wait outside its process", func() { s.Run(background) })
	s.Close()
	expect(t, "sim: Run of a simulation that is closed", func() { s.Run(background) })
	expect(t, "sim: Go in a simulation that is closed", func() { s.Go("", func(*sim.Proc) {}) })
}

func TestClose(t *testing.T) {
	var ended []string
	s := sim.New()
	s.Go("never begins", func(p *sim.Proc) { t.Error("it begins") })
	s.Close()
	s = sim.New()
	r := sim.NewResource(s, "r", 1)
	for _, name := range []string{"a", "b"} {
		s.Go(name, func(p *sim.Proc) {
			defer func() { ended = append(ended, name) }()
			r.Acquire(p)
			defer r.Release(p)
			p.Sleep(100)
		})
	}
	s.RunUntil(background, 10)
	s.Close()
	s.Close()
	slices.Sort(ended)
	if !slices.Equal(ended, []string{"a", "b"}) {
		t.Error(ended)
	}
}

func TestKindsOfCoroutines(t *testing.T) {
	before := math.MaxInt / 2
	for i, kind := range []aco.Option{aco.Shared(), aco.Standalone(), aco.Auto(), aco.Standalone(), aco.Auto()} {
		n := 0
		s := sim.New(sim.Coroutines(kind))
		for range 100 {
			s.Go("p", func(p *sim.Proc) {
				for range 10 {
					p.Sleep(p.Sim().Rand().Float64())
				}
				n++
				p.Sleep(math.Inf(1))
			})
		}
		s.Run(background)
		s.Close()
		for i := 0; i < 1000 && runtime.NumGoroutine() > before+50; i++ {
			runtime.Gosched()
		}
		if i == 2 {
			before = runtime.NumGoroutine() // aco keeps some for later ones
		}
		if n != 100 || runtime.NumGoroutine() > before+50 {
			t.Error(n, runtime.NumGoroutine()-before, "goroutines more")
		}
	}
}

func TestAllocations(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Skip("the portable engine allocates")
	}
	s := sim.New()
	defer s.Close()
	r := sim.NewResource(s, "r", 1)
	q, empty := sim.NewStore[int](s, "q", 10), sim.NewStore[int](s, "empty", 0)
	c := sim.NewContainer(s, "c", 10, 5)
	loop := func(f func(p *sim.Proc)) {
		s.Go("p", func(p *sim.Proc) {
			for {
				f(p)
				p.Sleep(1)
			}
		})
	}
	loop(func(p *sim.Proc) { r.Acquire(p); r.Release(p) })
	loop(func(p *sim.Proc) { r.Acquire(p, sim.Priority(1), sim.Patience(4)); p.Sleep(0.1); r.Release(p) })
	loop(func(p *sim.Proc) { q.Put(p, 1); q.Get(p) })
	loop(func(p *sim.Proc) { c.Put(p, 1); c.Get(p, 1) })
	loop(func(p *sim.Proc) { empty.Put(p, 1) })
	loop(func(p *sim.Proc) { empty.Get(p) })
	s.RunUntil(background, 100)
	if n := testing.AllocsPerRun(1000, func() { s.Step() }); n != 0 {
		t.Error(n, "allocations an event")
	}
}

// What has been taken back, such as a patience that was not needed, is not kept until its time comes.
func TestPatienceIsForgotten(t *testing.T) {
	s := sim.New()
	defer s.Close()
	r := sim.NewResource(s, "r", 1)
	for range 2 {
		s.Go("p", func(p *sim.Proc) {
			for range 100_000 {
				r.Acquire(p, sim.Patience(1e9))
				p.Sleep(1)
				r.Release(p)
			}
		})
	}
	s.RunUntil(background, 150_000)
	if n := sim.QueueLen(s); n > 200 {
		t.Error(n, "entries in the queue")
	}
}

// A process that has ended, and holds a unit, can be preempted, and nothing comes of that.
func TestPreemptTheDead(t *testing.T) {
	got := false
	run(t, func(s *sim.Sim) {
		r := sim.NewResource(s, "r", 1)
		s.Go("dead", func(p *sim.Proc) { r.Acquire(p, sim.Priority(5)) })
		s.Go("p", func(p *sim.Proc) {
			p.Sleep(1)
			got = r.Acquire(p, sim.Preempt()) == nil
			r.Release(p)
		})
	})
	if !got {
		t.Error("not got")
	}
}

// A preempted process that waits in a Select, for another resource, or has been woken but not gone on yet, learns of it once, and loses nothing else.
func TestPreemptWhereverItWaits(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		r, other := sim.NewResource(s, "r", 1), sim.NewResource(s, "other", 1)
		q := sim.NewStore[int](s, "q", 1)
		s.Go("blocker", func(p *sim.Proc) { other.Acquire(p); p.Sleep(20); other.Release(p) })
		s.Go("victim", func(p *sim.Proc) {
			r.Acquire(p, sim.Priority(9))
			var v int
			i, err := sim.Select(p, other.AcquireCase(), q.GetCase(&v), sim.After(100))
			j.add(p, "%d %v", i, err)
			r.Release(p)
			r.Acquire(p, sim.Priority(9))
			i, err = sim.Select(p, other.AcquireCase(), q.GetCase(&v))
			j.add(p, "%d %v %d", i, err, v)
			j.add(p, "%v", p.Sleep(1))
			r.Release(p)
			j.add(p, "%v", other.Acquire(p))
			other.Release(p)
		})
		s.Go("p", func(p *sim.Proc) {
			p.Sleep(1)
			r.Acquire(p, sim.Preempt())
			p.Sleep(1)
			r.Release(p)
			p.Sleep(1)
			q.TryPut(7) // wakes the victim, and then it is preempted
			r.Acquire(p, sim.Preempt())
			r.Release(p)
		})
	})
	j.want(t, "1 victim -1 sim: interrupted: p took resource r", "3 victim 1 <nil> 7", "3 victim sim: interrupted: p took resource r", "20 victim <nil>")
}

// A deferred function that waits, while its process exits or is closed, ends there; the others run.
func TestWaitsInDeferredFunctions(t *testing.T) {
	ran := 0
	for _, exit := range []bool{true, false} {
		s := sim.New()
		s.Go("p", func(p *sim.Proc) {
			defer func() { ran++ }()
			defer func() { p.Sleep(1); t.Error("it goes on") }()
			defer func() { recover() }()
			if exit {
				p.Sleep(1)
				p.Exit()
			}
			p.Sleep(math.Inf(1))
		})
		s.Run(background)
		s.Close()
	}
	if ran != 2 {
		t.Error(ran, "ran")
	}
}
