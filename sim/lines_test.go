package sim_test

import (
	"fmt"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/sim"
)

// A ticket is the place of a process that waits, as the test keeps it: by its rank, and then by when it came.
type ticket struct {
	p       *sim.Proc
	rank    int
	number  int
	waiting bool
}

// Whatever is shared, those who wait are served first come, first served within a priority, although some of them lose patience or
// are interrupted. Who is served is told before anything else happens: the order is that in which they go on.
func TestFirstComeFirstServed(t *testing.T) {
	type line struct {
		wait  func(p *sim.Proc, rank int) error
		serve func() // lets at most one go on
	}
	// Each way begins with nothing to get, and serve makes one thing there is.
	ways := map[string]func(s *sim.Sim) line{
		"resource": func(s *sim.Sim) line {
			r := sim.NewResource(s, "r", 1)
			var holder *sim.Proc
			return line{func(p *sim.Proc, rank int) error {
				opts := []sim.AcquireOption{sim.Priority(rank)}
				if p.Sim().Rand().IntN(4) == 0 {
					opts = append(opts, sim.Patience(3*p.Sim().Rand().Float64()))
				}
				err := r.Acquire(p, opts...)
				if err == nil {
					holder = p
				}
				return err
			}, func() {
				if holder != nil {
					h := holder
					holder = nil
					r.Release(h)
				}
			}}
		},
		"mutex": func(s *sim.Sim) line {
			m := sim.NewMutex(s, "m")
			var holder *sim.Proc
			return line{func(p *sim.Proc, _ int) error {
				err := m.Lock(p)
				if err == nil {
					holder = p
				}
				return err
			}, func() {
				if holder != nil {
					h := holder
					holder = nil
					m.Unlock(h)
				}
			}}
		},
		"semaphore": func(s *sim.Sim) line {
			m := sim.NewSemaphore(s, "m", 1)
			m.TryAcquire(1)
			return line{func(p *sim.Proc, _ int) error { return m.Acquire(p, 1) }, func() {
				if m.Value() == 0 {
					m.Release(1)
				}
			}}
		},
		"container, get": func(s *sim.Sim) line {
			c := sim.NewContainer(s, "c", 10, 0)
			return line{func(p *sim.Proc, _ int) error { return c.Get(p, 1) }, func() { c.TryPut(1) }}
		},
		"container, put": func(s *sim.Sim) line {
			c := sim.NewContainer(s, "c", 2, 2)
			return line{func(p *sim.Proc, _ int) error { return c.Put(p, 1) }, func() { c.TryGet(1) }}
		},
		"store, get": func(s *sim.Sim) line {
			q := sim.NewStore[int](s, "q", 10)
			return line{func(p *sim.Proc, _ int) error { _, err := q.Get(p); return err }, func() { q.TryPut(1) }}
		},
		"store, put": func(s *sim.Sim) line {
			q := sim.NewStore[int](s, "q", 1)
			q.TryPut(0)
			return line{func(p *sim.Proc, _ int) error { return q.Put(p, 1) }, func() { q.TryGet() }}
		},
		"channel, receive": func(s *sim.Sim) line {
			c := sim.NewChan[int](s, "c", 1)
			return line{func(p *sim.Proc, _ int) error { _, _, err := c.Recv(p); return err }, func() { c.TrySend(1) }}
		},
		"channel, send": func(s *sim.Sim) line {
			c := sim.NewChan[int](s, "c", 0)
			return line{func(p *sim.Proc, _ int) error { return c.Send(p, 1) }, func() { c.TryRecv() }}
		},
		"select": func(s *sim.Sim) line {
			q := sim.NewStore[int](s, "q", 10)
			return line{func(p *sim.Proc, _ int) error {
				var v int
				_, err := sim.Select(p, q.GetCase(&v), sim.NewEvent[int](s))
				return err
			}, func() { q.TryPut(1) }}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			served, given := 0, 0
			for seed := range uint64(20) {
				s := sim.New(sim.Seed(seed))
				l := way(s)
				var tickets []*ticket
				for i := range 40 {
					p := s.Go(fmt.Sprint(i), func(p *sim.Proc) {
						p.Sleep(10 * s.Rand().Float64())
						k := &ticket{p: p, number: len(tickets), waiting: true}
						if name == "resource" {
							k.rank = s.Rand().IntN(3)
						}
						tickets = append(tickets, k)
						err := l.wait(p, k.rank)
						k.waiting = false
						if err != nil {
							given++
							return
						}
						served++
						for _, o := range tickets {
							if o.waiting && (o.rank < k.rank || o.rank == k.rank && o.number < k.number) {
								t.Errorf("seed %d, at %v: %d, of rank %d, is served before %d, of rank %d", seed, s.Now(), k.number, k.rank, o.number, o.rank)
							}
						}
					})
					if i%5 == 0 {
						s.At(1+12*s.Rand().Float64(), func() {
							if !p.Done() {
								p.Interrupt("enough")
							}
						})
					}
				}
				s.Go("server", func(p *sim.Proc) {
					for range 200 {
						p.Sleep(s.Rand().Float64())
						l.serve()
					}
				})
				s.Run(background)
				if n := len(s.Blocked()); n != 0 {
					t.Errorf("seed %d: %d wait at the end", seed, n)
				}
				s.Close()
			}
			if served < 500 || given < 20 {
				t.Errorf("only %d were served, and %d interrupted", served, given)
			}
		})
	}
}

// Select does what each kind of case says, also those of which a case that came true first is not the first one.
func TestSelectEachKind(t *testing.T) {
	var j journal
	run(t, func(s *sim.Sim) {
		nothing := sim.NewEvent[int](s)
		full := sim.NewStore[int](s, "full", 1)
		full.TryPut(1)
		tank := sim.NewContainer(s, "tank", 5, 5)
		sent := sim.NewChan[int](s, "sent", 0)
		got := sim.NewStore[int](s, "got", 5)
		r := sim.NewResource(s, "r", 1)
		event := sim.NewEvent[string](s)
		other := s.Go("other", func(p *sim.Proc) { p.Sleep(6) })
		low := s.Go("low", func(p *sim.Proc) {
			p.Sleep(6)
			r.Acquire(p, sim.Priority(5))
			j.add(p, "%v", p.Sleep(90))
			r.Release(p)
		})
		s.Go("p", func(p *sim.Proc) {
			var v int
			for _, c := range []sim.Case{full.PutCase(2), tank.PutCase(2), sent.SendCase(3),
				got.GetWhereCase(&v, func(v int) bool { return v > 5 }), event, other} {
				i, err := sim.Select(p, nothing, c, sim.After(50))
				j.add(p, "%d %v %d", i, err, v)
			}
			p.Sleep(1)
			i, err := sim.Select(p, nothing, r.AcquireCase(sim.Priority(1), sim.Preempt()))
			j.add(p, "%d %v", i, err)
			r.Release(p)
			failed := sim.NewEvent[int](s)
			s.At(8, func() { failed.Fail(fmt.Errorf("failed")) })
			i, err = sim.Select(p, nothing, failed)
			j.add(p, "%d %v", i, err)
			i, err = sim.Select(p, nothing, sim.After(1), full.PutCase(9), sim.After(3))
			j.add(p, "%d %v", i, err)
		})
		s.At(1, func() { full.TryGet() })
		s.At(2, func() { tank.TryGet(3) })
		s.At(3, func() { v, ok := sent.TryRecv(); t.Log(v, ok) })
		s.At(4, func() { got.TryPut(1); got.TryPut(8) })
		s.At(5, func() { event.Trigger("x") })
		s.At(20, func() {
			if full.Len() != 1 || tank.Amount() != 4 || got.Len() != 1 || !low.Done() || r.Free() != 1 {
				t.Error(full.Items(), tank.Amount(), got.Items(), low.Done(), r.Free())
			}
			for _, l := range []func() (int, int){full.Waiting, tank.Waiting, got.Waiting} {
				if put, get := l(); put+get != 0 {
					t.Error("a trace is left")
				}
			}
		})
	})
	j.want(t, "1 p 1 <nil> 0", "2 p 1 <nil> 0", "3 p 1 <nil> 0", "4 p 1 <nil> 8", "5 p 1 <nil> 8", "6 p 1 <nil> 8", "7 p 1 <nil>",
		"7 low sim: interrupted: p took resource r", "8 p 1 failed", "9 p 1 <nil>")
}

// A wait, an interrupt and an exit work at any call depth.
func TestAnyDepth(t *testing.T) {
	for _, c := range []struct {
		kind  aco.Option
		depth int
	}{{aco.Shared(), 100}, {aco.Standalone(), 5000}, {aco.Auto(), 5000}} {
		s := sim.New(sim.Coroutines(c.kind))
		r := sim.NewResource(s, "r", 1)
		deepest := 0
		var deep func(p *sim.Proc, n int) error
		deep = func(p *sim.Proc, n int) error {
			defer func() { deepest = max(deepest, n) }()
			if n < c.depth {
				return deep(p, n+1)
			}
			p.Sleep(1)
			if err := r.Acquire(p); err != nil {
				return err
			}
			p.Sleep(1)
			r.Release(p)
			p.Exit()
			return nil
		}
		var ended []string
		for i := range 3 {
			p := s.Go("p", func(p *sim.Proc) {
				defer func() { ended = append(ended, fmt.Sprint(i, " at ", p.Now())) }()
				if err := deep(p, 0); err == nil || i != 2 {
					t.Error(i, "goes on:", err)
				}
			})
			if i == 2 {
				s.At(1.5, func() { p.Interrupt("enough") })
			}
		}
		s.Run(background)
		s.Close()
		if got := fmt.Sprint(ended); got != "[2 at 1.5 0 at 2 1 at 3]" || deepest != c.depth {
			t.Error(c.kind, got, deepest)
		}
	}
}
