// Package ladder is the event queue of package sim.
package ladder

import (
	"math"
	"slices"
)

// An Entry is an event at a time. It is stale, and of no effect, once *Live is not Key.
type Entry struct {
	At   float64 // finite
	Key  uint64  // orders the entries of one time; no two are equal
	Live *uint64
}

func (a *Entry) before(b *Entry) bool { return a.At < b.At || a.At == b.At && a.Key < b.Key }

// A Queue has the events that come soon in a heap, and, if there are many, later ones unordered in buckets, each for a span
// of time, and those after the last bucket in a list. When the heap is empty, it takes the next bucket; when there is
// none left, the list is dealt out to new ones. So do the ladder queue (Tang, Goh and Thng, ACM TOMACS 15, 2005) and its like.
//
// What is taken leaves a hole at the root of the heap. Mostly the process that it belonged to sleeps again, and its
// next entry goes there: one walk down instead of one down and one up.
type Queue struct {
	heap    []Entry // four children a node: entry i comes before the entries 4i+1 to 4i+4
	hole    bool
	far     bool     // there are buckets
	cur     float64  // how many buckets have been taken
	base    float64  // when the first one begins
	scale   float64  // buckets a unit of time
	buckets []*chunk // each that is left has the entries whose place is its number
	later   *chunk
	free    *chunk
	urgent  *chunk // in their order, before all others; nil if there are none
	last    *chunk // of them
	served  int    // how many of the first chunk of them have been taken
	taken   int    // how many entries have been taken since it was last tried to deal them out
	again   int    // when so many have, a heap that is large is dealt out
	n       int    // how many entries there are
	stale   int    // how many entries have been overtaken: that are in the queue
}

// A chunk has entries that are not in order, and is followed by others with more of them.
type chunk struct {
	next *chunk
	n    int
	e    [31]Entry // of 768 bytes, as the allocator has them
}

// put adds e to the chunks of a list.
func (q *Queue) put(list **chunk, e Entry) {
	c := *list
	if c == nil || c.n == len(c.e) {
		c = q.empty()
		c.next = *list
		*list = c
	}
	c.e[c.n] = e
	c.n++
}

func (q *Queue) empty() *chunk {
	c := q.free
	if c == nil {
		return new(chunk)
	}
	q.free, c.next = c.next, nil
	return c
}

// emptied frees c, which is the first of a list, and returns the rest of it.
func (q *Queue) emptied(c *chunk) *chunk {
	next := c.next
	clear(c.e[:c.n])
	c.n, c.next, q.free = 0, q.free, c
	return next
}

const (
	farFrom    = 4096 // entries from which on there are buckets
	bucketSize = 48   // entries that a bucket is meant for
)

// place returns to which bucket a time belongs. It never decreases when the time increases.
func (q *Queue) place(at float64) float64 { return (at - q.base) * q.scale }

// PushUrgent adds e, which comes before all that Push has added and will add, and after what PushUrgent has added.
func (q *Queue) PushUrgent(e Entry) {
	q.n++
	if q.urgent == nil {
		q.urgent = q.empty()
		q.last = q.urgent
	} else if q.last.n == len(q.last.e) {
		q.last.next = q.empty()
		q.last = q.last.next
	}
	q.last.e[q.last.n] = e
	q.last.n++
}

// Push adds e.
func (q *Queue) Push(e Entry) {
	q.n++
	if q.far {
		if i := q.place(e.At); i >= float64(len(q.buckets)) {
			q.put(&q.later, e)
			return
		} else if i >= q.cur {
			q.put(&q.buckets[int(i)], e)
			return
		}
	}
	if q.hole {
		q.hole = false
		q.n-- // what has left it
		down(q.heap, 0, e)
		return
	}
	h := append(q.heap, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !e.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	q.heap = h
}

// Next is Push and First. It is quick if what was taken has left its hole, and e goes there.
func (q *Queue) Next(e Entry) (Entry, bool) {
	if q.hole && !q.far && len(q.heap) <= farFrom && q.urgent == nil {
		q.hole = false
		down(q.heap, 0, e)
		if e = q.heap[0]; *e.Live == e.Key {
			return e, true
		}
	} else {
		q.Push(e)
	}
	return q.First()
}

// down puts e where i is or below.
func down(h []Entry, i int, e Entry) {
	for {
		c := 4*i + 1
		if c >= len(h) {
			break
		}
		best := c
		for k := c + 1; k < len(h) && k < c+4; k++ {
			if h[k].before(&h[best]) {
				best = k
			}
		}
		if !h[best].before(&e) {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = e
}

// heapify moves the entries of a list to the heap, which is empty, but for the stale ones.
func (q *Queue) heapify(c *chunk) {
	for ; c != nil; c = q.emptied(c) {
		q.heap = append(q.heap, c.e[:c.n]...)
	}
	q.heap = q.live(q.heap)
	for i := (len(q.heap) - 2) / 4; i >= 0 && len(q.heap) > 1; i-- {
		down(q.heap, i, q.heap[i])
	}
}

// live returns h without its stale entries.
func (q *Queue) live(h []Entry) []Entry {
	n := len(h)
	h = slices.DeleteFunc(h, func(e Entry) bool { return *e.Live != e.Key })
	q.n -= n - len(h)
	q.stale -= n - len(h)
	return h
}

// Take takes the entry out that First has returned.
func (q *Queue) Take() {
	if q.urgent == nil {
		q.hole = true
		q.taken++
		return
	}
	q.n--
	if q.served++; q.served == q.urgent.n {
		q.urgent, q.served = q.emptied(q.urgent), 0
	}
}

// Len returns how many entries there are, also stale ones.
func (q *Queue) Len() int { return q.n }

// Nothing reports whether it is certain that no entry is at that time or before.
func (q *Queue) Nothing(at float64) bool {
	if q.urgent != nil {
		return false
	}
	first := q.heap
	if q.hole {
		first = first[1:min(5, len(first))] // the root's children
	} else if len(first) > 1 {
		first = first[:1]
	}
	for i := range first {
		if first[i].At <= at {
			return false
		}
	}
	return len(first) > 0 || !q.far
}

// Reset takes out all entries. It keeps some of the memory.
func (q *Queue) Reset() {
	clear(q.heap)
	*q = Queue{heap: q.heap[:0], free: q.free}
}

// fill fills the hole.
func (q *Queue) fill() {
	if !q.hole {
		return
	}
	q.hole = false
	q.n--
	n := len(q.heap) - 1
	last := q.heap[n]
	q.heap[n] = Entry{}
	q.heap = q.heap[:n]
	if n > 0 {
		down(q.heap, 0, last)
	}
}

// First returns the Entry whose turn is next, and drops the stale ones before it.
func (q *Queue) First() (e Entry, ok bool) {
	if len(q.heap) > farFrom && !q.far && q.taken >= q.again {
		q.fill()
		q.putOff()
		q.deal()
	}
	for q.urgent != nil {
		if e = q.urgent.e[q.served]; *e.Live == e.Key {
			return e, true
		}
		q.stale--
		q.Take()
	}
	for {
		q.fill()
		if len(q.heap) == 0 {
			if !q.far {
				return Entry{}, false
			}
			q.refill()
			continue
		}
		if e = q.heap[0]; *e.Live == e.Key {
			return e, true
		}
		q.hole = true
		q.stale--
	}
}

// refill fills the heap, which is empty, with the next bucket.
func (q *Queue) refill() {
	for int(q.cur) < len(q.buckets) {
		b := &q.buckets[int(q.cur)]
		q.cur++
		if c := *b; c != nil {
			*b = nil
			q.heapify(c)
			return
		}
	}
	q.deal()
}

// putOff moves the heap to the list of later entries.
func (q *Queue) putOff() {
	for _, e := range q.heap {
		q.put(&q.later, e)
	}
	clear(q.heap)
	if q.heap = q.heap[:0]; cap(q.heap) > 2*farFrom {
		q.heap = nil
	}
}

// deal deals all entries out to buckets. They are in the list of later ones. The buckets' span is that of the earlier three
// quarters, so that few that are far off don't make it wide. If there are few, or no span, they all go into the heap, until as many as
// there are have been taken.
func (q *Queue) deal() {
	n := 0
	base := math.Inf(1)
	for c := q.later; c != nil; c = c.next {
		for i := range c.e[:c.n] {
			base = min(base, c.e[i].At)
		}
		n += c.n
	}
	all := q.later
	q.far, q.cur, q.base, q.taken, q.again, q.later = false, 0, base, 0, n, nil
	if number := n * 3 / 4 / bucketSize; n > farFrom/4 {
		var times []float64
		next := 0 // which entry's time is taken, counted from the first one of c
		for c := all; c != nil; c = c.next {
			for ; next < c.n; next += n / 256 {
				times = append(times, c.e[next].At)
			}
			next -= c.n
		}
		slices.Sort(times)
		q.scale = float64(number) / (times[len(times)*3/4] - base)
		if q.far = q.scale <= math.MaxFloat64; q.far {
			q.buckets = slices.Grow(q.buckets[:0], number)[:number]
		}
	}
	if !q.far {
		q.heapify(all)
		return
	}
	look := q.stale > n/4 // or else it is not worth to look at each
	for c := all; c != nil; c = q.emptied(c) {
		for _, e := range c.e[:c.n] {
			if look && *e.Live != e.Key {
				q.n--
				q.stale--
			} else if i := q.place(e.At); i < float64(len(q.buckets)) {
				q.put(&q.buckets[int(i)], e)
			} else {
				q.put(&q.later, e)
			}
		}
	}
}

// Overtaken says that an entry has become stale. When most entries are such, they are dropped.
func (q *Queue) Overtaken() {
	q.stale++
	if q.stale < 64 || q.stale < q.n/2 {
		return
	}
	q.fill()
	q.putOff()
	if q.far {
		for i := int(q.cur); i < len(q.buckets); i++ {
			for c := q.buckets[i]; c != nil; c = q.emptied(c) {
				for _, e := range c.e[:c.n] {
					q.put(&q.later, e)
				}
			}
			q.buckets[i] = nil
		}
	}
	q.deal()
}
