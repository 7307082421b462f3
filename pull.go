package aco

import (
	"iter"

	"github.com/goaco/aco/internal/engine"
)

// Pull turns the push-style sequence seq into next and stop, by the contract of
// [iter.Pull]: next returns the next value and true, or the zero
// value and false at the end; stop ends the sequence, after which yield returns
// false to seq. Panics and runtime.Goexit of seq leave next and stop.
//
// The sequence's coroutine is as of [Auto]: seq runs on the caller's goroutine or on
// another one, and may change to that between two calls of yield. So call stop unless next
// has returned false: what is left may be a parked goroutine.
//
// Calling next or stop while seq runs, as from within seq, panics with
// "aco: resume of a running coroutine" or "aco: close of a running coroutine".
// Where iter.Pull lets another goroutine that seq has started, or a coroutine that
// it has resumed, call yield, the native engine panics with "aco: yield outside the
// coroutine" there.
func Pull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	if next, stop, ok := engine.Pull(seq); ok {
		return next, stop
	}
	co := New(func(co *Coroutine[struct{}, V], _ struct{}) {
		seq(func(v V) bool {
			if !co.core.Stopped() {
				co.Yield(v)
			}
			return !co.core.Stopped()
		})
	}, Auto())
	return func() (V, bool) { return co.Resume(struct{}{}) }, co.core.Stop
}

// Pull2 is [Pull] for a sequence of pairs, by the contract of [iter.Pull2].
func Pull2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	type pair struct {
		k K
		v V
	}
	next1, stop := Pull(func(yield func(pair) bool) {
		seq(func(k K, v V) bool { return yield(pair{k, v}) })
	})
	return func() (K, V, bool) {
		p, ok := next1()
		return p.k, p.v, ok
	}, stop
}

// Push is the inverse of [Pull]: it feeds consumer, a function over a sequence,
// one value at a time. It runs consumer until that asks for its first value.
// Then yield(v) hands v over, runs consumer until it asks for the next, and
// returns true; it returns false once consumer has returned. stop ends the
// sequence and runs consumer to its end. Panics and runtime.Goexit of consumer
// leave Push, yield and stop.
//
// Calling yield or stop while consumer runs panics with
// "aco: resume of a running coroutine" or "aco: close of a running coroutine".
// Consumer has to range over the sequence itself: one that pulls it, by [Pull] or
// [iter.Pull], asks for a value within another coroutine, and the native engine panics
// with "aco: yield outside the coroutine".
func Push[V any](consumer func(iter.Seq[V])) (yield func(V) bool, stop func()) {
	co := New(func(co *Coroutine[V, struct{}], _ V) {
		consumer(func(yield func(V) bool) {
			for !co.core.Stopped() {
				v := co.Yield(struct{}{})
				if co.core.Stopped() || !yield(v) {
					return
				}
			}
		})
	})
	var zero V
	co.Resume(zero)
	yield = func(v V) bool {
		_, ok := co.Resume(v)
		return ok
	}
	return yield, co.core.Stop
}
