package sim

import "github.com/goaco/aco/sim/stat"

// A Container holds an amount of something, such as fuel, up to a capacity. Who puts more than there is room for waits, and so does
// who gets more than there is; both first come first served. Make one with [NewContainer].
type Container struct {
	putters  line
	getters  line
	capacity float64
	amount   float64
	level    *stat.Level
}

// NewContainer returns a container of s with an amount in it. The name is shown by [Sim.Blocked] and in traces.
//
// NewContainer panics with "sim: capacity or amount ..." unless 0 <= amount <= capacity.
func NewContainer(s *Sim, name string, capacity, amount float64) *Container {
	must(amount >= 0 && amount <= capacity, "sim: capacity or amount of a container is negative, NaN or too large")
	return &Container{capacity: capacity, amount: amount,
		putters: line{sim: s, kind: "put", name: name}, getters: line{sim: s, kind: "get", name: name}}
}

// Put waits until there is room for x more, and adds it. It returns nil, or an [*Interrupted]; then nothing is added.
//
// Put panics with "sim: amount ..." if x is negative, NaN or above the capacity, with "sim: ..." if the
// container is of another simulation, and as [Proc.Sleep] does.
func (c *Container) Put(p *Proc, x float64) error { return c.wait(p, &c.putters, x, c.TryPut) }

// Get waits until there is x, and takes it out. It returns nil, or an [*Interrupted]; then nothing is taken out.
//
// Get panics as [Container.Put] does.
func (c *Container) Get(p *Proc, x float64) error { return c.wait(p, &c.getters, x, c.TryGet) }

func (c *Container) wait(p *Proc, l *line, x float64, try func(float64) bool) error {
	p.check(l.sim)
	if try(x) {
		return nil
	}
	w := p.enter(l, 0, x, forever)
	p.co.Yield(parked)
	return p.leave(w)
}

// TryPut adds x if there is room for it and nobody waits to put, and reports whether it did. It may be called from
// anywhere in the simulation. It panics with "sim: amount ..." as [Container.Put] does.
func (c *Container) TryPut(x float64) bool {
	c.check(x)
	if c.putters.head != nil || c.amount+x > c.capacity {
		return false
	}
	c.add(x)
	return true
}

// TryGet takes x out if there is as much and nobody waits to get, and reports whether it did. It may be called from
// anywhere in the simulation. It panics with "sim: amount ..." as [Container.Put] does.
func (c *Container) TryGet(x float64) bool {
	c.check(x)
	if c.getters.head != nil || x > c.amount {
		return false
	}
	c.add(-x)
	return true
}

func (c *Container) check(x float64) {
	must(x >= 0 && x <= c.capacity, "sim: amount that is negative, NaN or above the capacity; it would wait forever")
}

// add changes the amount by x, and lets those who waited for that go on.
func (c *Container) add(x float64) {
	c.amount += x
	for {
		if w := c.getters.head; w != nil && w.amount <= c.amount {
			c.amount -= w.amount
			w.fire(nil)
		} else if w := c.putters.head; w != nil && c.amount+w.amount <= c.capacity {
			c.amount += w.amount
			w.fire(nil)
		} else {
			break
		}
	}
	c.putters.sim.level(c.level, &c.getters, "amount", c.amount)
}

// Amount returns how much is in the container.
func (c *Container) Amount() float64 { return c.amount }

// Capacity returns how much there is room for.
func (c *Container) Capacity() float64 { return c.capacity }

// Waiting returns how many processes wait to put and to get.
func (c *Container) Waiting() (put, get int) { return c.putters.n, c.getters.n }

// Monitor begins to collect statistics and returns where they are collected.
func (c *Container) Monitor() *Monitor {
	m := newMonitor(&c.putters, &c.getters, c.amount)
	c.level = m.Level
	return m
}

// PutCase is the case of [Select] that adds x.
func (c *Container) PutCase(x float64) Case { return amountCase(&c.putters, x, c.TryPut) }

// GetCase is the case of [Select] that takes x out.
func (c *Container) GetCase(x float64) Case { return amountCase(&c.getters, x, c.TryGet) }

func amountCase(l *line, x float64, try func(float64) bool) Case {
	return choice{sim: l.sim,
		try: func(*Proc) (bool, error) { return try(x), nil },
		join: func(p *Proc) *waiter {
			w := l.add(p, nil, 0)
			w.amount = x
			return w
		}}
}
