package aco_test

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"runtime"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
)

// What is pulled arrives, whatever its type, and however it is passed: in registers for integers or for floats, on the
// stack, or both; and the yields are from one place or from many, while the collector runs or not.
func TestPullEachType(t *testing.T) {
	text := func(i int) string { return fmt.Sprint("number ", i) }
	pullsAll(t, "struct{}", func(int) struct{} { return struct{}{} })
	pullsAll(t, "bool", func(i int) bool { return i%3 == 0 })
	pullsAll(t, "int8", func(i int) int8 { return int8(-i) })
	pullsAll(t, "uint16", func(i int) uint16 { return uint16(60000 + i) })
	pullsAll(t, "int64", func(i int) int64 { return int64(i) << 40 })
	pullsAll(t, "float32", func(i int) float32 { return float32(i) / 3 })
	pullsAll(t, "float64", func(i int) float64 { return math.Sqrt(float64(i)) })
	pullsAll(t, "complex64", func(i int) complex64 { return complex(float32(i), 1/float32(i+1)) })
	pullsAll(t, "complex128", func(i int) complex128 { return complex(float64(i), 1/float64(i+1)) })
	pullsAll(t, "*int", func(i int) *int { return &i })
	pullsAll(t, "unsafe.Pointer", func(i int) unsafe.Pointer { return unsafe.Pointer(&texts[i%len(texts)]) })
	pullsAll(t, "string", text)
	pullsAll(t, "[]byte", func(i int) []byte { return []byte(text(i)) })
	pullsAll(t, "any", func(i int) any { return text(i) })
	pullsAll(t, "error", func(i int) error { return errors.New(text(i)) })
	pullsAll(t, "map", func(i int) map[string]int { return map[string]int{text(i): i} })
	pullsAll(t, "named string", func(i int) named { return named(text(i)) })
	pullsAll(t, "token", func(i int) lexed { return lexed{i, text(i), -i, 2 * i} })
	pullsAll(t, "[1]string", func(i int) [1]string { return [1]string{text(i)} })
	pullsAll(t, "[0]*int", func(int) [0]*int { return [0]*int{} })
	pullsAll(t, "[2]string", func(i int) [2]string { return [2]string{text(i), text(-i)} })
	pullsAll(t, "[3]byte", func(i int) [3]byte { return [3]byte{byte(i), byte(i + 1), byte(i + 2)} })
	pullsAll(t, "[100]*int", func(i int) (a [100]*int) {
		for k := range a {
			a[k] = new(int)
			*a[k] = i + k
		}
		return a
	})
	pullsAll(t, "small fields", func(i int) smallFields { return smallFields{int8(i), i%2 == 0, uint16(i), float32(i), byte(-i)} })
	pullsAll(t, "mixed", func(i int) mixed {
		return mixed{float64(i), text(i), float32(-i), errors.New(text(i)), [1]complex64{2i}}
	})
	pullsAll(t, "8 words", func(i int) words8 { return words8{i, text(i), []int{i}, i, i + 1} })
	pullsAll(t, "9 words", func(i int) words9 { return words9{words8{i, text(i), []int{i}, i, i + 1}, &i} })
	pullsAll(t, "10 words", func(i int) words10 { return words10{words9{words8{i, text(i), []int{i}, i, i + 1}, &i}, -i} })
	pullsAll(t, "15 floats", func(i int) floats15 { return makeFloats(i) })
	pullsAll(t, "16 floats", func(i int) floats16 { return floats16{makeFloats(i), float32(i)} })
	pullsAll(t, "a kilobyte", func(i int) (b [1024]byte) {
		for k := range b {
			b[k] = byte(i + k)
		}
		return b
	})
	pullsAll(t, "blank fields", func(i int) blank { return blank{a: i, b: text(i)} })

	failed := errors.New("failed")
	pullsAll2(t, "int, error", func(i int) (int, error) { return i, failed })
	pullsAll2(t, "*int, error", func(i int) (*int, error) { return &i, nil })
	pullsAll2(t, "[]byte, error", func(i int) ([]byte, error) { return []byte(text(i)), failed })
	pullsAll2(t, "int, string", func(i int) (int, string) { return i, text(i) })
	pullsAll2(t, "string, float64", func(i int) (string, float64) { return text(i), float64(i) })
	pullsAll2(t, "float32, int8", func(i int) (float32, int8) { return float32(i), int8(i) })
	pullsAll2(t, "struct{}, int", func(i int) (struct{}, int) { return struct{}{}, i })
	pullsAll2(t, "string, [2]int", func(i int) (string, [2]int) { return text(i), [2]int{i, -i} })
	pullsAll2(t, "[2]*int, string", func(i int) ([2]*int, string) { return [2]*int{&i, nil}, text(i) })
	pullsAll2(t, "[3]byte, [2]string", func(i int) ([3]byte, [2]string) { return [3]byte{byte(i), 1, 2}, [2]string{text(i), "x"} })
	pullsAll2(t, "int8, [3]byte", func(i int) (int8, [3]byte) { return int8(i), [3]byte{byte(i), 1, 2} })
	pullsAll2(t, "8 words, string", func(i int) (words8, string) { return words8{i, text(i), []int{i}, i, i + 1}, text(-i) })
	pullsAll2(t, "8 words, *int", func(i int) (words8, *int) { return words8{i, text(i), []int{i}, i, i + 1}, &i })
	pullsAll2(t, "[3]byte, 9 words", func(i int) ([3]byte, words9) {
		return [3]byte{byte(i), 1, 2}, words9{words8{i, text(i), []int{i}, i, i + 1}, &i}
	})
	pullsAll2(t, "10 words, 10 words", func(i int) (words10, words10) {
		w := words10{words9{words8{i, text(i), []int{i}, i, i + 1}, &i}, -i}
		return w, w
	})
	pullsAll2(t, "15 floats, error", func(i int) (floats15, error) { return makeFloats(i), failed })
}

var texts [8]string

type (
	named string
	lexed struct {
		kind     int
		text     string
		from, to int
	}
	smallFields struct {
		a int8
		b bool
		c uint16
		d float32
		e byte
	}
	mixed struct {
		a float64
		b string
		c float32
		d error
		e [1]complex64
	}
	words8 struct {
		a int
		b string
		c []int
		d int
		e int
	}
	words9 struct {
		words8
		f *int
	}
	words10 struct {
		words9
		g int
	}
	floats15 struct{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o float64 }
	floats16 struct {
		floats15
		p float32
	}
	blank struct {
		a int
		_ int
		b string
		_ [0]int
	}
)

func makeFloats(i int) floats15 {
	x := float64(i)
	return floats15{x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6, x + 7, x + 8, x + 9, x + 10, x + 11, x + 12, x + 13, x + 14}
}

// pullsAll pulls what make makes, as iter.Pull does, in several ways.
func pullsAll[V any](t *testing.T, name string, make func(i int) V) {
	type got struct {
		v  V
		ok bool
	}
	eachWay(t, name, func(t *testing.T, way way) {
		next, stop := aco.Pull(func(yield func(V) bool) {
			way.run(func(i int) bool { return yield(make(i)) })
		}, way.opts...)
		want, wantStop := iter.Pull(func(yield func(V) bool) {
			way.run(func(i int) bool { return yield(make(i)) })
		})
		defer wantStop()
		defer stop()
		for i := range way.n + 3 {
			if way.stopAt == i {
				stop()
				wantStop()
			}
			var a, b got
			way.deep(i, func() { a.v, a.ok = next() })
			b.v, b.ok = want()
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("value %d is %+v, want %+v", i, a, b)
			}
		}
	})
}

func pullsAll2[K, V any](t *testing.T, name string, make func(i int) (K, V)) {
	type got struct {
		k  K
		v  V
		ok bool
	}
	eachWay(t, name, func(t *testing.T, way way) {
		next, stop := aco.Pull2(func(yield func(K, V) bool) {
			way.run(func(i int) bool { return yield(make(i)) })
		}, way.opts...)
		want, wantStop := iter.Pull2(func(yield func(K, V) bool) {
			way.run(func(i int) bool { return yield(make(i)) })
		})
		defer wantStop()
		defer stop()
		for i := range way.n + 3 {
			if way.stopAt == i {
				stop()
				wantStop()
			}
			var a, b got
			way.deep(i, func() { a.k, a.v, a.ok = next() })
			b.k, b.v, b.ok = want()
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("value %d is %+v, want %+v", i, a, b)
			}
		}
	})
}

// A way says how a sequence is pulled.
type way struct {
	n      int // values
	places int // from how many places they are yielded
	wide   bool
	gc     int // the collector runs at each of so many values
	depth  int // how deep next is called
	stopAt int
	opts   []aco.Option
}

func eachWay(t *testing.T, name string, do func(*testing.T, way)) {
	for title, w := range map[string]way{
		"steady":     {n: 20, places: 1, stopAt: -1},
		"places":     {n: 60, places: 3, stopAt: -1},
		"depths":     {n: 20, places: 2, depth: 5, stopAt: -1},
		"collected":  {n: 9, places: 2, gc: 2, depth: 3, stopAt: -1},
		"wide":       {n: 100, places: 3, wide: true, gc: 40, stopAt: -1},
		"standalone": {n: 20, places: 2, gc: 9, stopAt: -1, opts: []aco.Option{aco.Standalone()}},
		"shared":     {n: 60, places: 3, wide: true, gc: 20, stopAt: -1, opts: []aco.Option{aco.Shared()}},
		"stopped":    {n: 20, places: 2, stopAt: 7},
		"never":      {n: 20, places: 2, stopAt: 0},
		"alone":      {n: 20, places: 2, stopAt: 7, opts: []aco.Option{aco.Standalone()}},
	} {
		t.Run(name+"/"+title, func(t *testing.T) { do(t, w) })
	}
}

func (w way) run(yield func(i int) bool) {
	for i := 0; i < w.n; i++ {
		if w.gc > 0 && i%w.gc == 0 {
			runtime.GC()
		}
		switch ok := true; i % w.places {
		case 0:
			if w.wide {
				ok = widely(i, yield)
			} else {
				ok = yield(i)
			}
			if !ok {
				return
			}
		case 1:
			if !yield(i) {
				return
			}
		case 2:
			for k := range i % 4 {
				defer func() { _ = k }()
			}
			if !nestedCall(i%5, func() bool { return yield(i) }) {
				return
			}
		}
	}
}

//go:noinline
func nestedCall(depth int, f func() bool) bool {
	if depth > 0 {
		ok := nestedCall(depth-1, f)
		return ok
	}
	return f()
}

//go:noinline
func widely(i int, yield func(i int) bool) bool {
	var a [200]int
	a[i] = i
	ok := yield(i)
	return ok && a[i] == i
}

func (w way) deep(i int, f func()) {
	if w.depth == 0 {
		f()
		return
	}
	nestedCall(i*3%w.depth*4, func() bool { f(); return true })
}
