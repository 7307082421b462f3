package a

import "github.com/goaco/aco"

type counter = aco.Coroutine[int, int]

func direct() *counter { // want direct:"inlinable, cost 79" "direct is inlined into its callers, and Yield is then not inlined"
	return aco.New(func(co *counter, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
}

// documented has a comment.
func documented() *counter { // want documented:"cost 79" "documented is inlined"
	return aco.New(func(co *counter, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
}

//go:noinline
func forbidden() *counter {
	return aco.New(func(co *counter, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
}

func wrapped() *counter {
	return aco.Wrapped(func(co *counter, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
}

func body(co *counter, v int) { // want body:"cost 80"
	for {
		v = co.Yield(v + 1)
	}
}

func named() *counter { return aco.New(body) } // want named:"cost 64"

func large(n int) *counter {
	limits := make([]int, n)
	for i := range limits {
		limits[i] = i * i
	}
	return aco.New(func(co *counter, v int) {
		for _, l := range limits {
			v = co.Yield(v + l)
		}
	})
}

// later makes a coroutine when what it returns is called.
func later() func() *counter { // want later:"cost 17" "later is inlined"
	return func() *counter {
		return aco.Wrapped(func(co *counter, v int) {
			for {
				v = co.Yield(v + 1)
			}
		})
	}
}

type factory struct{ step int }

func (f *factory) make() *counter { // want make:"cost 76" "make is inlined"
	return start(func(co *counter, v int) {
		for {
			v = co.Yield(v + f.step)
		}
	})
}

//go:noinline
func start(body func(*counter, int)) *counter { return aco.New(body) }

func deferring() *counter {
	defer func() { recover() }()
	return aco.New(func(co *counter, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
}

func noYield() *counter { // want noYield:"cost 79"
	return aco.New(func(co *counter, v int) {})
}

func two() (a, b *counter) {
	return start(func(co *counter, v int) { co.Yield(v) }), start(func(co *counter, v int) { co.Yield(-v) })
}

func generic[T any](v T) *aco.Coroutine[int, T] {
	return aco.New(func(co *aco.Coroutine[int, T], _ int) {
		for {
			co.Yield(v)
		}
	})
}

var _ = generic(1)

func unused() *counter { // want unused:"cost 79"
	return aco.New(func(co *counter, v int) { co.Yield(v) })
}

var _ = unused

func use() {
	direct()
	documented()
	later()()
	new(factory).make()
}
