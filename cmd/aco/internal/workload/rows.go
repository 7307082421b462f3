// Package workload has what is measured: the rows of the benchmark, and in each the peers that do its work.
//
// An operation is a round trip: the resumer hands control to a
// coroutine and gets it back with the next value. Every peer of a row does the same work.
package workload

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco"
)

// A Row is one piece of work and the peers that do it.
type Row struct {
	Name   string
	family string // what chooses this row with others like it; empty if it has no such
	Title  string // in the picture; empty if it is the name
	What   string
	Batch  int                                     // operations are a multiple of it
	Libaco string                                  // the same work for C libaco, as COROUTINES:STACK_BYTES; empty if none
	unit   string                                  // what is measured, if it is not time
	Needs  func(scale int, goroutines bool) uint64 // bytes of memory, about, if there are goroutines or not; nil if few
	Large  bool                                    // measured only if it is asked for
	Peers  []Peer
}

// A Peer does its row's work in one of three ways.
type Peer struct {
	Name string

	// prepare makes coroutines that go on for ever: run performs n operations, stop lets go.
	prepare func() (run func(n int), stop func())

	// work makes what is needed to do the row's work, all of a batch, over and over: once does
	// that and returns a checksum, which is the same for every peer.
	Work func() (once func() int, stop func())

	// suspended makes n coroutines that are suspended, whose memory is measured.
	Suspended func(n int) (keep any)
}

// Start prepares the peer, whichever way it works.
func (p *Peer) Start(batch int) (run func(n int), stop func()) {
	if p.prepare != nil {
		return p.prepare()
	}
	once, stop := p.Work()
	return func(n int) {
		for range n / batch {
			once()
		}
	}, stop
}

type Co = aco.Coroutine[int, int]

// The preparing functions are not inlined: in the package's large init function the
// compiler would then not inline Resume into the loops.

var Rows = slices.Concat([]*Row{
	{Name: "one", Title: "Resume and Yield", What: "Resume and Yield of one coroutine", Batch: 1, Libaco: "1:0", Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], counter)},
		{Name: Aco, prepare: resuming(count)},
		{Name: acoStandalone, prepare: resuming(count, aco.Standalone())},
		{Name: twoChannels, prepare: pulling(channelPull[int], counter)},
		{Name: syncCond, prepare: pulling(condPull[int], counter)},
		{Name: StateMachine, prepare: pulling(countingMachine, nil)},
	}},
	{Name: "one-range", Title: "… in a range's body", What: "Yield in the body of a range over a function", Batch: 1, Libaco: "1:0", Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], rangeCounter)},
		{Name: Aco, prepare: resuming(rangeCount)},
	}},
	{Name: "one-slice", Title: "… with a slice alive", What: "Yield while a slice of a local array is alive", Batch: 1, Libaco: "1:0", Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], sliceCounter)},
		{Name: Aco, prepare: resuming(sliceCount)},
	}},
	{Name: "one-called", Title: "… where Yield is called", What: "Yield in a closure, where the compiler does not inline it", Batch: 1, Libaco: "1:0", Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], counter)},
		{Name: Aco, prepare: resuming(calledCount(1))},
	}},
	{Name: "places", Title: "… at three places", What: "Yield at one of three places in turn", Batch: 1, Libaco: "1:0", Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], placesCounter)},
		{Name: Aco, prepare: resuming(placesCount)},
		{Name: acoStandalone, prepare: resuming(placesCount, aco.Standalone())},
	}},
	{Name: "pull", Title: "next of Pull", What: "next of a pulled sequence", Batch: 1, Peers: []Peer{
		{Name: IterPull, prepare: pulling(iter.Pull[int], counter)},
		{Name: AcoPull, prepare: pulling(pullInts, counter)},
		{Name: oneChannel, prepare: pulling(channelAhead, counter)},
		{Name: bufferedChannel, prepare: pulling(bufferedAhead, counter)},
	}},
}, pulledRows(), batchRows(), stateRows(), kwayRows(), []*Row{
	{Name: "walk", Title: "walk over a tree", What: "next of a recursive walk over a tree of 1,023 nodes", Batch: 1, Peers: []Peer{
		{Name: IterPull, prepare: walking(iter.Pull[int])},
		{Name: AcoPull, prepare: walking(pullInts)},
		{Name: acoStandalone, prepare: standaloneWalks},
		{Name: twoChannels, prepare: walking(channelPull[int])},
		{Name: oneChannel, prepare: walking(channelAhead)},
		{Name: bufferedChannel, prepare: walking(bufferedAhead)},
		{Name: syncCond, prepare: walking(condPull[int])},
	}},
	{Name: "walk-shared", Title: "… with Shared()", What: "the same walk, of a sequence that keeps to Shared()", Batch: 1, Peers: []Peer{
		{Name: IterPull, prepare: walking(iter.Pull[int])},
		{Name: acoShared, prepare: walking(pullShared)},
	}},
	{Name: "life", Title: "a whole life", What: "create, three values, stop", Batch: 1, Peers: []Peer{
		{Name: IterPull, prepare: lives(iter.Pull[int])},
		{Name: AcoPull, prepare: lives(pullInts)},
		{Name: Aco, prepare: coroutineLives()},
		{Name: acoStandalone, prepare: coroutineLives(aco.Standalone())},
		{Name: twoChannels, prepare: lives(channelPull[int])},
		{Name: oneChannel, prepare: lives(channelAhead)},
		{Name: syncCond, prepare: lives(condPull[int])},
	}},
}, depthRows(0, 10, 100, 1000), workRows(), memoryRows(), []*Row{
	// Last, because each collection later on looks at all goroutines that there ever were.
	manyRow("10", 10, ""),
	manyRow("1000", 1000, "1000:120"),
	manyRow("10000", 10000, ""),
	manyRow("100000", 100000, ""),
	consumersRow(100000),
}, sizeRows())

// RowNames returns the names of all rows.
func RowNames() (names []string) {
	for _, r := range Rows {
		names = append(names, r.Name)
	}
	return names
}

// Called reports whether one of names is the row's, or its family's.
func (r *Row) Called(names []string) bool {
	return slices.Contains(names, r.Name) || r.family != "" && slices.Contains(names, r.family)
}

// RowsInShort returns the names of all rows and families: of these the rows are left out, and of the rows with a
// colon it says how they are made.
func RowsInShort() (names []string) {
	for _, r := range Rows {
		if n := cmp.Or(r.family, r.Name); !r.Large && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return append(names, fmt.Sprintf("N:BYTES with N of %v and BYTES of %v", sizeCounts, sizeLocals))
}

// PeerNames returns the names of the row's peers.
func (r *Row) PeerNames() (names []string) {
	for _, p := range r.Peers {
		names = append(names, p.Name)
	}
	return names
}

// Describe returns a line a row.
func Describe() string {
	var b strings.Builder
	for _, r := range Rows {
		fmt.Fprintf(&b, "  %-17s %s\n", r.Name, r.What)
	}
	return b.String()
}

// UnitName returns what the row's figures are in.
func (r *Row) UnitName() string {
	if r.unit != "" {
		return r.unit
	}
	return "ns"
}

// resuming prepares one coroutine with Resume.
//
//go:noinline
func resuming(body func(*Co, int), opts ...aco.Option) func() (func(int), func()) {
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

func count(c *Co, v int) {
	for {
		v = c.Yield(v + 1)
	}
}

func three(c *Co, v int) {
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

func rangeCount(c *Co, v int) {
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

func placesCount(c *Co, v int) {
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

func sliceCount(c *Co, v int) {
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
func manyRow(name string, n int, libaco string) *Row {
	return &Row{Name: name, Title: humanize.Comma(int64(n)) + " coroutines", What: humanize.Comma(int64(n)) + " coroutines with 120 bytes of locals alive", Batch: n, Libaco: libaco,
		Needs: needsOf(n, 700),
		Peers: []Peer{
			{Name: IterPull, prepare: pullingMany(iter.Pull[int], n)},
			{Name: Aco, prepare: resumingMany(n)},
			{Name: acoStandalone, prepare: resumingMany(n, aco.Standalone())},
			{Name: twoChannels, prepare: pullingMany(channelPull[int], n)},
			{Name: syncCond, prepare: pullingMany(condPull[int], n)},
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
		cos := make([]*Co, n)
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
func localsCount(c *Co, v int) {
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

func (t *tree) yield(c *Co) {
	if t != nil {
		t.left.yield(c)
		c.Yield(t.value)
		t.right.yield(c)
	}
}

// standaloneWalks prepares one walk of a standalone coroutine after the other.
func standaloneWalks() (func(int), func()) {
	tree := newTree(10)
	body := func(c *Co, _ int) { tree.yield(c) }
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
func depthRows(depths ...int) (rows []*Row) {
	for _, d := range depths {
		seq := func(yield func(int) bool) { descend(d, yield) }
		body := func(c *Co, _ int) { descendCo(c, d) }
		rows = append(rows, &Row{Name: "depth-" + strconv.Itoa(d), family: "depth", Title: humanize.Comma(int64(d)) + " calls deep", What: "Yield " + strconv.Itoa(d) + " calls down", Batch: 1, Peers: []Peer{
			{Name: IterPull, prepare: pulling(iter.Pull[int], seq)},
			{Name: Aco, prepare: resuming(body)},
			{Name: acoStandalone, prepare: resuming(body, aco.Standalone())},
			{Name: twoChannels, prepare: pulling(channelPull[int], seq)},
			{Name: syncCond, prepare: pulling(condPull[int], seq)},
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
func descendCo(c *Co, d int) int {
	if d > 0 {
		return descendCo(c, d-1) + 1
	}
	for i := 0; ; i++ {
		c.Yield(i)
	}
}
