package aco

import (
	"iter"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/engine"
)

// Pull turns the push-style sequence seq into next and stop, by the contract of
// [iter.Pull]: next returns the next value and true, or the zero
// value and false at the end; stop ends the sequence, after which yield returns
// false to seq. Panics and runtime.Goexit of seq leave next and stop.
//
// The last of opts says which kind of coroutine runs seq; the default is [Auto]. With Auto seq usually begins
// on the caller's goroutine, and may move to another one between two calls of yield. So call stop, unless
// next has returned false: otherwise a parked goroutine may be left. With [Standalone] seq may yield
// wherever a goroutine may, as it may with iter.Pull.
//
// A value that Go passes in registers is handed over in registers: up to nine words on amd64 (sixteen on
// arm64), and as many floats as there are registers for them. A larger value is copied once. Nothing is
// allocated.
//
// A call of Pull looks like one of iter.Pull, but because of opts the two functions have different
// types. Where a func value of iter.Pull's type is wanted, write a function that calls this one.
//
// Calling next or stop while seq runs, as from within seq, panics with "aco: resume of a running
// coroutine" or "aco: close of a running coroutine". A coroutine that seq has resumed may call yield,
// too. Another goroutine that seq has started may not: iter.Pull allows that, but the native engine
// panics with "aco: yield outside the coroutine", whatever the kind. It tells a coroutine's own yield
// from a mistaken one by the goroutine, which for a standalone coroutine is also what it continues and
// ends. Use iter.Pull for such a sequence.
func Pull[V any](seq iter.Seq[V], opts ...Option) (next func() (V, bool), stop func()) {
	next, stop, kind := engine.Pull(stackKind(coro.Auto, opts), seq)
	if next != nil {
		return next, stop
	}
	co := New(func(co *Coroutine[struct{}, V], _ struct{}) {
		seq(func(v V) bool {
			if !co.core.Stopped() {
				if co.core.Owner == coro.OwnerPortableRunning && co.core.Flags == 0 { // past what else YieldSlow does
					co.out = v
					coro.Portable.Yield(&co.core)
				} else {
					co.Yield(v)
				}
			}
			return !co.core.Stopped()
		})
	}, Option{kind})
	return func() (V, bool) {
		if !coro.Checked && co.core.Owner == coro.OwnerPortableSuspended {
			ok := coro.Portable.Resume(&co.core)
			return co.out, ok
		}
		return co.Resume(struct{}{})
	}, co.stop
}

// Pull2 is [Pull] for a sequence of pairs, by the contract of [iter.Pull2]. The two values of a pair are
// handed over as [Pull] hands over one.
func Pull2[K, V any](seq iter.Seq2[K, V], opts ...Option) (next func() (K, V, bool), stop func()) {
	next, stop, kind := engine.Pull2(stackKind(coro.Auto, opts), seq)
	if next != nil {
		return next, stop
	}
	type pair struct {
		k K
		v V
	}
	next1, stop := Pull(func(yield func(pair) bool) {
		seq(func(k K, v V) bool { return yield(pair{k, v}) })
	}, Option{kind})
	return func() (K, V, bool) {
		p, ok := next1()
		return p.k, p.v, ok
	}, stop
}

// Push is the inverse of [Pull]: it feeds consumer, a function over a sequence, one value at a time. It
// runs consumer until consumer asks for its first value. Then yield(v) hands v over, runs consumer until
// it asks for the next, and returns true; it returns false once consumer has returned. stop ends the
// sequence and runs consumer to its end. Panics and runtime.Goexit of consumer leave Push, yield and
// stop.
//
// Calling yield or stop while consumer runs panics with
// "aco: resume of a running coroutine" or "aco: close of a running coroutine".
// Consumer may range over the sequence, or pull it by [Pull]. With [iter.Pull] it would ask for
// values on another goroutine, and the native engine panics with "aco: yield outside the coroutine".
//
// As with Pull, consumer begins on the caller's goroutine, and may move to another one. So call stop:
// otherwise a parked goroutine may be left.
func Push[V any](consumer func(iter.Seq[V]), opts ...Option) (yield func(V) bool, stop func()) {
	co := New(func(co *Coroutine[V, struct{}], _ V) {
		consumer(func(yield func(V) bool) {
			for !co.core.Stopped() {
				v := co.Yield(struct{}{})
				if co.core.Stopped() || !yield(v) {
					return
				}
			}
		})
	}, Option{stackKind(coro.Auto, opts)})
	var zero V
	co.Resume(zero)
	yield = func(v V) bool {
		_, ok := co.Resume(v)
		return ok
	}
	return yield, co.stop
}
