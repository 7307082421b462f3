package aco_test

import (
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/goaco/aco"
)

// A coroutine that yields at one of several places in turn: each time its frames are laid out in another way than the last time.

// eachStack runs test with sequences that are pulled on each kind of stack, while the collector is idle, and while it runs.
func eachStack(t *testing.T, test func(t *testing.T, opts ...aco.Option)) {
	for name, opts := range map[string][]aco.Option{"shared": {aco.Shared()}, "auto": nil, "standalone": {aco.Standalone()}} {
		for _, collects := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/collects=%v", name, collects), func(t *testing.T) {
				var stop atomic.Bool
				done := make(chan bool)
				go func() {
					defer close(done)
					for collects && !stop.Load() {
						runtime.GC()
					}
				}()
				defer func() { stop.Store(true); <-done }()
				if collects {
					defer debug.SetGCPercent(debug.SetGCPercent(1))
				}
				test(t, opts...)
			})
		}
	}
}

// A boxed has a part in each sort of register, and is more than all of them hold.
type boxed struct {
	p    *int
	s    string
	f, g float64
	i    any
	c    complex128
	rest [3]*int
}

func box(i int) boxed {
	p, q := new(int), new(int)
	*p, *q = i, -i
	return boxed{p, fmt.Sprint(i), float64(i) / 2, float64(-i), i, complex(float64(i), 1), [3]*int{q, nil, p}}
}

// Values of each sort arrive from several places in turn, whose frames hold other things, and more or less of them.
func TestPlacesOfEachType(t *testing.T) {
	eachStack(t, func(t *testing.T, opts ...aco.Option) {
		fromPlaces(t, func(i int) *int { return &i }, opts...)
		fromPlaces(t, func(i int) string { return fmt.Sprint("text ", i) }, opts...)
		fromPlaces(t, func(i int) float64 { return float64(i) / 8 }, opts...)
		fromPlaces(t, func(i int) [4]float32 { return [4]float32{float32(i), 1, 2, 3} }, opts...)
		fromPlaces(t, func(i int) []*int { return []*int{&i, nil, &i} }, opts...)
		fromPlaces(t, func(i int) error { return fmt.Errorf("error %d", i) }, opts...)
		fromPlaces(t, box, opts...)
		fromPlaces(t, func(i int) [2]string { return [2]string{fmt.Sprint(i), "b"} }, opts...)
		fromPlaces(t, func(i int) struct{} { return struct{}{} }, opts...)
	})
}

func fromPlaces[V any](t *testing.T, value func(i int) V, opts ...aco.Option) {
	const n = 120
	next, stop := aco.Pull(manyPlaces(value, n), opts...)
	defer stop()
	for i := range n {
		deepen(i % 5 * 20) // the stack may grow
		v, ok := resumedAt(i%7, next)
		if want := value(i); !ok || !reflect.DeepEqual(v, want) {
			t.Fatalf("%T: value %d is %v, %v, want %v", v, i, v, ok, want)
		}
	}
	if v, ok := next(); ok || !reflect.ValueOf(&v).Elem().IsZero() {
		t.Fatalf("%T: at the end %v, %v", v, v, ok)
	}
}

//go:noinline
func resumedAt[V any](depth int, next func() (V, bool)) (V, bool) {
	if depth > 0 {
		return resumedAt(depth-1, next)
	}
	return next()
}

// deepen needs much stack for a moment.
//
//go:noinline
func deepen(n int) int {
	var a [64]int
	if n > 0 {
		a[n%64] = deepen(n - 1)
	}
	return a[n%64] + n
}

// manyPlaces yields value(i) for i up to n, at one of eight places.
func manyPlaces[V any](value func(i int) V, n int) iter.Seq[V] {
	return func(yield func(V) bool) {
		held := new(int)
		for i := 0; i < n; i++ {
			*held = i
			switch i % 8 {
			case 0:
				yield(value(i))
			case 1:
				p := new(int)
				*p = i
				yield(value(i))
				wants(*p == i)
			case 2: // large frames
				a, b := [40]int{i, 39: i}, new([3]*int)
				b[1] = &b2
				s := a[:opaque(40)]
				yield(value(i))
				wants(s[0] == i && s[39] == i && b[1] == &b2)
			case 3:
				yieldsInside(yield, value, i)
			case 4:
				yieldsDeep(yield, value, i, i%11)
			case 5: // a variable that is on the stack this time and in the heap that time
				var local int
				p := held
				if i%16 == 5 {
					p = &local
				}
				*p--
				yieldsWith(yield, value, i, p)
				*p++
			case 6:
				func() {
					defer func() { wants(recover() == nil) }()
					for range i % 3 {
						defer func() { *held++; *held-- }()
					}
					yield(value(i))
				}()
			case 7:
				if i%16 == 7 {
					func() {
						defer func() {
							yield(value(i)) // while a panic is in progress
							wants(recover() == "a reason")
						}()
						panic("a reason")
					}()
				} else {
					deepen(i % 3 * 30) // the stack may move before
					yield(value(i))
				}
			}
			wants(*held == i)
		}
	}
}

var b2 int

//go:noinline
func opaque(n int) int { return n }

//go:noinline
func yieldsInside[V any](yield func(V) bool, value func(i int) V, i int) {
	var words [18]uintptr
	w := words[:opaque(18)]
	w[17] = uintptr(i)
	yield(value(i))
	wants(w[17] == uintptr(i))
}

//go:noinline
func yieldsDeep[V any](yield func(V) bool, value func(i int) V, i, depth int) {
	p := new(int)
	*p = depth
	if depth > 0 {
		yieldsDeep(yield, value, i, depth-1)
	} else {
		yield(value(i))
	}
	wants(*p == depth)
}

//go:noinline
func yieldsWith[V any](yield func(V) bool, value func(i int) V, i int, p *int) {
	yield(value(i))
	*p++
	*p--
}

func wants(ok bool) {
	if !ok {
		panic("what a coroutine had was not there any more")
	}
}

// The same with a coroutine that is given values as well, and closed in the midst of it, and with others beside it that
// are at other places: what one is suspended with is not what another one has there.
func TestPlacesBesideEachOther(t *testing.T) {
	for name, opts := range map[string][]aco.Option{"shared": {aco.Shared()}, "auto": nil} {
		t.Run(name, func(t *testing.T) {
			defer debug.SetGCPercent(debug.SetGCPercent(5))
			var all []*aco.Coroutine[*int, *int]
			for range 12 {
				co := aco.New(func(co *aco.Coroutine[*int, *int], in *int) {
					for i := 0; ; i++ {
						switch own := in; i % 4 {
						case 0:
							in = co.Yield(own)
						case 1:
							var a [25]*int
							s := a[:opaque(25)]
							s[24] = own
							in = co.Yield(own)
							wants(s[24] == own)
						case 2:
							in = yieldsBelow(co, own, i%9)
							wants(*own >= 0)
						case 3:
							func() {
								defer func() { wants(*own >= 0) }()
								in = co.Yield(own)
							}()
						}
					}
				}, opts...)
				all = append(all, co)
			}
			for i := range 600 {
				k := i * 7 % len(all)
				in := new(int)
				*in = i
				if out, ok := resumeAt(all[k], in, i%4); !ok || out != in || *out != i {
					t.Fatal(i, out, ok)
				}
				if i%50 == 49 {
					runtime.GC()
				}
			}
			for _, co := range all {
				co.Close()
			}
		})
	}
}

//go:noinline
func resumeAt(co *aco.Coroutine[*int, *int], in *int, depth int) (*int, bool) {
	if depth > 0 {
		return resumeAt(co, in, depth-1)
	}
	return co.Resume(in)
}

//go:noinline
func yieldsBelow(co *aco.Coroutine[*int, *int], own *int, depth int) *int {
	if depth > 0 {
		in := yieldsBelow(co, own, depth-1)
		wants(*own >= 0)
		return in
	}
	return co.Yield(own)
}

// A tree is branch by recursion, at changing depths, and each node comes, in order.
func TestWalkChangesDepth(t *testing.T) {
	var tree *branch
	const n = 1023
	keys := make([]int, 0, n)
	for i := range n {
		keys = append(keys, i*389%n)
	}
	for _, k := range keys {
		tree = tree.insert(k)
	}
	slices.Sort(keys)
	eachStack(t, func(t *testing.T, opts ...aco.Option) {
		co := aco.New(func(co *aco.Coroutine[struct{}, *branch], _ struct{}) { tree.walk(co) }, opts...)
		defer co.Close()
		for i, k := range keys {
			if i%100 == 50 {
				deepen(i)
			}
			if node, ok := co.Resume(struct{}{}); !ok || node.key != k || *node.value != k {
				t.Fatal(i, node, ok)
			}
		}
		if _, ok := co.Resume(struct{}{}); ok {
			t.Error("the walk does not end")
		}
	})
}

type branch struct {
	key         int
	value       *int
	left, right *branch
}

func (w *branch) insert(k int) *branch {
	switch {
	case w == nil:
		return &branch{key: k, value: &k}
	case k < w.key:
		w.left = w.left.insert(k)
	default:
		w.right = w.right.insert(k)
	}
	return w
}

func (w *branch) walk(co *aco.Coroutine[struct{}, *branch]) {
	if w != nil {
		w.left.walk(co)
		co.Yield(w)
		w.right.walk(co)
	}
}
