//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"unsafe"
)

// The start-up check looks for each thing of the runtime's that the native engine relies
// on in the running program, and then runs a small known coroutine through decoder and
// assembly. It is made at the first New. If anything is not as expected, or faults, the
// portable engine serves.

// verify returns what it looked at, and the first thing that was not as expected.
func verify() (checks []Check, failed string) {
	v := &verifier{}
	v.run(checkG, checkFunction, checkFlags, checkFrame, checkDefer, checkPanic, checkLinks, checkCoroutine)
	if v.failed == "" {
		Resume, Yield = enter, leave
	}
	return v.checks, v.failed
}

type verifier struct {
	checks []Check
	failed string

	// What look at the frame of a function found: see checkFrame.
	pc, sp, top uintptr // it was at [sp, top)
	object      uintptr // offset of an object in it
	words       [64]uintptr
	held        [2]*int // in the heap, because stacks move
}

// run makes checks up to the first that fails or panics.
func (v *verifier) run(checks ...func(*verifier)) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var check func(*verifier)
	defer func() {
		if r := recover(); r != nil {
			name := runtime.FuncForPC(reflect.ValueOf(check).Pointer()).Name()
			name = name[strings.LastIndexByte(name, '.')+1:]
			v.checks = append(v.checks, Check{name, "no panic", fmt.Sprint(r), false})
			if v.failed == "" {
				v.failed = fmt.Sprintf("the start-up check panicked in %s: %v", name, r)
			}
		}
	}()
	for _, check = range checks {
		if check(v); v.failed != "" {
			return
		}
	}
}

func (v *verifier) expect(name string, got, want any) {
	ok := got == want
	v.checks = append(v.checks, Check{name, fmt.Sprint(want), fmt.Sprint(got), ok})
	if !ok && v.failed == "" {
		v.failed = fmt.Sprintf("the start-up check found %s: %v, want %v", name, got, want)
	}
}

// checkG looks for the stack bounds in g.
func checkG(v *verifier) {
	floor, top, at, stack, guard := bounds()
	for range 1000 { // while somebody asks this goroutine to stop, stackguard0 says that
		if guard <= stack[1] {
			break
		}
		runtime.Gosched()
		floor, top, at, stack, guard = bounds()
	}
	v.expect("g.stack holds this frame", stack[0] < at && at < top && top-stack[0] < 1<<30, true)
	v.expect("g.stack.lo", stack[0], floor)
	v.expect("g.stack.hi", stack[1], top)
	v.expect("g.stackguard0 leaves at most room", guard-stack[0]+128 <= room, true)
}

// bounds returns the bounds of the stack by look, an address on it, the first words of g and its
// stackguard0. They belong together: see capture.
//
//go:nosplit
//go:nocheckptr
func bounds() (floor, top, here uintptr, stack [2]uintptr, guard uintptr) {
	var b byte
	g, floor, top, _, _, _ := look()
	return floor, top, uintptr(unsafe.Pointer(&b)), **(**[2]uintptr)(unsafe.Pointer(&g)), *at(g + gGuard)
}

// checkFunction looks up a known function, and finds where main returns to.
func checkFunction(v *verifier) {
	f := findfunc(codes()[0])
	v.expect("findfunc of enter", f.function != nil && f.entryPC() == codes()[0], true)
	v.expect("enter's flags", f.flag&^4, uint8(0))
	v.expect("enter's arguments", f.args, int32(0))
	v.expect("thaw's flags", findfunc(codes()[6]).flag&flagSPWrite, uint8(flagSPWrite))
	var pcs [2]uintptr
	c := new(Core)
	c.makeShared(Shared)
	c.main = func(*Core) { runtime.Callers(1, pcs[:]) }
	enter(c)
	enterPC = pcs[1]
	f = findfunc(enterPC)
	v.expect("main's caller", f.function != nil && f.entryPC() == codes()[0], true)
	fr := frameAt(enterPC, false)
	v.expect("enter's frame", fr.size, uintptr(enterSize))
	v.expect("enter's map", cmp.Or(fr.refused, "readable"), "readable")
	v.expect("enter's map shows the coroutine", v.failed == "" && fr.masks[0][live] == 1<<(enterName/ptrSize), true)
}

// checkFlags looks at functions that are known to have the flags and arguments that refuse a frame.
func checkFlags(v *verifier) {
	outermost := make(chan uintptr)
	go func() {
		var pcs [16]uintptr
		outermost <- pcs[runtime.Callers(0, pcs[:])-1]
	}()
	f := findfunc(<-outermost)
	v.expect("runtime.goexit's flags", f.function != nil && f.flag&flagTopFrame != 0, true)
	made := reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value { return nil })
	f = findfunc(made.Pointer())
	v.expect("reflect.makeFuncStub's arguments", f.function != nil && f.args == argsUnknown, true)
}

// checkFrame compares what the decoder says about a frame with what is known to be in it. No
// frame has been moved by then.
func checkFrame(v *verifier) {
	p, q := new(int), new(int)
	v.held = [2]*int{p, q}
	witness(v, p, q)
	f := frameAt(v.pc, false)
	v.expect("a frame's tables", cmp.Or(f.refused, "readable"), "readable")
	if n := f.size / ptrSize; v.failed == "" && (n == 0 || n > uintptr(len(v.words)) || f.ret == none || findfunc(v.words[f.ret/ptrSize]).function != findfunc(pcOf()).function) {
		v.expect("a frame's size", f.size, "where its return address is")
	}
	if v.failed != "" {
		return
	}
	known := [...]uintptr{uintptr(unsafe.Pointer(v)), uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(q))} // witness's arguments
	var has [len(known)]bool
	others := 0
	for i, word := range v.words {
		if i/64 < len(f.masks) && f.masks[i/64][live]>>(i%64)&1 != 0 {
			if k := slices.Index(known[:], word); k >= 0 {
				has[k] = true
			} else if word != 0 && word-v.sp >= v.top-v.sp {
				others++
			}
		}
	}
	for k, found := range has {
		v.expect(fmt.Sprintf("a frame's map has argument %d", k+1), found, true)
	}
	v.expect("other words in a frame's map", others, 0)
	found := false
	for _, o := range f.objects {
		if o.off == v.object {
			first := uint32(o.off / ptrSize)
			found = o.size == unsafe.Sizeof(witnessed{}) && slices.Equal(o.ptrs, []uint32{first + 1, first + 4, first + 5, first + 6, first + 11})
		}
	}
	v.expect("a frame's objects", found, true)
}

// A witnessed has pointers at words 1, 4, 5, 6 and 11: few other maps say that.
type witnessed struct {
	a uintptr
	p *int
	b [2]uintptr
	q [3]*int
	c [4]uintptr
	r *int
}

// witness has pointers in its arguments, in a local variable, and in one whose address is taken.
//
//go:noinline
func witness(v *verifier, p, q *int) {
	r := identity(q)
	o := witnessed{a: 1, p: p}
	v.look(unsafe.Pointer(&o))
	*r += *p + *o.p
	runtime.KeepAlive(v)
}

//go:noinline
func identity(p *int) *int { return p }

// look copies the frame of its caller, which has an object at o.
//
//go:nosplit
//go:nocheckptr
//go:noinline
func (v *verifier) look(o unsafe.Pointer) {
	_, _, top, _, _, p := look()
	if p == 0 { // no frame pointers: the arguments are on the stack
		p = uintptr(unsafe.Pointer(&v))
	}
	pc, sp := callerOf(p)
	v.pc, v.sp, v.top, v.object = pc, sp, top, uintptr(o)-sp
	for i := range v.words {
		v.words[i] = 0
		if a := sp + ptrSize*uintptr(i); a < top {
			v.words[i] = *at(a)
		}
	}
}

// checkDefer looks for g._defer and the layout of its records.
func checkDefer(v *verifier) {
	_, _, _, before, _, _ := look()
	fn := func() {}
	for range 2 {
		defer fn() // in a loop: neither open-coded nor on the stack
	}
	d, distance, here := firstDefer()
	v.expect("_defer.heap", d.heap, true)
	v.expect("_defer.fn", d.fn, *(*unsafe.Pointer)(unsafe.Pointer(&fn)))
	v.expect("_defer.sp", distance < here && here-distance < 4096, true)
	v.expect("_defer.link.link", d.link != nil && unsafe.Pointer(d.link.link) == before, true)
	v.expect("_defer.pc", findfunc(d.pc).function == findfunc(pcOf()).function, true)
}

// firstDefer returns the goroutine's first defer record, and how far the frame that it
// belongs to and this one are from the top of the stack.
//
//go:nosplit
//go:nocheckptr
func firstDefer() (d deferRecord, distance, here uintptr) {
	_, _, top, p, _, _ := look()
	d = *(*deferRecord)(p)
	return d, top - d.sp, top - uintptr(unsafe.Pointer(&p))
}

//go:noinline
func pcOf() uintptr {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	return pcs[0]
}

// checkPanic looks for g._panic and its link.
func checkPanic(v *verifier) {
	value := new(int)
	_, _, _, _, before, _ := look()
	func() {
		defer func() {
			_, _, top, _, panics, _ := look()
			at := uintptr(unsafe.Pointer(&top))
			v.expect("g._panic", uintptr(panics) > at && uintptr(panics) < top, true)
			if v.failed == "" {
				arg := *(*any)(unsafe.Add(panics, panicLinkOffset-unsafe.Sizeof(any(nil))))
				v.expect("_panic.arg", arg == any(value), true)
				link := *(*unsafe.Pointer)(unsafe.Add(panics, panicLinkOffset))
				v.expect("_panic.link", link == before, true)
			}
			recover()
		}()
		panic(value)
	}()
}

// checkLinks suspends and resumes a coroutine that has records of defers, and looks for them and for the
// resumer's. It does so on a goroutine of its own, where a chain that breaks does no harm.
func checkLinks(v *verifier) {
	var l linkage
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		debug.SetPanicOnFault(true)
		l.resume()
	}()
	v.expect("a coroutine with defers fails with", <-done, nil)
	v.expect("the resumer's defers are left", l.left, true)
	v.expect("the coroutine's defers lead to them", l.linked, true)
	v.expect("their frame is known", l.frame, true)
	v.expect("their pc is left", l.pc, true)
	v.expect("they run", l.ran, 2)
}

type linkage struct {
	left, linked, frame, pc bool
	ran                     int
}

func (l *linkage) resume() {
	fn := func() {}
	for range 2 {
		defer fn()
	}
	_, _, _, mine, _, _ := look()
	c := new(Core)
	c.makeShared(Shared)
	c.main = func(c *Core) {
		if !c.Ended() {
			defer End()
			l.body(c, mine)
		}
	}
	deeper(c, 0)
	_, _, _, now, _, _ := look()
	l.left = now == mine
	if l.left {
		deeper(c, 7)
	}
}

//go:noinline
func (l *linkage) body(c *Core, resumers unsafe.Pointer) {
	fn := func() { l.ran++ }
	for range 2 {
		defer fn()
	}
	leave(c)
	d, distance, here := firstDefer()
	last := d.link // or main's, without optimization, is
	for range 2 {
		if l.linked = last != nil && unsafe.Pointer(last.link) == resumers; l.linked || last == nil {
			break
		}
		last = last.link
	}
	l.frame = distance < here && here-distance < 4096
	l.pc = findfunc(d.pc).function == findfunc(pcOf()).function
}

// checkCoroutine suspends and resumes a coroutine that has pointers of every sort, at two
// stack depths, and compares what the decoder made of it with what is known.
func checkCoroutine(v *verifier) {
	c := new(Core)
	c.makeShared(Shared)
	sum := 0
	c.main = func(c *Core) {
		if !c.Ended() {
			defer End()
			probe(c, &sum)
		}
	}
	for i := range 4 {
		nth := fmt.Sprintf("suspension %d: ", i+1)
		v.expect(nth+"coroutine yields", deeper(c, 7*(i/2)), true)
		v.expect(nth+"its status", c.Status(), Suspended)
		var pcs [4]uintptr
		n := c.Callers(pcs[:])
		v.expect(nth+"its frames", n, 1)
		v.expect(nth+"its function", findfunc(pcs[0]).entryPC(), **(**uintptr)(unsafe.Pointer(&probeFn)))
		inner := 0
		for _, off := range c.layout.list[c.layout.own/4 : c.layout.inner/4] {
			if *c.word(int(off) / ptrSize)-c.lo < c.layout.size {
				inner++
			}
		}
		v.expect(nth+"pointers into frames", inner > 0, true)
		runtime.KeepAlive(c)
	}
	v.expect("coroutine ends", deeper(c, 3), false)
	v.expect("what it computed", sum, 4*(1+2+3))
	v.expect("coroutine is done", c.Status(), Done)
}

var probeFn = probe

//go:noinline
func probe(c *Core, sum *int) {
	var a [3]int
	s := unsafe.Slice(identity(&a[0]), len(a)) // the compiler does not know where it points to
	for i := range 4 {
		for k := range s {
			s[k] += k + 1
		}
		leave(c)
		if i == 3 {
			for _, x := range a {
				*sum += x
			}
		}
		runtime.KeepAlive(s)
	}
}

//go:noinline
func deeper(c *Core, n int) bool {
	if n > 0 {
		return deeper(c, n-1)
	}
	return enter(c)
}
