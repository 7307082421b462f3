// Command replicated searches for the bug in a small protocol: a primary has a backup count what it counts, over links that delay,
// lose and double messages and are cut at times. It prints the first seed with which the counts differ.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/simtest"
	"github.com/goaco/aco/sim/study"
)

// An update tells the backup to add n. The primary sends it again and again until it is acknowledged.
type update struct{ number, n int }

// protocol returns the model. If careful is not set, the backup has a bug: it adds what it has added before.
func protocol(careful bool) func(s *sim.Sim) error {
	return func(s *sim.Sim) error {
		updates := sim.NewStore[update](s, "updates", math.MaxInt)
		acks := sim.NewStore[int](s, "acks", math.MaxInt)
		to := simtest.NewLink(s, func(u update) { updates.TryPut(u) })
		from := simtest.NewLink(s, func(number int) { acks.TryPut(number) })
		to.Delay = func() float64 { return 1 + s.Rand().Float64() }
		from.Delay = to.Delay
		to.Loss, from.Loss, to.Duplicate = 0.01, 0.01, 0.005

		primary, backup, last := 0, 0, 0
		done := s.Go("primary", func(p *sim.Proc) {
			for number := 1; number <= 5; number++ {
				n := 1 + s.Rand().IntN(9)
				primary += n
				p.Logf("adds %d", n)
				for acknowledged := false; !acknowledged; {
					to.Send(update{number, n})
					var ack int
					if i, _ := sim.Select(p, acks.GetWhereCase(&ack, func(a int) bool { return a == number }), sim.After(5)); i == 0 {
						acknowledged = true
					}
				}
			}
		})
		s.Go("backup", func(p *sim.Proc) {
			for {
				u, err := updates.Get(p)
				if err != nil {
					return
				}
				if u.number > last || !careful {
					backup += u.n
					p.Logf("adds %d", u.n)
				}
				last = max(last, u.number)
				from.Send(u.number)
			}
		})
		s.Go("network", func(p *sim.Proc) {
			p.Sleep(100 * s.Rand().Float64())
			to.Cut, from.Cut = true, true
			p.Sleep(20)
			to.Cut, from.Cut = false, false
		})

		if err := s.Run(context.Background()); err != nil {
			return err
		}
		if !done.Done() {
			return fmt.Errorf("the primary waits: %v", s.Blocked())
		}
		if primary != backup {
			return fmt.Errorf("the primary has counted %d, the backup %d", primary, backup)
		}
		return nil
	}
}

func main() {
	fmt.Println("without a check:", study.Search(1000, protocol(false)))
	fmt.Println("with a check:", study.Search(1000, protocol(true)))
}
