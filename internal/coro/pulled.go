package coro

import "unsafe"

// A Pulled is a pulled sequence of the native engine, which knows no types.
type Pulled interface {
	// Room returns where the value is to be stored that yield is called with on another goroutine than the
	// sequence's. It panics if the sequence does not wait for that goroutine.
	Room() unsafe.Pointer

	// Ask hands the value over, as Core.Ask does, and reports whether the sequence goes on.
	Ask() bool
}

// A Typed is a pointer to a struct of what yield is called with. It is the type that counts: the pointer is nil.
type Typed interface {
	// Elsewhere returns the yield function of p for other goroutines than the sequence's.
	Elsewhere(p Pulled) func()
}

// One is what a sequence of values yields.
type One[V any] struct{ v V }

// Elsewhere is of Typed.
func (*One[V]) Elsewhere(p Pulled) func() {
	yield := func(v V) bool {
		(*One[V])(p.Room()).v = v
		return p.Ask()
	}
	return *(*func())(unsafe.Pointer(&yield))
}

// Two is what a sequence of pairs yields.
type Two[K, V any] struct {
	k K
	v V
}

// Elsewhere is of Typed.
func (*Two[K, V]) Elsewhere(p Pulled) func() {
	yield := func(k K, v V) bool {
		room := (*Two[K, V])(p.Room())
		room.k, room.v = k, v
		return p.Ask()
	}
	return *(*func())(unsafe.Pointer(&yield))
}
