// Package aco has the shape of the real one's API: Yield is inlined, New is not.
package aco

type Option struct{ kind int }

type Coroutine[In, Out any] struct {
	in   In
	out  Out
	body func(co *Coroutine[In, Out], first In)
}

//go:noinline
func New[In, Out any](body func(co *Coroutine[In, Out], first In), opts ...Option) *Coroutine[In, Out] {
	return &Coroutine[In, Out]{body: body}
}

func (co *Coroutine[In, Out]) Resume(v In) (out Out, ok bool) {
	co.in = v
	ok = resume(&co.body)
	return co.out, ok
}

func (co *Coroutine[In, Out]) Yield(v Out) In {
	co.out = v
	resume(&co.body)
	return co.in
}

//go:noinline
func resume(p any) bool { return p != nil }

// Wrapped is a New that is inlined itself, and costs enough to keep its callers from being so.
func Wrapped[In, Out any](body func(co *Coroutine[In, Out], first In), opts ...Option) *Coroutine[In, Out] {
	if body == nil {
		panic("aco: nil body")
	}
	return New(body, opts...)
}
