// Command machineshop simulates machines that make parts and break. One man repairs them, who does other work
// meanwhile: a broken machine has priority and interrupts that.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

const (
	repair   = 30.0  // minutes
	job      = 40.0  // minutes of other work
	lifetime = 100.0 // minutes until a machine breaks, on average
)

type machine struct {
	name   string
	made   int
	broken bool
	work   *sim.Proc
}

func main() {
	s := sim.New(sim.Seed(42))
	man := sim.NewResource(s, "repairman", 1)
	log := func(format string, args ...any) {
		fmt.Printf("%7.2f %s\n", s.Now(), fmt.Sprintf(format, args...))
	}

	machines := make([]*machine, 4)
	for i := range machines {
		m := &machine{name: fmt.Sprint("machine ", i)}
		machines[i] = m
		m.work = s.Go(m.name, func(p *sim.Proc) { produce(p, m, man, log) })
		s.Go("wear", func(p *sim.Proc) {
			for {
				p.Sleep(-lifetime * math.Log(1-s.Rand().Float64()))
				if !m.broken {
					m.work.Interrupt("broken")
				}
			}
		})
	}
	s.Go("other work", func(p *sim.Proc) { otherWork(p, man, log) })

	s.RunUntil(context.Background(), 480)
	for _, m := range machines {
		log("%s has made %d parts", m.name, m.made)
	}
}

func produce(p *sim.Proc, m *machine, man *sim.Resource, log func(string, ...any)) {
	for {
		left := 8 + 4*p.Sim().Rand().Float64()
		for left > 0 {
			start := p.Now()
			if p.Sleep(left) == nil {
				break
			}
			left -= p.Now() - start
			m.broken = true
			log("%s breaks", m.name)
			man.Acquire(p, sim.Priority(1), sim.Preempt())
			p.Sleep(repair)
			man.Release(p)
			m.broken = false
			log("%s works again", m.name)
		}
		m.made++
	}
}

func otherWork(p *sim.Proc, man *sim.Resource, log func(string, ...any)) {
	for {
		for left := job; left > 0; {
			man.Acquire(p, sim.Priority(2))
			start := p.Now()
			err := p.Sleep(left)
			man.Release(p) // of what was taken away it does nothing
			if err == nil {
				break
			}
			left -= p.Now() - start
			log("other work is interrupted, %.2f are left", left)
		}
		log("other work is done")
	}
}
