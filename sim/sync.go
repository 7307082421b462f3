package sim

// A Mutex is held by one process at a time. Make one with [NewMutex].
//
// Use it, and not a [sync.Mutex], for what is locked over a wait: all processes run on one goroutine, so a process that
// waits for a sync.Mutex that another process holds stops the whole program. [CheckLocks] finds that.
type Mutex struct{ r *Resource }

// NewMutex returns an unlocked mutex of s.
func NewMutex(s *Sim, name string) *Mutex {
	m := &Mutex{NewResource(s, name, 1)}
	m.r.line.kind = "mutex"
	return m
}

// Lock waits until nobody holds m, and holds it. It returns nil, or an [*Interrupted]; then p does not hold it.
//
// Lock panics with "sim: lock of a mutex that the process holds already" if that is so, and as [Resource.Acquire] does.
func (m *Mutex) Lock(p *Proc) error {
	p.check(m.r.line.sim)
	must(!m.r.Holds(p), "sim: lock of a mutex that the process holds already; it would wait forever")
	return m.r.Acquire(p)
}

// TryLock holds m if nobody does, and reports whether it does now.
func (m *Mutex) TryLock(p *Proc) bool { return m.r.TryAcquire(p) }

// Unlock gives m to who waits first. It panics as [Resource.Release] does.
func (m *Mutex) Unlock(p *Proc) { m.r.Release(p) }

// A Semaphore is a number that never is negative. Make one with [NewSemaphore]. Unlike a [Resource] it does not
// know who acquired: another process may release.
type Semaphore struct{ c *Container }

// NewSemaphore returns a semaphore of s whose number is n, and never larger.
//
// NewSemaphore panics with "sim: capacity or amount ..." if n is negative.
func NewSemaphore(s *Sim, name string, n int) *Semaphore {
	return &Semaphore{NewContainer(s, name, float64(n), float64(n))}
}

// Acquire waits until the number is at least n, and subtracts n. It returns nil, or an [*Interrupted]; then nothing is
// subtracted. It panics as [Container.Get] does.
func (m *Semaphore) Acquire(p *Proc, n int) error { return m.c.Get(p, float64(n)) }

// TryAcquire subtracts n if the number is at least n and nobody waits, and reports whether it did.
func (m *Semaphore) TryAcquire(n int) bool { return m.c.TryGet(float64(n)) }

// Release adds n. It may be called from anywhere in the simulation.
//
// Release panics with "sim: semaphore released more than acquired" if that is so.
func (m *Semaphore) Release(n int) {
	must(m.c.TryPut(float64(n)), "sim: semaphore released more than acquired")
}

// Value returns the number.
func (m *Semaphore) Value() int { return int(m.c.amount) }

// A WaitGroup counts what is to be done. Make one with [NewWaitGroup].
type WaitGroup struct {
	line line
	n    int
}

// NewWaitGroup returns a group of s whose count is 0.
func NewWaitGroup(s *Sim, name string) *WaitGroup {
	return &WaitGroup{line: line{sim: s, kind: "wait group", name: name}}
}

// Add adds n, which may be negative, to the count. When it becomes 0, those who wait go on.
//
// Add panics with "sim: negative count of a wait group" if it becomes negative.
func (g *WaitGroup) Add(n int) {
	must(g.n+n >= 0, "sim: negative count of a wait group")
	if g.n += n; g.n == 0 {
		g.line.fireAll(nil)
	}
}

// Done subtracts 1 from the count.
func (g *WaitGroup) Done() { g.Add(-1) }

// Wait waits until the count is 0. It returns nil, or an [*Interrupted].
//
// Wait panics with "sim: ..." if the group is of another simulation, and as [Proc.Sleep] does.
func (g *WaitGroup) Wait(p *Proc) error {
	p.check(g.line.sim)
	if g.n == 0 {
		return nil
	}
	w := p.enter(&g.line, 0, 0, forever)
	p.co.Yield(parked)
	return p.leave(w)
}

// A Chan is a channel between processes, as Go's are between goroutines. Make one with [NewChan].
type Chan[T any] struct{ store *Store[T] }

// NewChan returns a channel of s with room for capacity values.
//
// NewChan panics with "sim: negative capacity" if the capacity is such.
func NewChan[T any](s *Sim, name string, capacity int) *Chan[T] {
	c := &Chan[T]{NewStore[T](s, name, capacity)}
	c.store.putters.kind, c.store.getters.kind = "send", "receive"
	return c
}

// Send waits until there is room for v or somebody receives it. It returns nil, or an [*Interrupted]; then v is not sent.
//
// Send panics with "sim: send on closed channel" if c is closed, also while it waits, and as [Store.Put] does.
func (c *Chan[T]) Send(p *Proc, v T) error {
	return c.store.Put(p, v)
}

// TrySend sends v if that needs no waiting, and reports whether it did. It may be called from anywhere in the simulation.
// It panics with "sim: send on closed channel" if c is closed.
func (c *Chan[T]) TrySend(v T) bool {
	return c.store.TryPut(v)
}

// Recv waits for a value. It returns the zero value and false when c is closed and nothing is left in it, and an
// [*Interrupted] if the wait was interrupted. It panics as [Store.Get] does.
func (c *Chan[T]) Recv(p *Proc) (v T, ok bool, err error) { return c.store.get(p, nil) }

// TryRecv receives a value if that needs no waiting, and reports whether it did. It may be called from anywhere in the simulation.
func (c *Chan[T]) TryRecv() (T, bool) { return c.store.TryGet() }

// SendCase is the case of [Select] that sends v. Select panics with "sim: send on closed channel" if c is closed, also while it waits.
func (c *Chan[T]) SendCase(v T) Case { return c.store.PutCase(v) }

// RecvCase is the case of [Select] that receives a value, into *v, and into *ok whether there was one, as [Chan.Recv] does.
func (c *Chan[T]) RecvCase(v *T, ok *bool) Case { return c.store.getCase(v, ok, nil) }

// Close closes c: those who wait for a value get none, and nothing can be sent any more.
//
// Close panics with "sim: close of closed channel" if c is closed.
func (c *Chan[T]) Close() {
	must(!c.store.closed, "sim: close of closed channel")
	c.store.closed = true
	for _, l := range []*line{&c.store.getters, &c.store.putters} {
		for l.head != nil {
			placeOf[T](l.head).closed = true
			l.head.fire(nil)
		}
	}
}

// Len returns how many values are in c.
func (c *Chan[T]) Len() int { return c.store.Len() }

// Cap returns for how many values there is room.
func (c *Chan[T]) Cap() int { return c.store.capacity }

// Monitor begins to collect statistics and returns where they are collected.
func (c *Chan[T]) Monitor() *Monitor { return c.store.Monitor() }
