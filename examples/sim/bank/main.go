// Command bank simulates a bank with one counter and customers who leave when they have waited too long.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

const (
	customers = 12
	between   = 10.0 // minutes between two customers, on average
	service   = 12.0 // minutes at the counter, on average
)

func main() {
	s := sim.New(sim.Seed(42))
	counter := sim.NewResource(s, "counter", 1)
	exponential := func(mean float64) float64 { return -mean * math.Log(1-s.Rand().Float64()) }

	s.Go("source", func(p *sim.Proc) {
		for i := 1; i <= customers; i++ {
			s.Go(fmt.Sprint("customer ", i), func(p *sim.Proc) { customer(p, counter, exponential) })
			p.Sleep(exponential(between))
		}
	})
	s.Run(context.Background())
}

func customer(p *sim.Proc, counter *sim.Resource, exponential func(float64) float64) {
	log := func(what string) { fmt.Printf("%7.3f %s %s\n", p.Now(), p.Name(), what) }
	log("arrives")
	arrived := p.Now()
	patience := 5 + 10*p.Sim().Rand().Float64()
	if counter.Acquire(p, sim.Patience(patience)) != nil {
		log(fmt.Sprintf("leaves after %.3f", p.Now()-arrived))
		return
	}
	defer counter.Release(p)
	log(fmt.Sprintf("waited %.3f", p.Now()-arrived))
	p.Sleep(exponential(service))
	log("has finished")
}
