package sim

import (
	"slices"
	"sort"
	"unsafe"

	"github.com/goaco/aco/sim/stat"
)

// A Store holds things of type T up to a capacity. Who puts into a full one waits, and so does who gets from one that has
// nothing for it; both first come first served. Make one with [NewStore] or [NewPriorityStore].
type Store[T any] struct {
	putters  line
	getters  line
	capacity int
	items    []T // those from head on
	head     int
	less     func(a, b T) bool
	free     *place[T]
	level    *stat.Level
	closed   bool // it is a channel that is closed
}

// A place is a waiter with what it puts or has got.
type place[T any] struct {
	waiter
	item   T
	wants  func(T) bool // or nil for any
	next   *place[T]    // free
	closed bool         // the wait has ended because the channel was closed
}

// NewStore returns a store of s with room for capacity things, which are taken out in the order in which they were put
// in. The name is shown by [Sim.Blocked] and in traces. With capacity 0 a Put waits for a Get.
//
// NewStore panics with "sim: negative capacity" if the capacity is such.
func NewStore[T any](s *Sim, name string, capacity int) *Store[T] {
	must(capacity >= 0, "sim: negative capacity")
	return &Store[T]{capacity: capacity,
		putters: line{sim: s, kind: "put", name: name}, getters: line{sim: s, kind: "get", name: name}}
}

// NewPriorityStore returns a store out of which the least thing is taken first, and of equal ones the one that was put in first.
func NewPriorityStore[T any](s *Sim, name string, capacity int, less func(a, b T) bool) *Store[T] {
	t := NewStore[T](s, name, capacity)
	t.less = less
	return t
}

// Put waits until there is room for v, and puts it in. It returns nil, or an [*Interrupted]; then v is not put in.
//
// Put panics with "sim: ..." if the store is of another simulation, and as [Proc.Sleep] does.
func (t *Store[T]) Put(p *Proc, v T) error {
	p.check(t.putters.sim)
	if t.TryPut(v) {
		return nil
	}
	w := t.wait(p, &t.putters, v, nil)
	p.co.Yield(parked)
	err := p.err
	must(!w.closed, sendClosed)
	t.release(w)
	return err
}

// Get waits until there is something in the store, and takes it out. The error is nil or an [*Interrupted]; then nothing is taken out.
//
// Get panics as [Store.Put] does.
func (t *Store[T]) Get(p *Proc) (T, error) { return t.GetWhere(p, nil) }

// GetWhere waits until there is something in the store for which wants returns true, and takes the first such thing out. Who
// wants other things does not wait behind it.
//
// GetWhere returns and panics as [Store.Get] does.
func (t *Store[T]) GetWhere(p *Proc, wants func(T) bool) (T, error) {
	v, _, err := t.get(p, wants)
	return v, err
}

func (t *Store[T]) get(p *Proc, wants func(T) bool) (v T, ok bool, err error) {
	p.check(t.getters.sim)
	if v, ok = t.TryGetWhere(wants); ok || t.closed {
		return v, ok, nil
	}
	w := t.wait(p, &t.getters, v, wants)
	p.co.Yield(parked)
	v, ok, err = w.item, p.err == nil && !w.closed, p.err
	t.release(w)
	return v, ok, err
}

func (t *Store[T]) wait(p *Proc, l *line, v T, wants func(T) bool) *place[T] {
	w := t.free
	if w == nil {
		w = new(place[T])
	} else {
		t.free = w.next
	}
	w.item, w.wants = v, wants
	l.add(p, &w.waiter, 0)
	return w
}

func (t *Store[T]) release(w *place[T]) {
	*w = place[T]{next: t.free}
	t.free = w
}

// placeOf returns the place that w, a waiter in a line of a Store[T], is the first field of.
func placeOf[T any](w *waiter) *place[T] { return (*place[T])(unsafe.Pointer(w)) }

// TryPut puts v in if there is room and nobody waits to put, and reports whether it did. It may be called
// from anywhere in the simulation.
func (t *Store[T]) TryPut(v T) bool {
	must(!t.closed, sendClosed)
	if t.putters.head != nil {
		return false
	}
	if t.offer(v) {
		return true
	}
	if t.Len() >= t.capacity {
		return false
	}
	t.insert(v)
	return true
}

// offer hands v to the first who waits for it.
func (t *Store[T]) offer(v T) bool {
	for w := t.getters.head; w != nil; w = w.next {
		if g := placeOf[T](w); g.wants == nil || g.wants(v) {
			g.item = v
			w.fire(nil)
			return true
		}
	}
	return false
}

func (t *Store[T]) insert(v T) {
	if t.head > 0 && len(t.items) == cap(t.items) { // rather than to grow
		n := copy(t.items, t.items[t.head:])
		clear(t.items[n:])
		t.items, t.head = t.items[:n], 0
	}
	if i := len(t.items); t.less == nil || i == t.head || !t.less(v, t.items[i-1]) {
		t.items = append(t.items, v)
	} else {
		i = t.head + sort.Search(t.Len(), func(i int) bool { return t.less(v, t.items[t.head+i]) })
		t.items = slices.Insert(t.items, i, v)
	}
	t.changed()
}

// TryGet takes the first thing out if there is one, and reports whether it did. It may be called from anywhere in the simulation.
func (t *Store[T]) TryGet() (T, bool) { return t.TryGetWhere(nil) }

// TryGetWhere takes the first thing out for which wants returns true if there is one, and reports whether it did. It may be
// called from anywhere in the simulation.
func (t *Store[T]) TryGetWhere(wants func(T) bool) (v T, ok bool) {
	if t.capacity == 0 {
		for w := t.putters.head; w != nil; w = w.next {
			if g := placeOf[T](w); wants == nil || wants(g.item) {
				v = g.item
				w.fire(nil)
				return v, true
			}
		}
		return v, false
	}
	i := t.head
	for wants != nil && i < len(t.items) && !wants(t.items[i]) {
		i++
	}
	if i == len(t.items) {
		return v, false
	}
	v = t.items[i]
	copy(t.items[t.head+1:], t.items[t.head:i])
	var zero T
	t.items[t.head] = zero
	if t.head++; t.head == len(t.items) {
		t.items, t.head = t.items[:0], 0
	}
	t.changed()
	for w := t.putters.head; w != nil && t.Len() < t.capacity; w = t.putters.head {
		item := placeOf[T](w).item
		w.fire(nil)
		if !t.offer(item) {
			t.insert(item)
		}
	}
	return v, true
}

func (t *Store[T]) changed() {
	t.getters.sim.level(t.level, &t.getters, "items", float64(t.Len()))
}

// Len returns how many things are in the store.
func (t *Store[T]) Len() int { return len(t.items) - t.head }

// Items returns the things in the store, in the order in which they are taken out. The caller must not change them.
func (t *Store[T]) Items() []T { return t.items[t.head:] }

// Capacity returns for how many things there is room.
func (t *Store[T]) Capacity() int { return t.capacity }

// Waiting returns how many processes wait to put and to get.
func (t *Store[T]) Waiting() (put, get int) { return t.putters.n, t.getters.n }

// A Monitor is what Monitor of a [Store] or [Container] collects.
type Monitor struct {
	Level   *stat.Level // how much is in it
	Putters *stat.Level // how many wait to put
	Getters *stat.Level // how many wait to get
}

func newMonitor(putters, getters *line, level float64) *Monitor {
	s := putters.sim
	m := &Monitor{stat.NewLevel(s), stat.NewLevel(s), stat.NewLevel(s)}
	m.Level.Set(level)
	putters.level, getters.level = m.Putters, m.Getters
	putters.changed(0)
	getters.changed(0)
	return m
}

// Monitor begins to collect statistics and returns where they are collected.
func (t *Store[T]) Monitor() *Monitor {
	m := newMonitor(&t.putters, &t.getters, float64(t.Len()))
	t.level = m.Level
	return m
}

// PutCase is the case of [Select] that puts v in.
func (t *Store[T]) PutCase(v T) Case {
	return choice{sim: t.putters.sim,
		try:  func(*Proc) (bool, error) { return t.TryPut(v), nil },
		join: func(p *Proc) *waiter { return &t.wait(p, &t.putters, v, nil).waiter },
		collect: func(w *waiter, won bool) {
			must(!won || !placeOf[T](w).closed, sendClosed)
			t.release(placeOf[T](w))
		}}
}

// GetCase is the case of [Select] that takes the first thing out, into *v.
func (t *Store[T]) GetCase(v *T) Case { return t.GetWhereCase(v, nil) }

// GetWhereCase is the case of [Select] that takes the first thing out for which wants returns true, into *v.
func (t *Store[T]) GetWhereCase(v *T, wants func(T) bool) Case { return t.getCase(v, new(bool), wants) }

func (t *Store[T]) getCase(v *T, ok *bool, wants func(T) bool) Case {
	return choice{sim: t.getters.sim,
		try: func(*Proc) (bool, error) {
			x, got := t.TryGetWhere(wants)
			if got || t.closed {
				*v, *ok = x, got
			}
			return got || t.closed, nil
		},
		join: func(p *Proc) *waiter {
			var zero T
			return &t.wait(p, &t.getters, zero, wants).waiter
		},
		collect: func(w *waiter, won bool) {
			if g := placeOf[T](w); won {
				*v, *ok = g.item, !g.closed
			}
			t.release(placeOf[T](w))
		}}
}
