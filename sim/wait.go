package sim

import (
	"errors"
	"github.com/goaco/aco/sim/stat"
	"math"
	"strings"
)

// ErrReneged is the error of a wait whose [Patience] has ended.
var ErrReneged = errors.New("sim: patience has ended")

// forever is a patience that does not end.
var forever = math.Inf(1)

// A waiter is a place in a line: p waits there for what its fields say.
type waiter struct {
	p          *Proc
	line       *line // which it is in, or nil
	prev, next *waiter
	sibling    *waiter // the next waiter of the same wait, or the next free one
	rank       float64 // lower ones come first
	amount     float64
	index      int32 // of the case of the wait that this is
	every      bool  // the wait does not end with it, but with the last one
}

// A line is where processes wait, first come first served within a rank: a list in both directions.
type line struct {
	sim        *Sim
	kind, name string
	head, tail *waiter
	n          int
	level      *stat.Level // of its length, or nil
}

// add gives p the place w in l, behind all of its rank, or a free one if w is nil.
func (l *line) add(p *Proc, w *waiter, rank float64) *waiter {
	if w == nil {
		if w = l.sim.waiters; w == nil {
			w = new(waiter)
		} else {
			l.sim.waiters = w.sibling
		}
	}
	before := l.tail
	for before != nil && before.rank > rank {
		before = before.prev
	}
	next := l.head
	if before != nil {
		next = before.next
	}
	w.p, w.line, w.rank, w.prev, w.next, w.sibling = p, l, rank, before, next, p.waits
	p.waits = w
	l.join(before, w)
	l.join(w, next)
	l.changed(1)
	return w
}

// join makes b the one after a. Nil stands for both ends.
func (l *line) join(a, b *waiter) {
	if a != nil {
		a.next = b
	} else {
		l.head = b
	}
	if b != nil {
		b.prev = a
	} else {
		l.tail = a
	}
}

func (l *line) remove(w *waiter) {
	l.join(w.prev, w.next)
	w.line, w.prev, w.next = nil, nil, nil
	l.changed(-1)
}

func (l *line) changed(d int) {
	l.n += d
	l.sim.level(l.level, l, "waiting", float64(l.n))
}

// fireAll fires all of l, in their order.
func (l *line) fireAll(err error) {
	for l.head != nil {
		l.head.fire(err)
	}
}

// leaveLines takes p out of all lines.
func (p *Proc) leaveLines() {
	for w := p.waits; w != nil; w = w.sibling {
		if w.line != nil {
			w.line.remove(w)
		}
	}
	p.waits = nil
}

// fire says that w has what it waits for, or has failed with err. That ends the wait of its process, unless it waits for
// others as well.
func (w *waiter) fire(err error) {
	p := w.p
	w.line.remove(w)
	if w.every && err == nil {
		for o := p.waits; o != nil; o = o.sibling {
			if o.line != nil {
				return
			}
		}
	}
	p.fired = w.index
	p.sim.wake(p, err, normal)
}

// A wait is written in three steps, so that as few frames as can be are suspended: get in line, p.co.Yield(parked), and
// return what leave returns.

// enter gives p a place in l for what is told in the amount. If the time patience passes before it is fired, it reneges.
func (p *Proc) enter(l *line, rank, amount, patience float64) *waiter {
	w := l.add(p, nil, rank)
	w.amount = amount
	if patience <= math.MaxFloat64 {
		p.sim.schedule(p, p.sim.now+patience, normal)
	}
	return w
}

// leave frees w after the wait and returns the error of it.
func (p *Proc) leave(w *waiter) error {
	*w = waiter{sibling: p.sim.waiters}
	p.sim.waiters = w
	return p.err
}

// A Signal is what happens once: an [*Event], or the end of a [*Proc].
type Signal interface {
	Case
	// signal returns the line of those who wait for it, and whether it has happened, and failed.
	signal() (l *line, happened bool, err error)
}

func (p *Proc) signal() (*line, bool, error) {
	if p.ext == nil {
		p.extend()
	}
	return &p.ext.joiners, p.done, nil
}

// Any waits until one of the signals has happened, and returns its index. If several have happened before, it is the lowest
// index. The error is that of the event, if it has failed, or an [*Interrupted] with the index -1.
//
// Any panics with "sim: ..." if there are no signals, one is of another simulation, or as [Proc.Sleep] does.
func Any(p *Proc, signals ...Signal) (int, error) {
	cases := make([]Case, len(signals))
	for i, s := range signals {
		cases[i] = s
	}
	return Select(p, cases...)
}

// All waits until all of the signals have happened, or one has failed. It returns the error of that, an [*Interrupted], or nil.
//
// All panics with "sim: ..." if one is of another simulation, or as [Proc.Sleep] does.
func All(p *Proc, signals ...Signal) error {
	for _, g := range signals {
		l, _, err := g.signal()
		if p.check(l.sim); err != nil {
			return err
		}
	}
	for _, g := range signals {
		if l, happened, _ := g.signal(); !happened {
			l.add(p, nil, 0).every = true
		}
	}
	first := p.waits
	if first == nil {
		return nil
	}
	p.co.Yield(parked)
	for w := first; w != nil; {
		next := w.sibling
		p.leave(w)
		w = next
	}
	return p.err
}

// A Case is what [Select] can wait for: an [*Event], the end of a [*Proc], [After], or what one of the methods returns
// whose name ends in Case, such as [Store.GetCase].
type Case interface{ choice() choice }

// A choice is what a case consists of.
type choice struct {
	sim     *Sim                        // or nil for any
	try     func(p *Proc) (bool, error) // does it, if that needs no waiting
	join    func(p *Proc) *waiter       // gets in line
	collect func(w *waiter, won bool)   // after the wait: whether it was this one that ended it; nil to free w
	after   float64                     // instead of a line: the time to wait
}

func (c choice) choice() choice { return c }

func (e *Event[T]) choice() choice { return signalled(e) }
func (p *Proc) choice() choice     { return signalled(p) }

func signalled(g Signal) choice {
	l, _, _ := g.signal()
	return choice{sim: l.sim,
		try:  func(*Proc) (bool, error) { _, happened, err := g.signal(); return happened, err },
		join: func(p *Proc) *waiter { return l.add(p, nil, 0) }}
}

// After is the case of [Select] that comes true when the time d has passed.
//
// After panics with "sim: negative or NaN delay" if d is such.
func After(d float64) Case {
	must(d >= 0, badDelay)
	return choice{after: d}
}

// Select waits until one of the cases can go on, does it, and returns its index. If several can at once, it is the one
// with the lowest index. The other cases are left without a trace. The error is that of the case, as of an event
// that has failed, or an [*Interrupted] with the index -1.
//
// Select panics with "sim: ..." if there are no cases, one is of another simulation, or as [Proc.Sleep] does.
func Select(p *Proc, cases ...Case) (int, error) {
	must(len(cases) > 0, "sim: Select without a case; it would wait forever")
	choices := make([]choice, len(cases))
	for i, c := range cases {
		choices[i] = c.choice()
		p.check(choices[i].sim)
	}
	for i, c := range choices {
		if c.try == nil {
			continue
		}
		if ok, err := c.try(p); ok {
			return i, err
		}
	}
	patience, last := forever, -1
	places := make([]*waiter, len(cases))
	for i, c := range choices {
		if c.join != nil {
			places[i] = c.join(p)
			places[i].index = int32(i)
		} else if c.after < patience || last < 0 {
			patience, last = c.after, i
		}
	}
	if patience <= math.MaxFloat64 {
		p.sim.schedule(p, p.sim.now+patience, normal)
	}
	p.fired = -1
	p.co.Yield(parked)
	won, err := int(p.fired), p.err
	if won < 0 && (err == nil || err == ErrReneged) {
		won, err = last, nil // nothing was fired: the time has passed
	}
	for i, w := range places {
		if w != nil && choices[i].collect != nil {
			choices[i].collect(w, i == won)
		} else if w != nil {
			p.leave(w)
		}
	}
	return won, err
}

// waitsFor says what p, which is suspended, waits for.
func (p *Proc) waitsFor() string {
	what := ""
	for w := p.waits; w != nil; w = w.sibling { // the last one first
		if w.line != nil {
			what = strings.TrimSpace(w.line.kind+" "+w.line.name) + ", " + what
		}
	}
	if p.key != 0 || what == "" {
		what += "time"
	}
	return strings.TrimSuffix(what, ", ")
}
