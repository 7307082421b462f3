// Package reuse lets one simulation take the memory of another one that is over.
package reuse

// New is package sim's func(old *sim.Sim, opts []sim.Option) *sim.Sim. It returns what sim.New(opts...) does. If old, which New has
// returned and which is closed, is not nil, the simulation takes its processes' memory: nobody may have any of them.
var New any
