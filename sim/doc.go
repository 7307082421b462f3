// Package sim is discrete-event simulation: processes that wait in simulated time, written as ordinary functions, each of which is a
// coroutine of package aco. It is for those who know SimPy, whose concepts it has, with Go's types. The guide is in docs/sim.
//
//	s := sim.New(sim.Seed(42))
//	counter := sim.NewResource(s, "counter", 1)
//	s.Go("customer", func(p *sim.Proc) {
//		if counter.Acquire(p, sim.Patience(5)) != nil {
//			return // has waited too long
//		}
//		defer counter.Release(p)
//		p.Sleep(12 * s.Rand().ExpFloat64())
//	})
//	s.Run(ctx)
//
// All processes of a [Sim] run on the goroutine that calls [Sim.Run], one at a time, in an order that the seed decides. Its packages
// stat and study estimate what a model gives, trace writes down what happens, and simtest searches for a seed with which
// a model fails.
package sim
