package main

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
	iterPull        = "iter.Pull"
	acoShared       = "aco"
	acoPull         = "aco.Pull"
	acoStandalone   = "aco.Standalone"
	acoAuto         = "aco.Auto"
	twoChannels     = "channels"
	oneChannel      = "channel"
	bufferedChannel = "buffered"
	syncCond        = "sync.Cond"
	stateMachine    = "state-machine"
	acoPush         = "aco.Push"
)

// peerWhat says what each peer is.
var peerWhat = []struct{ Name, What string }{
	{iterPull, "the standard library's"},
	{acoShared, "aco.New, and Resume"},
	{acoPull, "aco.Pull"},
	{acoStandalone, "aco.New with Standalone, and Resume"},
	{acoAuto, "aco.New with Auto, and Resume"},
	{twoChannels, "a goroutine that is asked on one unbuffered channel and answers on another"},
	{oneChannel, "a goroutine that sends on one unbuffered channel, and so runs ahead by one value"},
	{bufferedChannel, "the same, with room for 128 values"},
	{syncCond, "a goroutine that takes turns by a mutex and a condition variable"},
	{stateMachine, "no coroutine: a struct and a function, written by hand"},
	{acoPush, "aco.Push, for a consumer"},
}

// peerNames returns the names of all peers.
func peerNames() (names []string) {
	for _, p := range peerWhat {
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
		iterPull:        func(g generator[V]) (func() (V, bool), func()) { return iter.Pull(g.seq) },
		acoPull:         func(g generator[V]) (func() (V, bool), func()) { return aco.Pull(g.seq) },
		acoShared:       func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body) },
		acoStandalone:   func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body, aco.Standalone()) },
		acoAuto:         func(g generator[V]) (func() (V, bool), func()) { return drawing(g.body, aco.Auto()) },
		twoChannels:     func(g generator[V]) (func() (V, bool), func()) { return channelPull(g.seq) },
		oneChannel:      ahead(0),
		bufferedChannel: ahead(128),
		syncCond:        func(g generator[V]) (func() (V, bool), func()) { return condPull(g.seq) },
		stateMachine:    func(g generator[V]) (func() (V, bool), func()) { return g.machine(), func() {} },
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
func generatorPeers[V any](acos []string, work func(open opener[V]) int) (peers []peer) {
	all := openers[V]()
	for _, name := range peerNames() {
		open := all[name]
		if open == nil || slices.Contains([]string{acoShared, acoPull, acoStandalone, acoAuto}, name) && !slices.Contains(acos, name) {
			continue
		}
		peers = append(peers, peer{name: name, work: func() (func() int, func()) {
			return func() int { return work(open) }, func() {}
		}})
	}
	return peers
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
