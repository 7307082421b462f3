package ladder

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What else the event queue could be, measured: go test -run XXX -bench Queues ./sim/internal/ladder. Docs/sim/measurements.md
// has what came out.

// A plain heap is one with four children a node: entry i stands before the entries 4i+1 to 4i+4.
//
// What is taken leaves a hole at the root. Mostly the process that it belonged to sleeps again, and its
// next entry goes there: one walk down instead of one down and one up.
type plain struct {
	heap  []Entry
	hole  bool
	stale int // how many entries have been overtaken: their processes wait for something else
}

func (q *plain) push(e Entry) {
	if q.hole {
		q.hole = false
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

// first returns the Entry whose turn is next, and drops the stale ones before it.
func (q *plain) first() (e Entry, ok bool) {
	for {
		if q.hole {
			q.hole = false
			n := len(q.heap) - 1
			last := q.heap[n]
			q.heap[n] = Entry{}
			q.heap = q.heap[:n]
			if n > 0 {
				down(q.heap, 0, last)
			}
		}
		if len(q.heap) == 0 {
			return Entry{}, false
		}
		if e = q.heap[0]; *e.Live == e.Key {
			return e, true
		}
		q.hole = true
		q.stale--
	}
}

// A pairing is a pairing heap (Fredman, Sedgewick, Sleator and Tarjan, Algorithmica 1, 1986) of pooled nodes.
type pairing struct{ root, free *node }

type node struct {
	Entry
	child, sibling *node
}

func meld(a, b *node) *node {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	if b.before(&a.Entry) {
		a, b = b, a
	}
	b.sibling, a.child = a.child, b
	return a
}

func (h *pairing) push(e Entry) {
	n := h.free
	if n == nil {
		n = new(node)
	} else {
		h.free = n.sibling
	}
	*n = node{Entry: e}
	h.root = meld(h.root, n)
}

func (h *pairing) pop() Entry {
	top := h.root
	var pairs, rest *node
	for c := top.child; c != nil; c = rest {
		b := c.sibling
		rest = nil
		if b != nil {
			rest = b.sibling
		}
		c.sibling = nil
		p := meld(c, b)
		p.sibling, pairs = pairs, p
	}
	h.root = nil
	for pairs != nil {
		next := pairs.sibling
		pairs.sibling = nil
		h.root = meld(h.root, pairs)
		pairs = next
	}
	e := top.Entry
	*top = node{sibling: h.free}
	h.free = top
	return e
}

// Each takes an event and schedules another one, with n in the queue: the hold model (Jones, Communications of the ACM 29, 1986).
func BenchmarkQueues(b *testing.B) {
	var live uint64
	for _, n := range []int{1, 1000, 1_000_000} {
		for _, how := range []string{"uniform", "fixed"} {
			r := rand.New(rand.NewPCG(1, 2))
			delay := r.Float64
			if how == "fixed" {
				delay = func() float64 { return 1 }
			}
			hold := func(name string, push func(Entry), take func() Entry) {
				for range n {
					push(Entry{At: r.Float64(), Live: &live})
				}
				b.Run(fmt.Sprintf("%s/%s/%d", name, how, n), func(b *testing.B) {
					for range b.N {
						e := take()
						e.At += delay()
						push(e)
					}
				})
			}
			var q plain
			hold("heap", q.push, func() Entry { e, _ := q.first(); q.hole = true; return e })
			var t plain
			hold("heap-without-hole", t.push, func() Entry { e, _ := t.first(); t.hole = true; t.first(); return e })
			var l Queue
			hold("ladder", l.Push, func() Entry { e, _ := l.First(); l.Take(); return e })
			var h pairing
			hold("pairing", h.push, h.pop)
		}
	}
}
