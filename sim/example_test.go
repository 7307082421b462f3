package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

func Example() {
	s := sim.New()
	for i := range 2 {
		s.Go(fmt.Sprint("car ", i), func(p *sim.Proc) {
			p.Sleep(float64(5 + i))
			fmt.Println(p.Name(), "arrives at", p.Now())
		})
	}
	s.Run(context.Background())
	// Output:
	// car 0 arrives at 5
	// car 1 arrives at 6
}

func ExampleResource_Acquire() {
	s := sim.New()
	r := sim.NewResource(s, "pump", 1)
	for _, name := range []string{"first", "patient", "impatient"} {
		s.Go(name, func(p *sim.Proc) {
			patience := math.Inf(1)
			if name == "impatient" {
				patience = 2
			}
			if err := r.Acquire(p, sim.Patience(patience)); err != nil {
				fmt.Println(name, "leaves at", p.Now(), errors.Is(err, sim.ErrReneged))
				return
			}
			defer r.Release(p)
			fmt.Println(name, "is served at", p.Now())
			p.Sleep(3)
		})
	}
	s.Run(context.Background())
	// Output:
	// first is served at 0
	// impatient leaves at 2 true
	// patient is served at 3
}

func ExampleResource_Monitor() {
	s := sim.New()
	r := sim.NewResource(s, "pump", 1)
	m := r.Monitor()
	for range 3 {
		s.Go("car", func(p *sim.Proc) {
			r.Acquire(p)
			p.Sleep(2)
			r.Release(p)
		})
	}
	s.RunUntil(context.Background(), 10)
	fmt.Printf("busy %.1f, queue %.1f, wait %.1f on average and %.0f at most\n", m.Busy.Mean(), m.Queue.Mean(), m.Wait.Mean(), m.Wait.Max())
	// Output: busy 0.6, queue 0.6, wait 2.0 on average and 4 at most
}

func ExamplePreempt() {
	s := sim.New()
	r := sim.NewResource(s, "doctor", 1)
	s.Go("cold", func(p *sim.Proc) {
		r.Acquire(p, sim.Priority(2))
		defer r.Release(p)
		fmt.Println(p.Sleep(10), "at", p.Now())
	})
	s.Go("accident", func(p *sim.Proc) {
		p.Sleep(4)
		r.Acquire(p, sim.Priority(1), sim.Preempt())
		defer r.Release(p)
		p.Sleep(5)
	})
	s.Run(context.Background())
	// Output: sim: interrupted: accident took resource doctor at 4
}

func ExampleProc_Interrupt() {
	s := sim.New()
	worker := s.Go("worker", func(p *sim.Proc) {
		var i *sim.Interrupted
		if err := p.Sleep(10); errors.As(err, &i) {
			fmt.Println("at", p.Now(), "because of", i.Cause)
		}
	})
	s.At(3, func() { worker.Interrupt("a fire") })
	s.Run(context.Background())
	// Output: at 3 because of a fire
}

func ExampleProc_Exit() {
	s := sim.New()
	deep := func(p *sim.Proc) { p.Exit() }
	s.Go("p", func(p *sim.Proc) {
		defer fmt.Println("deferred functions run")
		deep(p)
		fmt.Println("this does not")
	})
	s.Run(context.Background())
	// Output: deferred functions run
}

func ExampleProc_Join() {
	s := sim.New()
	part := s.Go("part", func(p *sim.Proc) { p.Sleep(4) })
	s.Go("whole", func(p *sim.Proc) {
		p.Join(part)
		fmt.Println("assembled at", p.Now())
	})
	s.Run(context.Background())
	// Output: assembled at 4
}

func ExampleEvent() {
	s := sim.New()
	e := sim.NewEvent[string](s)
	s.Go("p", func(p *sim.Proc) {
		v, err := e.Wait(p)
		fmt.Println(v, err, "at", p.Now())
	})
	s.At(2, func() { e.Trigger("hello") })
	s.Run(context.Background())
	// Output: hello <nil> at 2
}

func ExampleAny() {
	s := sim.New()
	e := sim.NewEvent[int](s)
	s.At(3, func() { e.Trigger(1) })
	s.Go("p", func(p *sim.Proc) {
		first, _ := sim.Any(p, e, s.Timeout(2))
		fmt.Println(first, "at", p.Now())
		sim.All(p, e, s.Timeout(4))
		fmt.Println("all at", p.Now())
	})
	s.Run(context.Background())
	// Output:
	// 1 at 2
	// all at 6
}

func ExampleSelect() {
	s := sim.New()
	mail := sim.NewStore[string](s, "mail", 10)
	tool := sim.NewResource(s, "tool", 1)
	s.Go("p", func(p *sim.Proc) {
		tool.Acquire(p)
		for range 2 {
			var letter string
			switch i, _ := sim.Select(p, mail.GetCase(&letter), tool.AcquireCase(), sim.After(5)); i {
			case 0:
				fmt.Println("reads", letter, "at", p.Now())
			case 1:
				fmt.Println("has the tool")
			case 2:
				fmt.Println("has a break at", p.Now())
			}
		}
	})
	s.At(1, func() { mail.TryPut("a letter") })
	s.Run(context.Background())
	// Output:
	// reads a letter at 1
	// has a break at 6
}

func ExampleStore_GetWhere() {
	s := sim.New()
	q := sim.NewStore[int](s, "numbers", 10)
	for _, v := range []int{3, 5, 8} {
		q.TryPut(v)
	}
	s.Go("p", func(p *sim.Proc) {
		even, _ := q.GetWhere(p, func(v int) bool { return v%2 == 0 })
		first, _ := q.Get(p)
		fmt.Println(even, first, q.Items())
	})
	s.Run(context.Background())
	// Output: 8 3 [5]
}

func ExampleContainer() {
	s := sim.New()
	tank := sim.NewContainer(s, "tank", 100, 10)
	s.Go("car", func(p *sim.Proc) {
		tank.Get(p, 40)
		fmt.Println("filled at", p.Now(), "and", tank.Amount(), "are left")
	})
	s.Go("truck", func(p *sim.Proc) {
		p.Sleep(7)
		tank.Put(p, 90)
	})
	s.Run(context.Background())
	// Output: filled at 7 and 60 are left
}

func ExampleChan() {
	s := sim.New()
	c := sim.NewChan[int](s, "c", 0)
	s.Go("sender", func(p *sim.Proc) {
		for v := range 2 {
			p.Sleep(1)
			c.Send(p, v)
		}
		c.Close()
	})
	s.Go("receiver", func(p *sim.Proc) {
		for v, ok, _ := c.Recv(p); ok; v, ok, _ = c.Recv(p) {
			fmt.Println(v, "at", p.Now())
		}
	})
	s.Run(context.Background())
	// Output:
	// 0 at 1
	// 1 at 2
}

func ExampleMutex() {
	s := sim.New()
	m := sim.NewMutex(s, "m")
	for _, name := range []string{"a", "b"} {
		s.Go(name, func(p *sim.Proc) {
			m.Lock(p)
			defer m.Unlock(p)
			p.Sleep(1)
			fmt.Println(name, p.Now())
		})
	}
	s.Run(context.Background())
	// Output:
	// a 1
	// b 2
}

func ExampleSemaphore() {
	s := sim.New()
	m := sim.NewSemaphore(s, "m", 3)
	s.Go("p", func(p *sim.Proc) {
		m.Acquire(p, 2)
		s.At(4, func() { m.Release(2) })
		m.Acquire(p, 2)
		fmt.Println("at", p.Now())
	})
	s.Run(context.Background())
	// Output: at 4
}

func ExampleWaitGroup() {
	s := sim.New()
	g := sim.NewWaitGroup(s, "g")
	for i := range 3 {
		g.Add(1)
		s.Go("worker", func(p *sim.Proc) {
			defer g.Done()
			p.Sleep(float64(i))
		})
	}
	s.Go("p", func(p *sim.Proc) {
		g.Wait(p)
		fmt.Println("at", p.Now())
	})
	s.Run(context.Background())
	// Output: at 2
}

func ExampleSim_Blocked() {
	s := sim.New()
	r := sim.NewResource(s, "tool", 1)
	for _, name := range []string{"a", "b"} {
		s.Go(name, func(p *sim.Proc) {
			p.Sleep(1)
			r.Acquire(p) // and never gives it back
		})
	}
	s.Run(context.Background())
	for _, w := range s.Blocked() {
		fmt.Println(w.Process.Name(), "waits for", w.On, "since", w.Since)
	}
	// Output: b waits for resource tool since 1
}

func ExampleShuffle() {
	for seed := range uint64(2) {
		var order []int
		s := sim.New(sim.Seed(seed), sim.Shuffle())
		for i := range 5 {
			s.Go("p", func(p *sim.Proc) { order = append(order, i) })
		}
		s.Run(context.Background())
		fmt.Println(order)
	}
	// Output:
	// [0 2 1 4 3]
	// [1 3 2 0 4]
}

func ExampleObserve() {
	s := sim.New(sim.Observe(func(r sim.Record) { fmt.Println(r.Time, r.Event, r.Proc) }))
	s.Go("p", func(p *sim.Proc) { p.Sleep(1) })
	s.Run(context.Background())
	// Output:
	// 0 start p
	// 0 wait p
	// 1 resume p
	// 1 end p
	// 1 pause
}
