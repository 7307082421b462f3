// Command carwash simulates a car wash with two machines. A wash is a process, which the car's process waits for.
package main

import (
	"context"
	"fmt"

	"github.com/goaco/aco/sim"
)

func main() {
	s := sim.New(sim.Seed(42))
	machines := sim.NewResource(s, "machines", 2)
	log := func(format string, args ...any) {
		fmt.Printf("%6.2f %s\n", s.Now(), fmt.Sprintf(format, args...))
	}

	wash := func(car string) func(p *sim.Proc) {
		return func(p *sim.Proc) {
			p.Sleep(5)
			log("%s has lost %d%% of its dirt", car, 50+int(50*s.Rand().Float64()))
		}
	}
	car := func(p *sim.Proc) {
		log("%s arrives", p.Name())
		machines.Acquire(p)
		defer machines.Release(p)
		log("%s drives in", p.Name())
		p.Join(s.Go("wash", wash(p.Name())))
		log("%s drives out", p.Name())
	}

	s.Go("cars", func(p *sim.Proc) {
		for i := 1; ; i++ {
			s.Go(fmt.Sprint("car ", i), car)
			if i <= 3 { // they want to be the first ones
				p.Sleep(s.Rand().Float64())
			} else {
				p.Sleep(1 + 4*s.Rand().Float64())
			}
		}
	})
	s.RunUntil(context.Background(), 20)
}
