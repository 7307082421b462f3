// Command latency simulates messages that go through a cable, which takes some time for each without holding up the next one.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
)

type cable struct {
	delay float64
	store *sim.Store[string]
}

// Put sends a message. It arrives when the delay has passed.
func (c *cable) Put(s *sim.Sim, message string) {
	s.At(s.Now()+c.delay, func() { c.store.TryPut(message) })
}

// Get waits for a message.
func (c *cable) Get(p *sim.Proc) (string, error) { return c.store.Get(p) }

func main() {
	s := sim.New()
	c := &cable{10, sim.NewStore[string](s, "cable", math.MaxInt)}
	s.Go("sender", func(p *sim.Proc) {
		for {
			p.Sleep(5)
			c.Put(s, fmt.Sprintf("sent at %v", p.Now()))
		}
	})
	s.Go("receiver", func(p *sim.Proc) {
		for {
			message, err := c.Get(p)
			if err != nil {
				return
			}
			fmt.Printf("received at %v: %s\n", p.Now(), message)
		}
	})
	s.RunUntil(context.Background(), 100)
}
