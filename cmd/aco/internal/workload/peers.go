package workload

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goaco/aco"
)

// The peers: the ways in which a Go program can have one function hand values to another, each
// keeping its own local variables and calls.

// The names of the peers.
const (
	IterPull        = "iter.Pull"
	Aco             = "aco"
	AcoPull         = "aco.Pull"
	acoStandalone   = "aco.Standalone"
	acoAuto         = "aco.Auto"
	acoShared       = "aco.Shared"
	twoChannels     = "channels"
	oneChannel      = "channel"
	bufferedChannel = "buffered"
	syncCond        = "sync.Cond"
	StateMachine    = "state-machine"
	AcoPush         = "aco.Push"
)

// PeerWhat says what each peer is.
var PeerWhat = []struct{ Name, What string }{
	{IterPull, "the standard library's"},
	{Aco, "aco.New, and Resume"},
	{AcoPull, "the drop-in for iter.Pull"},
	{acoStandalone, "aco.New with Standalone, and Resume"},
	{acoAuto, "aco.New with Auto, and Resume"},
	{twoChannels, "a goroutine that is asked on one unbuffered channel and answers on another"},
	{oneChannel, "a goroutine that sends on one unbuffered channel, and so runs ahead by one value"},
	{bufferedChannel, "the same, with room for 128 values"},
	{syncCond, "a goroutine that takes turns by a mutex and a condition variable"},
	{StateMachine, "no coroutine: a struct and a function, written by hand"},
	{AcoPush, "the inverse of aco.Pull: feeds a consumer"},
	{acoShared, "aco.Pull with Shared"},
}

// PeerNames returns the names of all peers.
func PeerNames() (names []string) {
	for _, p := range PeerWhat {
		names = append(names, p.Name)
	}
	return names
}

// A generator of values, written for each of the peers. Where seq lends its value until the next
// one, as a slice that it goes on changing, ahead makes copies: a goroutine that runs ahead needs them.
type generator[V any] struct {
	seq     iter.Seq[V]
	ahead   iter.Seq[V] // nil if it would be the same as seq
	body    func(co *aco.Coroutine[struct{}, V], _ struct{})
	machine func() (next func() (V, bool))
}

// An opener begins to draw values from a generator, in the manner of iter.Pull.
type opener[V any] func(g generator[V]) (next func() (V, bool), stop func())

// openers returns how each peer draws values.
func openers[V any]() map[string]opener[V] {
	ahead := func(room int) opener[V] {
		return func(g generator[V]) (func() (V, bool), func()) {
			if g.ahead != nil {
				return aheadPull(g.ahead, room)
			}
			return aheadPull(g.seq, room)
		}
	}
	return map[string]opener[V]{
		IterPull:        func(g generator[V]) (func() (V, bool), func()) { return iter.Pull(g.seq) },
		AcoPull:         func(g generator[V]) (func() (V, bool), func()) { return aco.Pull(g.seq) },
		Aco:             func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body) },
		acoStandalone:   func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body, aco.Standalone()) },
		acoAuto:         func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body, aco.Auto()) },
		twoChannels:     func(g generator[V]) (func() (V, bool), func()) { return channelPull(g.seq) },
		oneChannel:      ahead(0),
		bufferedChannel: ahead(128),
		syncCond:        func(g generator[V]) (func() (V, bool), func()) { return condPull(g.seq) },
		StateMachine:    func(g generator[V]) (func() (V, bool), func()) { return g.machine(), func() {} },
	}
}

// drawing draws from a coroutine.
func drawing[V any](body func(*aco.Coroutine[struct{}, V], struct{}), opts ...aco.Option) (func() (V, bool), func()) {
	co := aco.New(body, opts...)
	return func() (V, bool) { return co.Resume(struct{}{}) }, co.Close
}

// generatorPeers returns a peer for each way of drawing values: all of them, but of aco's those
// that are named. work does the whole of the work, from the opening of its generators on, and
// returns a checksum.
func generatorPeers[V any](acos []string, work func(open opener[V]) int) (peers []Peer) {
	all := openers[V]()
	for _, name := range PeerNames() {
		open := all[name]
		if open == nil || slices.Contains([]string{Aco, AcoPull, acoStandalone, acoAuto}, name) && !slices.Contains(acos, name) {
			continue
		}
		peers = append(peers, Peer{Name: name, Work: func() (func() int, func()) {
			return func() int { return work(open) }, func() {}
		}})
	}
	return peers
}

// A pullWay draws values from a sequence in the manner of iter.Pull, a pull2Way in that of iter.Pull2.
type (
	pullWay[V any]     func(iter.Seq[V]) (next func() (V, bool), stop func())
	pull2Way[K, V any] func(iter.Seq2[K, V]) (next func() (K, V, bool), stop func())
)

// pullWays returns the ways to pull a sequence that goes on for ever, or long, by their peers' names.
func pullWays[V any]() map[string]pullWay[V] {
	return map[string]pullWay[V]{
		IterPull:    iter.Pull[V],
		AcoPull:     func(seq iter.Seq[V]) (func() (V, bool), func()) { return aco.Pull(seq) },
		twoChannels: channelPull[V],
		oneChannel:  func(seq iter.Seq[V]) (func() (V, bool), func()) { return aheadPull(seq, 0) },
	}
}

// A pair travels through a channel.
type pair[K, V any] struct {
	k K
	v V
}

// pull2Ways is pullWays for sequences of pairs.
func pull2Ways[K, V any]() map[string]pull2Way[K, V] {
	inPairs := func(pull pullWay[pair[K, V]]) pull2Way[K, V] {
		return func(seq iter.Seq2[K, V]) (func() (K, V, bool), func()) {
			next, stop := pull(func(yield func(pair[K, V]) bool) {
				seq(func(k K, v V) bool { return yield(pair[K, V]{k, v}) })
			})
			return func() (K, V, bool) {
				p, ok := next()
				return p.k, p.v, ok
			}, stop
		}
	}
	return map[string]pull2Way[K, V]{
		IterPull:    iter.Pull2[K, V],
		AcoPull:     func(seq iter.Seq2[K, V]) (func() (K, V, bool), func()) { return aco.Pull2(seq) },
		twoChannels: inPairs(channelPull[pair[K, V]]),
		oneChannel:  inPairs(func(seq iter.Seq[pair[K, V]]) (func() (pair[K, V], bool), func()) { return aheadPull(seq, 0) }),
	}
}

// channelPull is iter.Pull made of a goroutine and two channels.
func channelPull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	ask, answer := make(chan struct{}), make(chan V)
	go func() {
		defer close(answer)
		if _, ok := <-ask; ok {
			seq(func(v V) bool {
				answer <- v
				_, ok := <-ask
				return ok
			})
		}
	}()
	ended := false
	return func() (v V, ok bool) {
			if !ended {
				ask <- struct{}{}
				v, ok = <-answer
				ended = !ok
			}
			return v, ok
		}, func() {
			if !ended {
				ended = true
				close(ask)
				<-answer
			}
		}
}

// aheadPull is iter.Pull made of a goroutine and one channel with some room: the goroutine runs ahead.
func aheadPull[V any](seq iter.Seq[V], room int) (next func() (V, bool), stop func()) {
	values := make(chan V, room)
	var stopped atomic.Bool
	go func() {
		defer close(values)
		seq(func(v V) bool {
			values <- v
			return !stopped.Load()
		})
	}()
	return func() (V, bool) {
			v, ok := <-values
			return v, ok
		}, func() {
			stopped.Store(true)
			for range values {
			}
		}
}

// condPull is iter.Pull made of a goroutine and a condition variable, which says whose turn it is.
func condPull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	t := &turns[V]{}
	t.change.L = &t.mutex
	go func() {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		for !t.producing {
			t.change.Wait()
		}
		if !t.stopped {
			seq(t.yield)
		}
		t.ended, t.producing = true, false
		t.change.Signal()
	}()
	return t.next, t.stop
}

type turns[V any] struct {
	mutex     sync.Mutex
	change    sync.Cond
	producing bool // whose turn it is
	stopped   bool
	ended     bool
	value     V
}

// yield is called with the mutex held.
func (t *turns[V]) yield(v V) bool {
	t.value, t.producing = v, false
	t.change.Signal()
	for !t.producing {
		t.change.Wait()
	}
	return !t.stopped
}

func (t *turns[V]) next() (v V, ok bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.ended {
		return v, false
	}
	t.produce()
	if t.ended {
		return v, false
	}
	return t.value, true
}

// produce gives the producer its turn and waits for its own.
func (t *turns[V]) produce() {
	t.producing = true
	t.change.Signal()
	for t.producing {
		t.change.Wait()
	}
}

func (t *turns[V]) stop() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !t.ended {
		t.stopped = true
		t.produce()
	}
}

// pullInts is aco.Pull without options, of iter.Pull's type.
func pullInts(seq iter.Seq[int]) (next func() (int, bool), stop func()) { return aco.Pull(seq) }

func pullShared(seq iter.Seq[int]) (next func() (int, bool), stop func()) {
	return aco.Pull(seq, aco.Shared())
}
