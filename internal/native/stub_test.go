//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/frame"
)

// stubOf returns where the frame of a stub of package reflect begins in the frames of c, which is suspended below one, and what is known of it.
func stubOf(t *testing.T, c *core) (off uintptr, fr *frame.Frame) {
	words := unsafe.Slice((*uintptr)(c.Frames), c.layout().size/ptrSize)
	for pc := c.layout().pc; off < c.layout().size; {
		if fr = frame.At(pc, false); fr.Stub != 0 {
			return off, fr
		}
		off, pc = fr.Caller(words, off)
	}
	t.Fatal("no stub")
	return 0, nil
}

// holds reports whether the word at off is one that the collector sees.
func (c *core) holds(off uintptr) bool {
	return slices.Contains(c.layout().list[c.layout().move/4:], uint32(off))
}

// What a stub of package reflect has as arguments is live, and what as results only once they are valid.
func TestStubs(t *testing.T) {
	p, q, r := new(int), new(int), new(int)
	var c *core
	typ := reflect.TypeFor[func(int, *int, [2]*int) [2]*int]()
	made := reflect.MakeFunc(typ, func(in []reflect.Value) []reflect.Value {
		leave(c)
		c.Lo = 0 // what is saved has been changed below
		leave(c)
		return []reflect.Value{reflect.ValueOf([2]*int{r, r})}
	}).Interface().(func(int, *int, [2]*int) [2]*int)
	c = newCore(func(*core) {
		if got := made(1, p, [2]*int{nil, q}); got != [2]*int{r, r} {
			t.Error(got)
		}
	})
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	enter(c)
	off, fr := stubOf(t, c)
	args := off + fr.Args
	_, valid := frame.Reflected()
	inRegisters, argWords := 2, 2
	if len(fr.Objects) == 0 {
		inRegisters, argWords = 0, 4
	}
	check := func(results bool) {
		t.Helper()
		word := func(off uintptr) *uintptr { return c.word(int(off / ptrSize)) }
		for i := range argWords {
			at := args + ptrSize*uintptr(i)
			if c.holds(at) != (inRegisters > 0 || i > 0) {
				t.Errorf("word %d of the arguments is held: %v", i, c.holds(at))
			}
		}
		if at := args + ptrSize*uintptr(argWords-1); *word(at) != uintptr(unsafe.Pointer(q)) {
			t.Error("the last argument is elsewhere")
		}
		for i := range inRegisters {
			at := off + uintptr(fr.Objects[0].Ptrs[i])*ptrSize
			if !c.holds(at) || i == 1 && *word(at) != uintptr(unsafe.Pointer(p)) {
				t.Errorf("register %d is not held", i)
			}
		}
		for i := range 2 {
			if at := args + ptrSize*uintptr(argWords+i); c.holds(at) != results {
				t.Errorf("result %d is held: %v, though it is valid: %v", i, c.holds(at), results)
			}
		}
	}
	check(false)
	*c.word(int(off/ptrSize + valid)) |= 1 // as if reflect had just stored the results
	for i := range uintptr(2) {
		*c.word(int(args/ptrSize) + argWords + int(i)) = uintptr(unsafe.Pointer(p))
	}
	enter(c)
	check(true)
	enter(c)
	if c.up().Status() != coro.Done {
		t.Error(c.up().Status())
	}
	runtime.KeepAlive([]*int{p, q})
}

func newCore(body func(*core)) *core {
	c := new(core)
	c.init(func(c *core) {
		defer coro.End()
		body(c)
	})
	return c
}

// Where functions of different types are called from one place, what is known of one of them is not taken for what
// is known of another, though it may have the address of one that has been freed.
func TestStubsAreToldApart(t *testing.T) {
	numbers, pointers := reflect.TypeFor[func([2]uintptr)](), reflect.TypeFor[func([2]*int)]()
	var c *core
	// make makes a function of type typ, and says where reflect has what it stands for.
	make := func(typ reflect.Type) (f reflect.Value, at unsafe.Pointer) {
		f = reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value { leave(c); return nil })
		i := f.Interface()
		return f, *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(&i), ptrSize))
	}
	p := new(int)
	var f, arg reflect.Value
	body := func(*core) {
		for {
			f.Call([]reflect.Value{arg})
		}
	}
	suspend := func(held bool) {
		t.Helper()
		enter(c)
		off, fr := stubOf(t, c)
		for i := range uintptr(2) {
			if got := c.holds(off + fr.Args + ptrSize*i); got != held {
				t.Errorf("word %d is held: %v, want %v", i, got, held)
			}
		}
	}
	asPointers := func() (at unsafe.Pointer) {
		f, at = make(pointers)
		arg = reflect.ValueOf([2]*int{p, p})
		return at
	}
	asNumbers := func() (at unsafe.Pointer) {
		f, at = make(numbers)
		arg = reflect.ValueOf([2]uintptr{0x1001, 0x1003})
		return at
	}
	for range 3 { // one coroutine
		c = newCore(body)
		for range 3 {
			asPointers()
			suspend(true)
			asNumbers()
			suspend(false)
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	// Another coroutine, and the same address: as if the one were freed, and the other had its memory.
	c = newCore(body)
	first := asPointers()
	suspend(true)
	suspend(true)
	second := asNumbers()
	*(*[6]uintptr)(first) = *(*[6]uintptr)(second) // reflect/makefunc.go: makeFuncImpl
	c, f = newCore(body), reflect.NewAt(numbers, unsafe.Pointer(&first)).Elem()
	suspend(false)
	suspend(false)
}
