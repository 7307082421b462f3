package aco_test

import (
	"fmt"
	"io"
	"iter"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/goaco/aco"
)

// Frames of package reflect are as good as any others between Resume and Yield, though the maps of their
// arguments are made at run time.

type yielder struct{ co *intCo }

func (y yielder) Yield(n int) int { return y.co.Yield(n) }

var reflected = map[string]func(co *intCo, n int) int{
	"MakeFunc": func(co *intCo, n int) int {
		f := reflect.MakeFunc(reflect.TypeFor[func(int) int](), func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(co.Yield(int(args[0].Int())))}
		})
		return f.Interface().(func(int) int)(n)
	},
	"a method value": func(co *intCo, n int) int {
		return reflect.ValueOf(yielder{co}).Method(0).Interface().(func(int) int)(n)
	},
	"Value.Call": func(co *intCo, n int) int {
		return int(reflect.ValueOf(co.Yield).Call([]reflect.Value{reflect.ValueOf(n)})[0].Int())
	},
	"Value.Call of a method value of a method value": func(co *intCo, n int) int {
		f := reflect.ValueOf(yielder{co}).Method(0).Interface().(func(int) int)
		return int(reflect.ValueOf(f).Call([]reflect.Value{reflect.ValueOf(n)})[0].Int())
	},
	"Value.Seq": func(co *intCo, n int) (sum int) {
		seq := func(yield func(int) bool) { yield(n) }
		for v := range reflect.ValueOf(seq).Seq() {
			sum += co.Yield(int(v.Int()))
		}
		return sum
	},
	"a body within": func(co *intCo, n int) (sum int) {
		made := reflect.MakeFunc(reflect.TypeFor[func(*intCo, int)](), func(args []reflect.Value) []reflect.Value {
			args[0].Interface().(*intCo).Yield(int(args[1].Int()) + n)
			return nil
		})
		inner := aco.New(made.Interface().(func(*intCo, int)))
		for v, ok := inner.Resume(0); ok; v, ok = inner.Resume(0) {
			sum += co.Yield(v)
		}
		return sum
	},
}

func TestYieldWithinReflect(t *testing.T) {
	for name, through := range reflected {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				co := aco.New(func(co *intCo, _ int) {
					for i := range 3 {
						if got := through(co, 5); got != 6 {
							t.Errorf("Yield %d returned %d", i, got)
						}
					}
				}, k.opt)
				for i := range 3 {
					atDepth(i*11, func() { wantResume(t, co, 6, 5, true) })
				}
				wantResume(t, co, 6, 0, false)
			})
		})
	}
}

// A yieldWriter yields what is written to it.
type yieldWriter func(string) bool

func (y yieldWriter) Write(p []byte) (int, error) {
	if !y(string(p)) {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// page is a sequence of the pieces of a page that a template makes, whose data are sequences.
func page(yield func(string) bool) {
	t := template.Must(template.New("").Funcs(template.FuncMap{"twice": func(s string) string { return s + s }}).Parse(
		`{{range .List}}<{{.}}>{{end}}{{range $k, $v := .Pairs}}[{{$k}}={{twice $v}}]{{range $.List}}{{.}}{{end}}{{end}}`))
	t.Execute(yieldWriter(yield), map[string]any{
		"List":  slices.Values([]int{1, 2, 3}),
		"Pairs": iter.Seq2[int, string](slices.All([]string{"one", "two"})),
	})
}

func TestTemplateIsPulled(t *testing.T) {
	want := slices.Collect(page)
	if len(want) < 20 {
		t.Fatal(want)
	}
	next, stop := aco.Pull(page)
	defer stop()
	for i, w := range want {
		atDepth(i*5%17, func() {
			if v, ok := next(); v != w || !ok {
				t.Errorf("%d: %q, %v, want %q", i, v, ok, w)
			}
		})
		if i%7 == 0 {
			runtime.GC()
		}
	}
	if v, ok := next(); ok {
		t.Errorf("%q after the end", v)
	}
	for n := range want { // what is stopped ends
		next, stop := aco.Pull(page)
		for range n {
			next()
		}
		stop()
	}
}

// A bulk is large: it is freed as soon as nobody has it, and then found missing.
type bulk struct{ a [8 << 10]int }

func newBulk(n int) *bulk {
	b := new(bulk)
	b.a[0], b.a[len(b.a)-1] = n, n
	return b
}

func (b *bulk) sum() int { return b.a[0] + b.a[len(b.a)-1] }

// Functions with arguments and results in registers, on the stack, and of both sorts.
var signatures = []any{
	(func(*bulk) *bulk)(nil),
	(func(int, *bulk, float64, *bulk, string) (*bulk, int))(nil),
	(func([3]*bulk, int, [2]*bulk) ([2]*bulk, [1]*bulk))(nil),
	(func(int, *bulk, [2]int, [2]*bulk, any, []*bulk) (int, [2]*bulk, int, any))(nil),
	(func(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r *bulk) (a2, b2, c2, d2, e2, f2, g2, h2, i2, j2, k2 *bulk))(nil),
	(func(struct {
		a int8
		b *bulk
		c [2]int16
		d map[int]*bulk
	}, ...*bulk) (struct {
		p *bulk
		n int
	}, [2]string))(nil),
	(func())(nil),
}

// fillBulk makes v, which is not nil, lead to new ones.
func fillBulk(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.ValueOf(newBulk(n)))
	case reflect.Array:
		for i := range v.Len() {
			fillBulk(v.Index(i), n+i)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			fillBulk(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem(), n+i)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillBulk(v.Index(0), n)
		fillBulk(v.Index(1), n+1)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[int]*bulk{1: newBulk(n), 2: newBulk(n + 1)}))
	case reflect.Interface:
		v.Set(reflect.ValueOf(newBulk(n)))
	case reflect.String:
		v.SetString(strings.Repeat("s", n))
	case reflect.Int, reflect.Int8, reflect.Int16:
		v.SetInt(int64(n))
	case reflect.Float64:
		v.SetFloat(float64(n))
	}
}

// sumBulk follows what fillBulk has made.
func sumBulk(v reflect.Value) (sum int) {
	switch v.Kind() {
	case reflect.Pointer:
		return v.Interface().(*bulk).sum()
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			sum += sumBulk(v.Index(i))
		}
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range c.NumField() {
			f := c.Field(i)
			sum += sumBulk(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem())
		}
	case reflect.Map:
		for _, b := range v.Interface().(map[int]*bulk) {
			sum += b.sum()
		}
	case reflect.Interface:
		return sumBulk(v.Elem())
	case reflect.String:
		return v.Len()
	case reflect.Int, reflect.Int8, reflect.Int16:
		return int(v.Int())
	case reflect.Float64:
		return int(v.Float())
	}
	return sum
}

// callBulk calls f with what only the call has.
//
//go:noinline
func callBulk(f reflect.Value, n int) []reflect.Value {
	in := make([]reflect.Value, f.Type().NumIn())
	for i := range in {
		v := reflect.New(f.Type().In(i)).Elem()
		fillBulk(v, n+i)
		in[i] = v
	}
	if f.Type().IsVariadic() {
		return f.CallSlice(in)
	}
	return f.Call(in)
}

// What only the frame of such a function has is kept while that is suspended, and is where it was afterwards.
func TestReflectedValuesAreKept(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for i, f := range signatures {
			if leftOut() {
				continue
			}
			typ := reflect.TypeOf(f)
			var yield func()
			made := reflect.MakeFunc(typ, func(in []reflect.Value) []reflect.Value {
				var sums []int
				for _, v := range in {
					sums = append(sums, sumBulk(v))
				}
				yield()
				for i, v := range in {
					if sumBulk(v) != sums[i] {
						t.Errorf("%v: argument %d is lost", typ, i)
					}
				}
				in = nil
				yield() // now only the frame has them
				runtime.GC()
				out := make([]reflect.Value, typ.NumOut())
				for i := range out {
					out[i] = reflect.New(typ.Out(i)).Elem()
					fillBulk(out[i], i)
				}
				yield()
				return out
			})
			co := aco.New(func(co *intCo, _ int) {
				yield = func() { co.Yield(0) }
				for n := range 3 {
					want := 0
					for i := range typ.NumOut() {
						v := reflect.New(typ.Out(i)).Elem()
						fillBulk(v, i)
						want += sumBulk(v)
					}
					out := callBulk(made, n)
					co.Yield(0)
					sum := 0
					for _, v := range out {
						sum += sumBulk(v)
					}
					if sum != want {
						t.Errorf("%v: results are %d, want %d", typ, sum, want)
					}
				}
			}, k.opt)
			for n, ok := i, true; ok; n++ {
				atDepth(n*7%31, func() { _, ok = co.Resume(0) })
				runtime.GC()
				use(n % 50)
			}
		}
	})
}

// Functions of different types are called from one place, each by one that is freed before the next is made, so that
// it may have its address: what is known of one of them must not be taken for what is known of another.
func TestReflectedTypesAlternate(t *testing.T) {
	pointers, numbers := reflect.TypeFor[func([2]*bulk)](), reflect.TypeFor[func([2]uintptr)]()
	var freed uintptr
	rounds := 24
	if testing.Short() {
		rounds = 4
	}
	calls := func(yield func(int) bool) {
		for n := range rounds {
			typ, in := pointers, reflect.ValueOf([2]*bulk{newBulk(n), newBulk(n)})
			if n%2 == 1 {
				typ, in = numbers, reflect.ValueOf([2]uintptr{freed, freed})
			}
			reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value {
				yield(n)
				return nil
			}).Call([]reflect.Value{in})
		}
	}
	next, stop := aco.Pull(calls)
	defer stop()
	for n := range rounds {
		freed = addressOf(newBulk(n))
		runtime.GC()
		if v, ok := next(); v != n || !ok {
			t.Fatalf("%d, %v, want %d", v, ok, n)
		}
		runtime.GC()
	}
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *intCo, _ int) {
			calls(func(n int) bool { co.Yield(n); return true })
		}, k.opt)
		for n := range rounds {
			freed = addressOf(newBulk(n))
			runtime.GC()
			wantResume(t, co, 0, n, true)
			runtime.GC()
		}
		wantResume(t, co, 0, 0, false)
	})
}

//go:noinline
func addressOf(b *bulk) uintptr { return reflect.ValueOf(b).Pointer() }

// A panic passes through such frames after they have moved, and they can be closed.
func TestPanicThroughReflect(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var ended []string
		body := func(co *intCo, _ int) {
			defer func() { ended = append(ended, fmt.Sprint("body ", recover())) }()
			reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value {
				defer func() { ended = append(ended, "deferred") }()
				co.Yield(1)
				panic("its own")
			}).Interface().(func())()
		}
		co := aco.New(body, k.opt)
		wantResume(t, co, 0, 1, true)
		wantResume(t, co, 0, 0, false)
		if want := []string{"deferred", "body its own"}; !slices.Equal(ended, want) {
			t.Errorf("%q, want %q", ended, want)
		}
		ended = nil
		co = aco.New(body, k.opt)
		wantResume(t, co, 0, 1, true)
		co.Close()
		if len(ended) != 2 || ended[0] != "deferred" {
			t.Errorf("%q", ended)
		}
		wantStatus(t, co, aco.Done)
	})
}

// A sequence that reflect calls is pulled as well as another one.
func TestReflectSeqIsPulled(t *testing.T) {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	next, stop := aco.Pull2(func(yield func(string, *bulk) bool) {
		for k, v := range reflect.ValueOf(iter.Seq2[string, int](func(yield func(string, int) bool) {
			for k, v := range m {
				if !yield(k, v) {
					return
				}
			}
		})).Seq2() {
			if !yield(k.String(), newBulk(int(v.Int()))) {
				return
			}
		}
	})
	defer stop()
	n := 0
	for k, v, ok := next(); ok; k, v, ok = next() {
		runtime.GC()
		if v.sum() != 2*m[k] {
			t.Error(k, v.sum())
		}
		n++
	}
	if n != len(m) {
		t.Error(n, "pairs")
	}
}
