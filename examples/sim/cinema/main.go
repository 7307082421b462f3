// Command cinema simulates the sale of tickets for three films at one counter. Who waits for a film leaves when it is sold out.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

type film struct {
	title   string
	tickets int
	soldOut *sim.Event[float64]
	gaveUp  int
}

func main() {
	s := sim.New(sim.Seed(42))
	counter := sim.NewResource(s, "counter", 1)
	var films []*film
	for _, title := range []string{"Solaris", "Stalker", "The Mirror"} {
		films = append(films, &film{title: title, tickets: 20, soldOut: sim.NewEvent[float64](s).Named(title)})
	}

	s.Go("visitors", func(p *sim.Proc) {
		for i := 1; ; i++ {
			p.Sleep(-0.5 * math.Log(1-s.Rand().Float64()))
			f := films[int(3*s.Rand().Float64())]
			n := 1 + int(6*s.Rand().Float64())
			if f.tickets > 0 {
				s.Go(fmt.Sprint("visitor ", i), func(p *sim.Proc) { visitor(p, f, n, counter) })
			}
		}
	})
	s.RunUntil(context.Background(), 60)
	for _, f := range films {
		at, _ := f.soldOut.Value()
		fmt.Printf("%s: sold out at %.2f, %d gave up waiting\n", f.title, at, f.gaveUp)
	}
}

func visitor(p *sim.Proc, f *film, n int, counter *sim.Resource) {
	log := func(what string) { fmt.Printf("%6.2f %s %s\n", p.Now(), p.Name(), what) }
	if first, _ := sim.Select(p, f.soldOut, counter.AcquireCase()); first == 0 {
		f.gaveUp++
		return
	}
	defer counter.Release(p)
	if n > f.tickets {
		log(fmt.Sprintf("does not get %d tickets for %s", n, f.title))
		p.Sleep(0.5) // of discussion
		return
	}
	f.tickets -= n
	log(fmt.Sprintf("buys %d tickets for %s", n, f.title))
	if f.tickets < 2 {
		log(f.title + " is sold out")
		f.soldOut.Trigger(p.Now())
		f.tickets = 0
	}
	p.Sleep(1)
}
