// Command communication simulates processes that send messages to each other: one to one through a store, and one to many
// through a store for each receiver.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

type message struct {
	sent float64
	text string
}

func main() {
	s := sim.New(sim.Seed(42))
	newPipe := func(name string) *sim.Store[message] { return sim.NewStore[message](s, name, math.MaxInt) }

	one := newPipe("one")
	s.Go("sender A", func(p *sim.Proc) { generate(p, one) })
	s.Go("receiver A", func(p *sim.Proc) { consume(p, one) })

	left, right := newPipe("left"), newPipe("right")
	s.Go("sender B", func(p *sim.Proc) { generate(p, left, right) })
	s.Go("receiver B", func(p *sim.Proc) { consume(p, left) })
	s.Go("receiver C", func(p *sim.Proc) { consume(p, right) })

	s.RunUntil(context.Background(), 40)
}

func generate(p *sim.Proc, to ...*sim.Store[message]) {
	between := func() float64 { return 6 + 4*p.Sim().Rand().Float64() }
	for wait := between(); p.Sleep(wait) == nil; {
		wait = between()
		m := message{p.Now(), fmt.Sprintf("%s says hello at %.3f", p.Name(), p.Now())}
		for _, pipe := range to {
			pipe.Put(p, m)
		}
	}
}

func consume(p *sim.Proc, from *sim.Store[message]) {
	for {
		m, err := from.Get(p)
		if err != nil {
			return
		}
		how := "was waiting"
		if m.sent < p.Now() {
			how = "was late"
		}
		fmt.Printf("%6.3f %s %s: %s\n", p.Now(), p.Name(), how, m.text)
		p.Sleep(4 + 4*p.Sim().Rand().Float64())
	}
}
