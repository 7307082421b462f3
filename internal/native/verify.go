//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/frame"
	"github.com/goaco/aco/internal/release"
)

// The start-up check looks for each thing of the runtime's that the native engine relies
// on in the running program, and then runs a small known coroutine through decoder and
// assembly. It is made at the first New. If anything is not as expected, or faults, the
// portable engine serves.

// verify returns what it looked at, and the first thing that was not as expected.
func verify() (checks []coro.Check, failed string) {
	v := &verifier{}
	v.run(checkG, checkFunction, checkFlags, checkFrame, checkReflect, checkDefer, checkPanic, checkAlone, checkLinks, checkEnd, checkExit, checkCoroutine, checkPulled)
	return v.checks, v.failed
}

type verifier struct {
	checks []coro.Check
	failed string

	// What look at the frame of a function found: see checkFrame.
	pc, sp, top uintptr // it was at [sp, top)
	object      uintptr // offset of an object in it
	words       [96]uintptr
	held        [2]*int // in the heap, because stacks move
	hidden      *int    // what no argument of it was
}

// run makes checks up to the first that fails or panics.
func (v *verifier) run(checks ...func(*verifier)) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var check func(*verifier)
	defer func() {
		if r := recover(); r != nil {
			name := runtime.FuncForPC(reflect.ValueOf(check).Pointer()).Name()
			name = name[strings.LastIndexByte(name, '.')+1:]
			v.checks = append(v.checks, coro.Check{Name: name, Want: "no panic", Got: fmt.Sprint(r)})
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
	v.checks = append(v.checks, coro.Check{Name: name, Want: fmt.Sprint(want), Got: fmt.Sprint(got), OK: ok})
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
	f := release.FindFunc(codes()[0])
	v.expect("findfunc of enter", f.Function != nil && f.EntryPC() == codes()[0], true)
	v.expect("enter's flags", f.Flag&^4, uint8(0))
	v.expect("enter's arguments", f.Args, int32(0))
	v.expect("thaw's flags", release.FindFunc(codes()[6]).Flag&release.FlagSPWrite, uint8(release.FlagSPWrite))
	var pcs [2]uintptr
	c := new(core)
	c.makeShared(coro.Shared)
	c.Main = func(*coro.Core) { runtime.Callers(1, pcs[:]) }
	enter(c)
	enterPC = pcs[1]
	f = release.FindFunc(enterPC)
	v.expect("main's caller", f.Function != nil && f.EntryPC() == codes()[0], true)
	fr := frame.At(enterPC, false)
	v.expect("enter's frame", fr.Size, uintptr(enterSize))
	v.expect("enter's map", cmp.Or(fr.Refused, "readable"), "readable")
	v.expect("enter's map shows the coroutine", v.failed == "" && fr.Masks[0][frame.Live] == 1<<(enterName/ptrSize), true)
}

// checkFlags looks at functions that are known to have the flags and arguments that refuse a frame.
func checkFlags(v *verifier) {
	outermost := make(chan uintptr)
	go func() {
		var pcs [16]uintptr
		outermost <- pcs[runtime.Callers(0, pcs[:])-1]
	}()
	f := release.FindFunc(<-outermost)
	v.expect("runtime.goexit's flags", f.Function != nil && f.Flag&release.FlagTopFrame != 0, true)
	made := reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value { return nil })
	f = release.FindFunc(made.Pointer())
	v.expect("reflect.makeFuncStub's arguments", f.Function != nil && f.Args == release.ArgsUnknown, true)
}

// checkReflect looks at the frames of both stubs of package reflect.
func checkReflect(v *verifier) {
	f := func(args []reflect.Value) []reflect.Value { v.stub("makeFuncStub"); return nil }
	made := reflect.MakeFunc(reflect.TypeFor[func(uintptr, *int, [2]*int)](), f).Interface()
	method := reflect.ValueOf(stubbed{v}).MethodByName("StubOfAco").Interface() // a constant: the linker need not keep all methods
	for _, f := range []any{made, method} {
		p, q := new(int), new(int)
		v.held = [2]*int{p, q}
		f.(func(uintptr, *int, [2]*int))(registerWord, p, [2]*int{nil, q})
	}
	v.held = [2]*int{}
}

// A stubbed has a method that reflect makes a function of.
type stubbed struct{ v *verifier }

func (s stubbed) StubOfAco(_ uintptr, _ *int, _ [2]*int) { s.v.stub("methodValueCall") }

const registerWord = 0xac0

// stub compares what the decoder says about the frame of the stub that has called its caller with what it was called
// with. Where it says that something is, the stub has told what it called, but the stack may have moved since then.
func (v *verifier) stub(of string) {
	depth, pc := here()
	fr := frame.At(pc, false)
	for range 20 {
		if fr.Refused != "" || fr.Stub != 0 {
			break
		}
		depth, pc = depth-fr.Size, wordAt(depth-fr.Ret)
		fr = frame.At(pc, false)
	}
	v.expect(of+": its frame", fr.Refused == "" && fr.Stub != 0 && fr.Size < uintptr(len(v.words)-8)*ptrSize, true)
	if v.failed != "" {
		return
	}
	v.copy(depth)
	word := func(off uintptr) uintptr { return v.words[off/ptrSize] }
	what, valid := frame.Reflected()
	v.expect(of+": retValid", v.words[what+1]-v.words[what+2], fr.Args-valid*ptrSize)
	v.expect(of+": is not set", v.words[valid]&0xff, uintptr(0))
	f := *(**release.Reflected)(unsafe.Pointer(&v.words[what]))
	v.expect(of+": what it is for", f.Entry == fr.Stub, true)
	if v.failed != "" {
		return
	}
	args, bits := uintptr(2), byte(3) // on the stack: the array
	if len(fr.Objects) == 0 {
		args, bits = 4, 14
	}
	v.expect(of+": argLen", f.ArgLen, args*ptrSize)
	v.expect(of+": stack.n", f.Stack.N, int32(args))
	v.expect(of+": stack.bytedata", *(*byte)(f.Stack.Bits), bits)
	v.expect(of+": last argument", word(fr.Args+(args-1)*ptrSize) == uintptr(unsafe.Pointer(v.held[1])), true)
	if len(fr.Objects) > 0 {
		o := fr.Objects[0]
		v.expect(of+": its RegArgs", v.words[what+3]-v.words[what+2], o.Off-valid*ptrSize)
		v.expect(of+": RegArgs.Ptrs", v.words[o.Ptrs[1]] == uintptr(unsafe.Pointer(v.held[0])), true)
		v.expect(of+": RegArgs.Ints", word(o.Off), uintptr(registerWord))
	}
}

// copy copies the words from depth bytes below the top of the stack on.
//
//go:nosplit
//go:nocheckptr
func (v *verifier) copy(depth uintptr) {
	_, _, top, _, _, _ := look()
	for i := range v.words {
		v.words[i] = 0
		if a := top - depth + ptrSize*uintptr(i); a < top {
			v.words[i] = *at(a)
		}
	}
}

// checkFrame compares what the decoder says about a frame with what is known to be in it. No
// frame has been moved by then.
func checkFrame(v *verifier) {
	p, q := new(int), new(int)
	v.held, v.hidden = [2]*int{p, q}, new(int)
	witness(v, p, q)
	f := frame.At(v.pc, false)
	v.expect("a frame's tables", cmp.Or(f.Refused, "readable"), "readable")
	if n := f.Size / ptrSize; v.failed == "" && (n == 0 || n > uintptr(len(v.words)) || f.Ret == frame.None || release.FindFunc(v.words[f.Ret/ptrSize]).Function != release.FindFunc(pcOf()).Function) {
		v.expect("a frame's size", f.Size, "where its return address is")
	}
	if v.failed != "" {
		return
	}
	// Witness's arguments, and a variable that few of its maps have: not that of where it begins.
	known := [...]uintptr{uintptr(unsafe.Pointer(v)), uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(q)), uintptr(unsafe.Pointer(v.hidden))}
	var has [len(known)]bool
	others := 0
	for i, word := range v.words {
		if i/64 < len(f.Masks) && f.Masks[i/64][frame.Live]>>(i%64)&1 != 0 {
			if k := slices.Index(known[:], word); k >= 0 {
				has[k] = true
			} else if word != 0 && word-v.sp >= v.top-v.sp {
				others++
			}
		}
	}
	for k, found := range has {
		v.expect(fmt.Sprintf("a frame's map has value %d", k+1), found, true)
	}
	v.expect("other words in a frame's map", others, 0)
	found := false
	for _, o := range f.Objects {
		if o.Off == v.object {
			first := uint32(o.Off / ptrSize)
			found = o.Size == unsafe.Sizeof(witnessed{}) && slices.Equal(o.Ptrs, []uint32{first + 1, first + 4, first + 5, first + 6, first + 11})
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
	r := identity(v.hidden)
	o := witnessed{a: 1, p: p}
	v.look(unsafe.Pointer(&o))
	*r += *p + *q + *o.p
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
	v.copy(top - sp)
}

// checkDefer looks for g._defer and the layout of its records.
func checkDefer(v *verifier) {
	_, _, _, before, _, _ := look()
	fn := func() {}
	for range 2 {
		defer fn() // in a loop: neither open-coded nor on the stack
	}
	d, distance, here := firstDefer()
	v.expect("_defer.heap", d.Heap, true)
	v.expect("_defer.fn", d.Fn, *(*unsafe.Pointer)(unsafe.Pointer(&fn)))
	v.expect("_defer.sp", distance < here && here-distance < 4096, true)
	v.expect("_defer.Link.Link", d.Link != nil && unsafe.Pointer(d.Link.Link) == before, true)
	v.expect("_defer.pc", release.FindFunc(d.PC).Function == release.FindFunc(pcOf()).Function, true)
}

// firstDefer returns the goroutine's first defer record, and how far the frame that it
// belongs to and this one are from the top of the stack.
//
//go:nosplit
//go:nocheckptr
//go:noinline
func firstDefer() (d release.DeferRecord, distance, here uintptr) {
	_, _, top, p, _, _ := look()
	d = *(*release.DeferRecord)(p)
	return d, top - d.SP, top - uintptr(unsafe.Pointer(&p))
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
		var depth uintptr
		defer func() {
			_, _, top, _, panics, _ := look()
			at := uintptr(unsafe.Pointer(&top))
			v.expect("g._panic", uintptr(panics) > at && uintptr(panics) < top, true)
			if v.failed == "" {
				arg := *(*any)(unsafe.Add(panics, release.PanicArg))
				v.expect("_panic.arg", arg == any(value), true)
				link := *(*unsafe.Pointer)(unsafe.Add(panics, release.PanicLink))
				v.expect("_panic.link", link == before, true)
				_, _, sp, _, _ := begins()
				v.expect("_panic.sp", sp+enterDown, depth)
			}
			recover()
		}()
		depth, _ = here()
		panic(value)
	}()
}

// checkAlone looks at the functions that nobody may stop: see frozen.go.
func checkAlone(v *verifier) {
	for _, a := range append(alone, alonePulled...) {
		f := release.FindFunc(reflect.ValueOf(a.function).Pointer())
		name, begin, throughout := runtime.FuncForPC(f.EntryPC()).Name(), uintptr(0), true
		f.Ranges(f.PCTable(release.PCDataUnsafePoint), func(end uintptr, value int32) bool {
			throughout = throughout && (value == unsafePoint || end <= prologue)
			begin = end
			return true
		})
		v.expect(a.name+": unsafe throughout", throughout && begin > 0, true)
		v.expect(a.name+": needs little stack", deepest(f) <= aloneSize, true)
		if a.named {
			v.expect(a.name+": is named for it", strings.HasPrefix(name, "runtime."), true)
		}
	}
	keptFits = keptNeeds() <= stackLeft
}

// deepest returns how far below its caller's frame f has SP at most.
func deepest(f release.FuncInfo) (size uintptr) {
	f.Ranges(f.PCSP, func(_ uintptr, now int32) bool { size = max(size, uintptr(now)); return true })
	return size
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
	c := new(core)
	c.makeShared(coro.Shared)
	c.Main = func(c *coro.Core) {
		if !c.Ended() {
			defer coro.End()
			l.body((*core)(c), mine)
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
func (l *linkage) body(c *core, resumers unsafe.Pointer) {
	fn := func() { l.ran++ }
	for range 2 {
		defer fn()
	}
	leave(c)
	d, distance, here := firstDefer()
	last := d.Link // or main's, without optimization, is
	for range 2 {
		if l.linked = last != nil && unsafe.Pointer(last.Link) == resumers; l.linked || last == nil {
			break
		}
		last = last.Link
	}
	l.frame = distance < here && here-distance < 4096
	l.pc = release.FindFunc(d.PC).Function == release.FindFunc(pcOf()).Function
}

// checkEnd ends coroutines by a panic and by Goexit, which is to end at their border, and looks for enter's frame from there. It
// does so on a goroutine of its own, as checkLinks does.
func checkEnd(v *verifier) {
	for _, closes := range []bool{false, true} {
		value := new(int)
		var found, exits, begun bool
		var recovered any
		done := make(chan bool)
		go func() {
			returned := false
			defer func() { done <- returned }()
			debug.SetPanicOnFault(true)
			c := new(core)
			c.makeShared(coro.Shared)
			c.Main = func(up *coro.Core) { // itself, and not by a closure: its frame is the one that is sought
				if up.Ended() {
					return
				}
				defer func() {
					_, depth := inside()
					found = depth != 0 && depth == unwound()
					_, _, _, _, panics, _ := look()
					exits = isGoexit(uintptr(panics))
					begun = exits && begunBy(here())
					end()
				}()
				if closes {
					up.Flags |= flagClosing
					runtime.Goexit()
				}
				panic(value)
			}
			func() {
				defer func() { recovered = recover() }()
				deeper(c, 7)
			}()
			returned = true
		}()
		name := "a panic: "
		if closes {
			name = "a Goexit: "
		}
		v.expect(name+"the resumer goes on", <-done, true)
		v.expect(name+"enter's frame is found", found, true)
		v.expect(name+"it is a Goexit", exits, closes)
		v.expect(name+"began in runtime.Goexit", begun, closes)
		v.expect(name+"the resumer recovers it", recovered == any(value), !closes)
	}
}

// begunBy reports whether the innermost panic began in what has called the function whose frame is depth bytes below the top of
// the stack, and that is runtime.Goexit.
func begunBy(depth, pc uintptr) bool {
	f := frame.At(pc, false)
	if f.Ret == frame.None || f.Size+enterSize > depth {
		return false
	}
	by := release.FindFunc(wordAt(depth - f.Ret))
	startPC, start, _, link, goexit := begins()
	return by.Function != nil && runtime.FuncForPC(by.EntryPC()).Name() == "runtime.Goexit" &&
		release.FindFunc(startPC).Function == by.Function && start == depth-f.Size-enterDown && link == nil && goexit
}

// begins returns what the innermost panic's record says: where it goes on if need be, and as distances from the top of the
// stack, where the function has its SP that does, and where the one has it whose deferred function runs now.
//
//go:nosplit
//go:nocheckptr
func begins() (pc, start, sp uintptr, link unsafe.Pointer, goexit bool) {
	_, _, top, _, panics, _ := look()
	r := (*release.PanicRecord)(panics)
	return r.StartPC, top - uintptr(r.StartSP), top - *at(uintptr(panics) + release.PanicSP), r.Link, r.Goexit
}

// checkExit closes a coroutine that is suspended beneath functions that have deferred some, and looks where it begins to unwind, and
// what is to be run. One of them panics, and the next one recovers: that must not end it. It does so on a goroutine of its own, as
// checkLinks does.
func checkExit(v *verifier) {
	var e exiting
	c := new(core)
	c.makeShared(coro.Shared)
	c.Main = func(c *coro.Core) {
		if !c.Ended() {
			defer coro.End()
			e.outer((*core)(c))
		}
	}
	begins, known := false, false
	done := make(chan any)
	go func() {
		returned := any("runtime.Goexit")
		defer func() {
			if r := recover(); r != nil {
				returned = r
			}
			done <- returned
		}()
		debug.SetPanicOnFault(true)
		deeper(c, 0)
		l := c.layout()
		begins = l.once // without optimization each defer has a record
		if !begins && l.exitPC != 0 {
			begins = release.FindFunc(l.exitPC).EntryPC() == **(**uintptr)(unsafe.Pointer(&exitingFn))
		}
		known = l.once || e.known(c, l.deferring)
		c.Flags |= flagClosing | flagSpecial
		deeper(c, 7)
		returned = nil
	}()
	v.expect("what is closed fails with", <-done, nil)
	v.expect("exits where something is deferred", begins, true)
	v.expect("what is deferred is known", known, true)
	v.expect("what is deferred runs", e.ran, 321)
	v.expect("what one of them recovers", e.recovered == any(&e), true)
	v.expect("what is closed is done", c.up().Status(), coro.Done)
}

type exiting struct {
	ran       int
	recovered any
}

var exitingFn = (*exiting).inner

//go:noinline
func (e *exiting) outer(c *core) {
	defer func() { e.ran = 10*e.ran + 1 }()
	e.inner(c)
	e.ran += 1000
}

//go:noinline
func (e *exiting) inner(c *core) {
	defer func() { e.ran, e.recovered = 10*e.ran+2, recover() }()
	defer func() {
		e.ran = 10*e.ran + 3
		panic(e)
	}()
	sum := 0
	probe(c, &sum)
	e.ran += 1000 + sum
}

// known reports whether the frames of c say, where it is taken that they do, what inner and outer have deferred.
func (e *exiting) known(c *core, of []deferring) bool {
	if len(of) != 2 {
		return false
	}
	for i, d := range of {
		n := uintptr(2 - i) // functions
		if *(*byte)(unsafe.Add(c.Frames, d.bits)) != 1<<n-1 {
			return false
		}
		for k := range n {
			f := *(*uintptr)(unsafe.Add(c.Frames, d.slots+k*ptrSize)) - c.Lo // it does not escape
			if f >= c.layout().size {
				return false
			}
			name := runtime.FuncForPC(*(*uintptr)(unsafe.Add(c.Frames, f))).Name()
			if want := []string{"inner", "outer"}[i] + ".func" + strconv.Itoa(int(k+1)); !strings.HasSuffix(name, want) {
				return false
			}
		}
	}
	return true
}

// checkCoroutine suspends and resumes a coroutine that has pointers of every sort, at two
// stack depths, and compares what the decoder made of it with what is known.
func checkCoroutine(v *verifier) {
	c := new(core)
	c.makeShared(coro.Shared)
	sum := 0
	c.Main = func(c *coro.Core) {
		if !c.Ended() {
			defer coro.End()
			probe((*core)(c), &sum)
		}
	}
	for i := range 4 {
		nth := fmt.Sprintf("suspension %d: ", i+1)
		v.expect(nth+"coroutine yields", deeper(c, 7*(i/2)), true)
		v.expect(nth+"its status", c.up().Status(), coro.Suspended)
		var pcs [4]uintptr
		n := c.callers(pcs[:])
		v.expect(nth+"its frames", n, 1)
		v.expect(nth+"its function", release.FindFunc(pcs[0]).EntryPC(), **(**uintptr)(unsafe.Pointer(&probeFn)))
		inner := 0
		for _, off := range c.layout().list[c.layout().own/4 : c.layout().inner/4] {
			if *c.word(int(off) / ptrSize)-c.Lo < c.layout().size {
				inner++
			}
		}
		v.expect(nth+"pointers into frames", inner > 0, true)
		runtime.KeepAlive(c)
	}
	v.expect("coroutine ends", deeper(c, 3), false)
	v.expect("what it computed", sum, 4*(1+2+3))
	v.expect("coroutine is done", c.up().Status(), coro.Done)
}

var probeFn = probe

//go:noinline
func probe(c *core, sum *int) {
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
func deeper(c *core, n int) bool {
	if n > 0 {
		return deeper(c, n-1)
	}
	return enter(c)
}

// checkPulled pulls values that travel in registers of each sort, as many as there are, and on the stack.
func checkPulled(v *verifier) {
	p := new(int)
	const n = 1 << 20 // what is taken for a pointer by mistake leads nowhere
	arrives(v, "a value of many parts is pulled", func(i int) parted {
		return parted{n + i, "text"[:i], p, float64(i) / 4, int8(i), [1]uint16{uint16(i)}, float32(-i)}
	})
	arrives(v, "nine integers are pulled", func(i int) nine[int] { return counted(n + i) })
	arrives(v, "fifteen floats are pulled", func(i int) fifteen[float64] {
		return fifteen[float64]{counted(float64(i)), six[float64]{1, 2, 3, 4, 5, float64(-i)}}
	})
	arrives(v, "sixteen integers are pulled", func(i int) sixteen[int] {
		return sixteen[int]{fifteen[int]{counted(n + i), six[int]{1, 2, 3, 4, 5, n - i}}, i}
	})
	arrives(v, "sixteen floats are pulled", func(i int) sixteen[float32] {
		return sixteen[float32]{fifteen[float32]{counted(float32(i)), six[float32]{1, 2, 3, 4, 5, 6}}, float32(-i)}
	})
	arrives(v, "an array is pulled", func(i int) [3]string { return [3]string{"text"[i:], "", "text"} })
}

type (
	parted struct {
		a int
		b string
		c *int
		d float64
		e int8
		f [1]uint16
		g float32
	}
	six[T any]     struct{ a, b, c, d, e, f T }
	nine[T any]    struct{ a, b, c, d, e, f, g, h, i T }
	fifteen[T any] struct {
		nine[T]
		six[T]
	}
	sixteen[T any] struct {
		fifteen[T]
		last T
	}
)

func counted[T int | float32 | float64](n T) nine[T] {
	return nine[T]{n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8}
}

// arrives pulls values of a type. The first is kept in memory meanwhile, and so is the last, which is yielded at another place.
func arrives[V comparable](v *verifier, name string, value func(i int) V) {
	seq := func(yield func(V) bool) {
		for i := range 3 {
			if !yield(value(i)) {
				return
			}
		}
		yield(value(3))
	}
	n, stop, _ := pull(coro.Shared, (*coro.One[V])(nil), *(*func(func()))(unsafe.Pointer(&seq)))
	if n == nil { // not on this platform
		return
	}
	next := *(*func() (V, bool))(unsafe.Pointer(&n))
	right := onStack([32]int{}) // so that there is room in this frame for results that would be returned there by mistake
	for i := range 4 {
		if got, ok := next(); ok && got == value(i) {
			right++
		}
	}
	var zero V
	if got, ok := next(); !ok && got == zero {
		right++
	}
	stop()
	v.expect(name, right, 5)
}

// onStack returns 0. Its argument is passed on the stack.
//
//go:noinline
func onStack(a [32]int) int { return a[0] }
