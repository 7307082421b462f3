package main

import (
	"iter"
	"strconv"

	"github.com/goaco/aco"
)

// The rows of the benchmark. An operation is a round trip: the resumer hands control to a
// coroutine and gets it back with the next value. Every peer of a row does the same work.

// A row is one piece of work and the peers that do it.
type row struct {
	name   string
	what   string
	batch  int    // operations are a multiple of it
	libaco string // the same work for C libaco, as COROUTINES:STACK_BYTES; empty if none
	peers  []peer
}

// A peer prepares its side of a row: run performs n operations, stop lets go of it.
type peer struct {
	name    string
	prepare func() (run func(n int), stop func())
}

type co = aco.Coroutine[int, int]

// The preparing functions are not inlined: in the package's large init function the
// compiler would then not inline Resume into the loops.

var rows = append([]*row{
	{"one", "Resume and Yield of one coroutine", 1, "1:0", []peer{
		{"iter.Pull", pulling(iter.Pull[int], counter)},
		{"aco", resuming(count)},
		{"aco standalone", resuming(count, aco.Standalone())},
		{"channels", channels(counter)},
	}},
	{"one-range", "Yield in the body of a range over a function", 1, "1:0", []peer{
		{"iter.Pull", pulling(iter.Pull[int], rangeCounter)},
		{"aco", resuming(rangeCount)},
	}},
	{"one-slice", "Yield while a slice of a local array is alive", 1, "1:0", []peer{
		{"iter.Pull", pulling(iter.Pull[int], sliceCounter)},
		{"aco", resuming(sliceCount)},
	}},
	{"pull", "next of a pulled sequence", 1, "", []peer{
		{"iter.Pull", pulling(iter.Pull[int], counter)},
		{"aco.Pull", pulling(aco.Pull[int], counter)},
	}},
	{"walk", "next of a recursive walk over a tree of 1,023 nodes", 1, "", []peer{
		{"iter.Pull", walking(iter.Pull[int])},
		{"aco.Pull", walking(aco.Pull[int])},
		{"channels", channels(func(yield func(int) bool) {
			for tree := newTree(10); tree.push(yield); {
			}
		})},
	}},
	manyRow("1000", 1000, "1000:120"),
	manyRow("100000", 100000, ""),
	{"life", "create, three values, stop", 1, "", []peer{
		{"iter.Pull", lives(iter.Pull[int])},
		{"aco.Pull", lives(aco.Pull[int])},
		{"aco standalone", standaloneLives},
		{"channels", channelLives},
	}},
}, depthRows(0, 10, 100, 1000)...)

// rowNames returns the names of all rows.
func rowNames() (names []string) {
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}

// resuming prepares one coroutine with Resume.
//
//go:noinline
func resuming(body func(*co, int), opts ...aco.Option) func() (func(int), func()) {
	return func() (func(int), func()) {
		c := aco.New(body, opts...)
		c.Resume(0)
		return func(n int) {
			for i := range n {
				c.Resume(i)
			}
		}, c.Close
	}
}

// pulling prepares one pulled sequence.
//
//go:noinline
func pulling(pull func(iter.Seq[int]) (func() (int, bool), func()), seq iter.Seq[int]) func() (func(int), func()) {
	return func() (func(int), func()) {
		next, stop := pull(seq)
		next()
		return func(n int) {
			for range n {
				next()
			}
		}, stop
	}
}

// channels prepares a goroutine that is asked for a value on one channel and answers on
// another.
//
//go:noinline
func channels(seq iter.Seq[int]) func() (func(int), func()) {
	return func() (func(int), func()) {
		ask, answer := make(chan struct{}), make(chan int)
		go func() {
			for v := range seq {
				if _, ok := <-ask; !ok {
					return
				}
				answer <- v
			}
		}()
		return func(n int) {
			for range n {
				ask <- struct{}{}
				<-answer
			}
		}, func() { close(ask) }
	}
}

func count(c *co, v int) {
	for {
		v = c.Yield(v + 1)
	}
}

func three(c *co, v int) {
	for i := range 3 {
		c.Yield(v + i)
	}
}

func counter(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

//go:noinline
func forever(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func rangeCount(c *co, v int) {
	sum := 0
	for i := range forever {
		sum += c.Yield(sum + i)
	}
}

func rangeCounter(yield func(int) bool) {
	sum := 0
	for i := range forever {
		sum++
		if !yield(sum + i) {
			return
		}
	}
}

//go:noinline
func touch(s []int) int {
	s[0]++
	return s[0]
}

func sliceCount(c *co, v int) {
	var a [4]int
	s := a[:]
	for {
		c.Yield(touch(s))
	}
}

func sliceCounter(yield func(int) bool) {
	var a [4]int
	s := a[:]
	for yield(touch(s)) {
	}
}

// manyRow has n coroutines, each with 120 bytes of locals alive, resumed in order.
//
//go:noinline
func manyRow(name string, n int, libaco string) *row {
	return &row{name, strconv.Itoa(n) + " coroutines with 120 bytes of locals alive", n, libaco, []peer{
		{"iter.Pull", func() (func(int), func()) {
			nexts, stops := make([]func() (int, bool), n), make([]func(), n)
			for i := range nexts {
				nexts[i], stops[i] = iter.Pull(localsCounter)
				nexts[i]()
			}
			return func(ops int) {
					for range ops / n {
						for _, next := range nexts {
							next()
						}
					}
				}, func() {
					for _, stop := range stops {
						stop()
					}
				}
		}},
		{"aco", func() (func(int), func()) {
			cos := make([]*co, n)
			for i := range cos {
				cos[i] = aco.New(localsCount)
				cos[i].Resume(0)
			}
			return func(ops int) {
				for i := range ops / n {
					for _, c := range cos {
						c.Resume(i)
					}
				}
			}, func() {}
		}},
		{"channels", func() (func(int), func()) {
			asks, answers := make([]chan struct{}, n), make([]chan int, n)
			for i := range asks {
				asks[i], answers[i] = make(chan struct{}), make(chan int)
				go func() {
					localsCounter(func(v int) bool {
						_, ok := <-asks[i]
						if ok {
							answers[i] <- v
						}
						return ok
					})
				}()
			}
			return func(ops int) {
					for range ops / n {
						for i, ask := range asks {
							ask <- struct{}{}
							<-answers[i]
						}
					}
				}, func() {
					for _, ask := range asks {
						close(ask)
					}
				}
		}},
	}}
}

// localsCount yields with fifteen words of an array of its own alive.
func localsCount(c *co, v int) {
	var a [15]int
	for i := 0; ; i++ {
		a[i%15] += v
		v = c.Yield(a[i%15])
	}
}

func localsCounter(yield func(int) bool) {
	var a [15]int
	for i := 0; ; i++ {
		a[i%15]++
		if !yield(a[i%15]) {
			return
		}
	}
}

// lives makes whole short lives.
//
//go:noinline
func lives(pull func(iter.Seq[int]) (func() (int, bool), func())) func() (func(int), func()) {
	return func() (func(int), func()) {
		return func(n int) {
			for range n {
				next, stop := pull(counter)
				next()
				next()
				next()
				stop()
			}
		}, func() {}
	}
}

// A tree is walked by recursion: each value comes through another chain of calls.
type tree struct {
	left, right *tree
	value       int
}

func newTree(depth int) *tree {
	if depth == 0 {
		return nil
	}
	return &tree{newTree(depth - 1), newTree(depth - 1), depth}
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

// walking prepares one walk after the other.
//
//go:noinline
func walking(pull func(iter.Seq[int]) (func() (int, bool), func())) func() (func(int), func()) {
	return func() (func(int), func()) {
		tree := newTree(10)
		seq := func(yield func(int) bool) { tree.push(yield) }
		next, stop := pull(seq)
		return func(n int) {
			for range n {
				if _, ok := next(); !ok {
					next, stop = pull(seq)
				}
			}
		}, func() { stop() }
	}
}

// standaloneLives makes whole short lives of standalone coroutines.
func standaloneLives() (func(int), func()) {
	return func(n int) {
		for range n {
			c := aco.New(three, aco.Standalone())
			for range 4 {
				c.Resume(0)
			}
		}
	}, func() {}
}

func channelLives() (func(int), func()) {
	return func(n int) {
		for range n {
			run, stop := channels(counter)()
			run(3)
			stop()
		}
	}, func() {}
}

// depthRows yield at the bottom of call chains of the given depths.
//
//go:noinline
func depthRows(depths ...int) (rows []*row) {
	for _, d := range depths {
		seq := func(yield func(int) bool) { descend(d, func(v int) { yield(v) }) }
		body := func(c *co, _ int) { descendCo(c, d) }
		rows = append(rows, &row{"depth-" + strconv.Itoa(d), "Yield " + strconv.Itoa(d) + " calls down", 1, "", []peer{
			{"iter.Pull", func() (func(int), func()) {
				next, _ := iter.Pull(seq)
				return func(n int) {
					for range n {
						next()
					}
				}, func() {}
			}},
			{"aco", resuming(body)},
			{"aco standalone", resuming(body, aco.Standalone())},
		}})
	}
	return rows
}

//go:noinline
func descend(d int, yield func(int)) int {
	if d > 0 {
		return descend(d-1, yield) + 1
	}
	for i := 0; ; i++ {
		yield(i)
	}
}

//go:noinline
func descendCo(c *co, d int) int {
	if d > 0 {
		return descendCo(c, d-1) + 1
	}
	for i := 0; ; i++ {
		c.Yield(i)
	}
}
