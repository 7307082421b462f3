package main

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/goaco/aco"
)

// The rows of the benchmark. An operation is a round trip: the resumer hands control to a
// coroutine and gets it back with the next value. Every peer of a row does the same work.

// A row is one piece of work and the peers that do it.
type row struct {
	name   string
	title  string // in the picture; empty if it is the name
	what   string
	batch  int                                  // operations are a multiple of it
	libaco string                               // the same work for C libaco, as COROUTINES:STACK_BYTES; empty if none
	unit   string                               // what is measured, if it is not time
	needs  func(p plan, goroutines bool) uint64 // bytes of memory, about, if there are goroutines or not; nil if few
	large  bool                                 // measured only if it is asked for
	peers  []peer
}

// A peer does its row's work in one of three ways.
type peer struct {
	name string

	// prepare makes coroutines that go on for ever: run performs n operations, stop lets go.
	prepare func() (run func(n int), stop func())

	// work makes what is needed to do the row's work, all of a batch, over and over: once does
	// that and returns a checksum, which is the same for every peer.
	work func() (once func() int, stop func())

	// suspended makes n coroutines that are suspended, whose memory is measured.
	suspended func(n int) (keep any)
}

// start prepares the peer, whichever way it works.
func (p *peer) start(batch int) (run func(n int), stop func()) {
	if p.prepare != nil {
		return p.prepare()
	}
	once, stop := p.work()
	return func(n int) {
		for range n / batch {
			once()
		}
	}, stop
}

type co = aco.Coroutine[int, int]

// The preparing functions are not inlined: in the package's large init function the
// compiler would then not inline Resume into the loops.

var rows = slices.Concat([]*row{
	{name: "one", title: "Resume and Yield", what: "Resume and Yield of one coroutine", batch: 1, libaco: "1:0", peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], counter)},
		{name: acoShared, prepare: resuming(count)},
		{name: acoStandalone, prepare: resuming(count, aco.Standalone())},
		{name: twoChannels, prepare: pulling(channelPull[int], counter)},
		{name: syncCond, prepare: pulling(condPull[int], counter)},
		{name: stateMachine, prepare: pulling(countingMachine, nil)},
	}},
	{name: "one-range", title: "… in a range's body", what: "Yield in the body of a range over a function", batch: 1, libaco: "1:0", peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], rangeCounter)},
		{name: acoShared, prepare: resuming(rangeCount)},
	}},
	{name: "one-slice", title: "… with a slice alive", what: "Yield while a slice of a local array is alive", batch: 1, libaco: "1:0", peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], sliceCounter)},
		{name: acoShared, prepare: resuming(sliceCount)},
	}},
	{name: "one-called", title: "… where Yield is called", what: "Yield in a closure, where the compiler does not inline it", batch: 1, libaco: "1:0", peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], counter)},
		{name: acoShared, prepare: resuming(calledCount())},
	}},
	{name: "places", title: "… at three places", what: "Yield at one of three places in turn", batch: 1, libaco: "1:0", peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], placesCounter)},
		{name: acoShared, prepare: resuming(placesCount)},
		{name: acoStandalone, prepare: resuming(placesCount, aco.Standalone())},
	}},
	{name: "pull", title: "next of Pull", what: "next of a pulled sequence", batch: 1, peers: []peer{
		{name: iterPull, prepare: pulling(iter.Pull[int], counter)},
		{name: acoPull, prepare: pulling(aco.Pull[int], counter)},
		{name: oneChannel, prepare: pulling(channelAhead, counter)},
		{name: bufferedChannel, prepare: pulling(bufferedAhead, counter)},
	}},
	{name: "walk", title: "walk over a tree", what: "next of a recursive walk over a tree of 1,023 nodes", batch: 1, peers: []peer{
		{name: iterPull, prepare: walking(iter.Pull[int])},
		{name: acoPull, prepare: walking(aco.Pull[int])},
		{name: acoStandalone, prepare: standaloneWalks},
		{name: twoChannels, prepare: walking(channelPull[int])},
		{name: oneChannel, prepare: walking(channelAhead)},
		{name: bufferedChannel, prepare: walking(bufferedAhead)},
		{name: syncCond, prepare: walking(condPull[int])},
	}},
	{name: "life", title: "a whole life", what: "create, three values, stop", batch: 1, peers: []peer{
		{name: iterPull, prepare: lives(iter.Pull[int])},
		{name: acoPull, prepare: lives(aco.Pull[int])},
		{name: acoShared, prepare: coroutineLives()},
		{name: acoStandalone, prepare: coroutineLives(aco.Standalone())},
		{name: twoChannels, prepare: lives(channelPull[int])},
		{name: oneChannel, prepare: lives(channelAhead)},
		{name: syncCond, prepare: lives(condPull[int])},
	}},
}, depthRows(0, 10, 100, 1000), workRows(), memoryRows(), []*row{
	// Last, because each collection later on looks at all goroutines that there ever were.
	manyRow("10", 10, ""),
	manyRow("1000", 1000, "1000:120"),
	manyRow("10000", 10000, ""),
	manyRow("100000", 100000, ""),
	consumersRow(100000),
}, sizeRows())

// rowNames returns the names of all rows.
func rowNames() (names []string) {
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}

// rowsInShort returns the names of all rows, and of those with a colon only how they are made.
func rowsInShort() (names []string) {
	for _, r := range rows {
		if !r.large {
			names = append(names, r.name)
		}
	}
	return append(names, fmt.Sprintf("N:BYTES with N of %v and BYTES of %v", sizeCounts, sizeLocals))
}

// peerNames returns the names of the row's peers.
func (r *row) peerNames() (names []string) {
	for _, p := range r.peers {
		names = append(names, p.name)
	}
	return names
}

// describeRows returns a line a row.
func describeRows() string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-13s %s\n", r.name, r.what)
	}
	return b.String()
}

// unitName returns what the row's figures are in.
func (r *row) unitName() string {
	if r.unit != "" {
		return r.unit
	}
	return "ns"
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

func channelAhead(seq iter.Seq[int]) (func() (int, bool), func())  { return aheadPull(seq, 0) }
func bufferedAhead(seq iter.Seq[int]) (func() (int, bool), func()) { return aheadPull(seq, 128) }

// countingMachine is counter without a coroutine.
func countingMachine(iter.Seq[int]) (next func() (int, bool), stop func()) {
	i := 0
	return func() (int, bool) { i++; return i, true }, func() {}
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

func placesCount(c *co, v int) {
	for {
		v = c.Yield(v + 1)
		v = c.Yield(v + 2)
		v = c.Yield(v + 3)
	}
}

func placesCounter(yield func(int) bool) {
	for i := 0; yield(i) && yield(i+1) && yield(i+2); i++ {
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
	return &row{name: name, title: thousands(float64(n)) + " coroutines", what: thousands(float64(n)) + " coroutines with 120 bytes of locals alive", batch: n, libaco: libaco,
		needs: needsOf(n, 700),
		peers: []peer{
			{name: iterPull, prepare: pullingMany(iter.Pull[int], n)},
			{name: acoShared, prepare: resumingMany(n)},
			{name: acoStandalone, prepare: resumingMany(n, aco.Standalone())},
			{name: twoChannels, prepare: pullingMany(channelPull[int], n)},
			{name: syncCond, prepare: pullingMany(condPull[int], n)},
		}}
}

// pullingMany prepares n pulled sequences.
//
//go:noinline
func pullingMany(pull func(iter.Seq[int]) (func() (int, bool), func()), n int) func() (func(int), func()) {
	return func() (func(int), func()) {
		nexts, stops := make([]func() (int, bool), n), make([]func(), n)
		for i := range nexts {
			nexts[i], stops[i] = pull(localsCounter)
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
	}
}

// resumingMany prepares n coroutines with Resume.
//
//go:noinline
func resumingMany(n int, opts ...aco.Option) func() (func(int), func()) {
	return func() (func(int), func()) {
		cos := make([]*co, n)
		for i := range cos {
			cos[i] = aco.New(localsCount, opts...)
			cos[i].Resume(0)
		}
		return func(ops int) {
				for i := range ops / n {
					for _, c := range cos {
						c.Resume(i)
					}
				}
			}, func() {
				for _, c := range cos {
					c.Close()
				}
			}
	}
}

// localsCount yields with fifteen words of 8 bytes of an array of its own alive.
func localsCount(c *co, v int) {
	var a [15]int64
	for i := 0; ; i++ {
		a[i%15] += int64(v)
		v = c.Yield(int(a[i%15]))
	}
}

func localsCounter(yield func(int) bool) {
	var a [15]int64
	for i := 0; ; i++ {
		a[i%15]++
		if !yield(int(a[i%15])) {
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

// coroutineLives makes whole short lives of coroutines, which end by returning.
//
//go:noinline
func coroutineLives(opts ...aco.Option) func() (func(int), func()) {
	return func() (func(int), func()) {
		return func(n int) {
			for range n {
				c := aco.New(three, opts...)
				for range 4 {
					c.Resume(0)
				}
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

func (t *tree) yield(c *co) {
	if t != nil {
		t.left.yield(c)
		c.Yield(t.value)
		t.right.yield(c)
	}
}

// standaloneWalks prepares one walk of a standalone coroutine after the other.
func standaloneWalks() (func(int), func()) {
	tree := newTree(10)
	body := func(c *co, _ int) { tree.yield(c) }
	c := aco.New(body, aco.Standalone())
	return func(n int) {
		for range n {
			if _, ok := c.Resume(0); !ok {
				c = aco.New(body, aco.Standalone())
			}
		}
	}, func() { c.Close() }
}

// depthRows yield at the bottom of call chains of the given depths.
//
//go:noinline
func depthRows(depths ...int) (rows []*row) {
	for _, d := range depths {
		seq := func(yield func(int) bool) { descend(d, yield) }
		body := func(c *co, _ int) { descendCo(c, d) }
		rows = append(rows, &row{name: "depth-" + strconv.Itoa(d), title: thousands(float64(d)) + " calls deep", what: "Yield " + strconv.Itoa(d) + " calls down", batch: 1, peers: []peer{
			{name: iterPull, prepare: pulling(iter.Pull[int], seq)},
			{name: acoShared, prepare: resuming(body)},
			{name: acoStandalone, prepare: resuming(body, aco.Standalone())},
			{name: twoChannels, prepare: pulling(channelPull[int], seq)},
			{name: syncCond, prepare: pulling(condPull[int], seq)},
		}})
	}
	return rows
}

//go:noinline
func descend(d int, yield func(int) bool) bool {
	if d > 0 {
		return !descend(d-1, yield)
	}
	for i := 0; yield(i); i++ {
	}
	return true
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
