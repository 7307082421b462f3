package sim

import (
	"fmt"

	"github.com/goaco/aco/sim/stat"
)

// A Resource has a number of units that processes hold: servers, machines, tables. Who finds none free waits, first
// come first served within a priority. Make one with [NewResource].
type Resource struct {
	line    line
	free    int
	holders []*hold
	monitor ResourceMonitor
}

// A hold is a unit that p holds.
type hold struct {
	r     *Resource
	p     *Proc
	next  *hold // what else p holds, or the next free one
	rank  float64
	since float64
	slot  int // in holders
	seq   uint64
}

// NewResource returns a resource of s with capacity units. The name is shown by [Sim.Blocked] and in traces.
//
// NewResource panics with "sim: capacity ..." if the capacity is not positive.
func NewResource(s *Sim, name string, capacity int) *Resource {
	must(capacity > 0, "sim: capacity of a resource that is not positive")
	return &Resource{line: line{sim: s, kind: "resource", name: name}, free: capacity}
}

// An AcquireOption says how [Resource.Acquire] waits.
type AcquireOption struct {
	kind  uint8
	value float64
}

const (
	isPriority = iota
	isPreempt
	isPatience
)

// Priority sets the priority of an Acquire: who has a lower number is served first. Without it the priority is 0.
func Priority(n int) AcquireOption { return AcquireOption{isPriority, float64(n)} }

// Preempt makes an Acquire that finds no unit free take one from the process that holds it with the lowest priority, that is the
// highest number, if that is lower than its own; of several, the one that got it last. That process is interrupted
// with a [*Preempted] as the cause, and holds the unit no longer.
func Preempt() AcquireOption { return AcquireOption{kind: isPreempt} }

// Patience makes a wait end with [ErrReneged] when the time d has passed.
//
// Patience panics with "sim: negative or NaN delay" if d is such.
func Patience(d float64) AcquireOption {
	must(d >= 0, badDelay)
	return AcquireOption{isPatience, d}
}

// A Preempted is the cause of the interrupt of a process whose unit of a resource was taken.
type Preempted struct {
	Resource *Resource
	By       *Proc
	Since    float64 // since when it was held
}

// Error says which process took which resource.
func (e *Preempted) Error() string {
	return fmt.Sprintf("%s took resource %s", e.By.name, e.Resource.line.name)
}

// Acquire waits until a unit is free, and holds it until [Resource.Release]. It returns nil, an [*Interrupted], or
// [ErrReneged] if the Patience has ended; in the last two cases p holds no unit and is not in line.
//
// Acquire panics with "sim: ..." if r is of another simulation, and as [Proc.Sleep] does.
func (r *Resource) Acquire(p *Proc, opts ...AcquireOption) error {
	rank, preempts, patience := options(opts)
	if r.try(p, rank, preempts) {
		return nil
	}
	w := p.enter(&r.line, rank, 0, patience)
	p.co.Yield(parked)
	return p.leave(w)
}

func options(opts []AcquireOption) (rank float64, preempts bool, patience float64) {
	patience = forever
	for _, o := range opts {
		switch o.kind {
		case isPriority:
			rank = o.value
		case isPreempt:
			preempts = true
		default:
			patience = o.value
		}
	}
	return rank, preempts, patience
}

// TryAcquire holds a unit if one is free and nobody waits for it, and reports whether it does.
//
// It panics as [Resource.Acquire] does.
func (r *Resource) TryAcquire(p *Proc) bool { return r.try(p, 0, false) }

// try holds a unit if that needs no waiting. A process that waits has a higher priority than any free unit: there is none then.
func (r *Resource) try(p *Proc, rank float64, preempts bool) bool {
	p.check(r.line.sim)
	if r.free > 0 {
		r.free--
		r.grant(p, rank, p.sim.now)
		return true
	}
	var victim *hold
	for _, h := range r.holders {
		if preempts && h.p != p && h.rank > rank && (victim == nil || h.rank > victim.rank || h.rank == victim.rank && h.seq > victim.seq) {
			victim = h
		}
	}
	if victim == nil {
		return false
	}
	r.drop(victim)
	victim.slot = -1
	r.grant(p, rank, p.sim.now)
	victim.p.interrupt(&Preempted{r, p, victim.since})
	return true
}

// grant gives p a unit, for which it has waited since then.
func (r *Resource) grant(p *Proc, rank, since float64) {
	s := r.line.sim
	h := s.holds
	if h == nil {
		h = new(hold)
	} else {
		s.holds = h.next
	}
	for at := &p.held; *at != nil; { // it acquires again what was taken: it need not release that
		if o := *at; o.r == r && o.slot < 0 {
			*at = o.next
			s.freeHold(o)
		} else {
			at = &o.next
		}
	}
	s.seq++
	*h = hold{r, p, p.held, rank, s.now, len(r.holders), s.seq}
	p.held = h
	r.holders = append(r.holders, h)
	if r.monitor.Wait != nil {
		r.monitor.Wait.Add(s.now - since)
	}
	r.changed()
}

// drop takes h out of the holders.
func (r *Resource) drop(h *hold) {
	n := len(r.holders) - 1
	last := r.holders[n]
	last.slot = h.slot
	r.holders[h.slot] = last
	r.holders[n] = nil
	r.holders = r.holders[:n]
	if r.monitor.Held != nil {
		r.monitor.Held.Add(r.line.sim.now - h.since)
	}
}

func (r *Resource) changed() {
	r.line.sim.level(r.monitor.Busy, &r.line, "busy", float64(len(r.holders)))
}

func (s *Sim) freeHold(h *hold) {
	*h = hold{next: s.holds}
	s.holds = h
}

// holds returns where the unit of r that p acquired last is in its list, and one that was taken, or nil.
func (p *Proc) holds(r *Resource) (at, lost **hold) {
	for x := &p.held; *x != nil; x = &(*x).next {
		if (*x).r == r && (*x).slot >= 0 {
			return x, nil
		} else if (*x).r == r {
			lost = x
		}
	}
	return nil, lost
}

// Release gives back the unit that p acquired last, to who is first in line. It may be called from anywhere in the
// simulation. If the unit was taken by [Preempt], and p has not acquired another one since, it does nothing.
//
// Release panics with "sim: release of resource NAME, which PROCESS does not hold" if that is so.
func (r *Resource) Release(p *Proc) {
	at, lost := p.holds(r)
	taken := at == nil
	if taken {
		at = lost
	}
	if at == nil {
		panic(fmt.Sprintf("sim: release of %s %s, which %s does not hold", r.line.kind, r.line.name, p.name))
	}
	h := *at
	*at = h.next
	if !taken {
		r.drop(h)
	}
	r.line.sim.freeHold(h)
	if taken {
		return
	}
	if w := r.line.head; w != nil {
		q, rank := w.p, w.rank
		w.fire(nil)
		r.grant(q, rank, q.since)
		return
	}
	r.free++
	r.changed()
}

// Capacity returns the number of units.
func (r *Resource) Capacity() int { return r.free + len(r.holders) }

// Free returns how many units nobody holds.
func (r *Resource) Free() int { return r.free }

// Waiting returns how many processes wait for a unit.
func (r *Resource) Waiting() int { return r.line.n }

// Holds reports whether p holds a unit.
func (r *Resource) Holds(p *Proc) bool {
	at, _ := p.holds(r)
	return at != nil
}

// A ResourceMonitor is what [Resource.Monitor] collects.
type ResourceMonitor struct {
	Queue *stat.Level // how many wait
	Busy  *stat.Level // how many units are held; divided by the capacity it is the utilisation
	Wait  *stat.Tally // how long those waited who got a unit
	Held  *stat.Tally // how long units were held
}

// Monitor begins to collect statistics and returns where they are collected.
func (r *Resource) Monitor() ResourceMonitor {
	s := r.line.sim
	r.monitor = ResourceMonitor{stat.NewLevel(s), stat.NewLevel(s), stat.NewTally(), stat.NewTally()}
	r.line.level = r.monitor.Queue
	r.line.changed(0)
	r.changed()
	return r.monitor
}

// AcquireCase is the case of [Select] that holds a unit. For Patience there is [After].
//
// AcquireCase panics with "sim: Patience in a Select" if it is given one.
func (r *Resource) AcquireCase(opts ...AcquireOption) Case {
	rank, preempts, patience := options(opts)
	must(patience == forever, "sim: Patience in a Select; use the case After")
	return choice{sim: r.line.sim,
		try:  func(p *Proc) (bool, error) { return r.try(p, rank, preempts), nil },
		join: func(p *Proc) *waiter { return r.line.add(p, nil, rank) }}
}
