// Command fillingstation simulates cars that fill up at two pumps, and the truck that is called when the station's tank runs low.
package main

import (
	"context"
	"fmt"

	"github.com/goaco/aco/sim"
)

const (
	tankSize = 200.0 // litres
	low      = 60.0  // litres at which the truck is called
	carSize  = 50.0
	speed    = 2.0 // litres a second
)

func main() {
	s := sim.New(sim.Seed(42))
	pumps := sim.NewResource(s, "pumps", 2)
	tank := sim.NewContainer(s, "tank", tankSize, tankSize)
	log := func(format string, args ...any) {
		fmt.Printf("%7.2f %s\n", s.Now(), fmt.Sprintf(format, args...))
	}

	car := func(p *sim.Proc) {
		level := 5 + 20*s.Rand().Float64()
		arrived := p.Now()
		log("%s arrives", p.Name())
		pumps.Acquire(p)
		defer pumps.Release(p)
		tank.Get(p, carSize-level)
		p.Sleep((carSize - level) / speed)
		log("%s leaves after %.2f s", p.Name(), p.Now()-arrived)
	}
	s.Go("control", func(p *sim.Proc) {
		for {
			if tank.Amount() < low {
				log("the truck is called")
				p.Join(s.Go("truck", func(p *sim.Proc) {
					p.Sleep(100)
					amount := tank.Capacity() - tank.Amount()
					log("the truck brings %.2f l", amount)
					tank.Put(p, amount)
				}))
			}
			p.Sleep(10)
		}
	})
	s.Go("road", func(p *sim.Proc) {
		for i := 1; ; i++ {
			p.Sleep(20 + 60*s.Rand().Float64())
			s.Go(fmt.Sprint("car ", i), car)
		}
	})
	s.RunUntil(context.Background(), 600)
}
