//go:build (amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/release"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// Pulled sequences have an engine of their own in two respects.
//
// Their next and yield are closures made of assembly: a processor predicts a return by the last
// call, which a switch breaks, and so a next written in Go, and a yield too, would each return
// with a misprediction. The assembly needs not know what it hands over, because the arguments of yield(v)
// and the results v, true of next() are passed alike, in the same registers and at the same
// distance from the caller's SP. It stays there, or in words that are written back before anybody
// looks. Only when the suspension needs Go code the value is kept in memory meanwhile.
//
// And when the sequence has ended, its coroutine serves another one of values of the same type, which finds its
// frames laid out already if it is suspended at the same place. What the user has is a handle.

// A pulled is a coroutine that runs a sequence. Behind it is room for a value.
type pulled struct {
	core
	exit    uintptr // where next continues when the sequence has yielded: plain, or exitWide, or exitKept; 0 if p has just moved
	plain   uintptr // the one of exit0 to exit9, or exitStack, that suits
	words   uintptr // the one of exit0 to exit9 that suits
	flag    uintptr // which of the registers for integers has next's bool, in bytes from the first
	flagAt  uintptr // where next's bool is among its results on the stack, if there is none left
	stack   uintptr // size of next's results on the stack, in bytes
	results uintptr // the same; 0 if it is not next but stop that has resumed it
	kind    *kind
	seq     func(yield func())
	handle  *handle
	asks    func() // yield, if it is called on another goroutine: see coro.Typed
}

// A handle is three closures in one (runtime/runtime2.go: funcval): a func value that points to
// one of the addresses of code finds the coroutine behind them.
type handle struct {
	next, yield, stop uintptr
	core              *core
}

// A kind is what sequences of values of one type have in common: how values are passed, by the rules of
// the compiler's internal ABI (cmd/compile/abi-internal.md).
type kind struct {
	t                 uintptr      // the type of a value: see kindOf
	pulled            reflect.Type // of a pulled with a value behind it
	words             []word       // what is passed in registers
	ints, floats      int          // how many there are
	size              uintptr      // of what is passed on the stack, in bytes
	from              uintptr      // where that is in the value
	ptrs              []uint32     // where its pointers are, counted from there
	stack             uintptr      // of next's results on the stack
	plain, wide, kept uintptr      // exits of a pulled
	ended             pulled       // the coroutine of every sequence that has ended
	free              sync.Pool
	judged            atomic.Int64 // when: see verdict.go
}

// A word is a part of a value that is passed in a register.
type word struct {
	off  uint32 // where it is in the value
	at   int16  // which register, as a distance in bytes from the first of those for integers
	size int8   // in bytes; 0 is that of a pointer
}

func nextABI()
func stopABI()
func stopFrame()
func exitStack()
func exitWide()
func exitNone()
func exitKept()
func giveUp()
func keep()
func kept()

func pulledCodes() *pulledCode

// asFunc returns the func value of code that begins at *code.
func asFunc[F any](code *uintptr) F { return *(*F)(unsafe.Pointer(&code)) }

// What pullSlow returns.
const (
	pullNone  = iota // it has ended
	pullValue        // it has yielded, and the value is kept
	pullAgain        // there is room now
)

// What the assembly calls.
var (
	stopSlow  = (*coro.Core).Stop
	pullSlow  = (*core).pullSlow
	keepValue = keepRaw
	takeValue = takeRaw

	startMoving = (*pulled).startMoving
	overPull    = (*pulled).over
)

var alonePulled = []aloneFunc{
	{"keepRaw", keepRaw, true}, {"takeRaw", takeRaw, true}, {"copyRaw", copyRaw, true}, {"dropRaw", dropRaw, true},
	{"usualExit", usualExit, true}, {"valueOf", valueOf, true}, {"clearPointers", (*core).clearPointers, false},
	{"pointer", (*core).pointer, false},
}

// keptNeeds returns how much of the stack is needed at most below the frame of a function that yields, where a value is kept or taken.
// Nothing on the way looks whether it is there, and the linker, which adds up what functions need that don't look, does not
// know which ones the assembly calls (cmd/link/internal/ld/stackcheck.go). It is too much for arm64 if all packages are built
// without optimization.
func keptNeeds() uintptr {
	frame := func(function any) uintptr {
		return callSize + deepest(release.FindFunc(reflect.ValueOf(function).Pointer()))
	}
	assembly := callSize + deepest(release.FindFunc(pulledCodes().exitKept)) // and as much for keep
	keep := max(frame(copyRaw), frame((*core).clearPointers)+max(frame((*core).pointer), barrierSize))
	take := max(frame(copyRaw), frame(dropRaw)+max(frame(usualExit), barrierSize))
	return assembly + max(frame(keepRaw)+keep, refreezeSize+frame(takeRaw)+take)
}

// pullSlow does what enter can't do itself. Of a sequence that has ended it returns the size of next's results.
func (c *core) pullSlow() (what int, results uintptr) {
	switch c.Owner {
	case ownerNone:
		growStack(c.layout().size + room)
		return pullAgain, 0
	case ownerParked: // or about to move: see startMoving
		c.transfer()
		return (*pulled)(unsafe.Pointer(c)).over()
	}
	if c.up().Resumable() { // another goroutine has run it meanwhile
		return pullAgain, 0
	}
	return pullNone, (*pulled)(unsafe.Pointer(c)).kind.stack // it ended long ago, or before a next that comes late
}

// startMoving makes the worker that p moves to, by a hand-over, and reports whether it does; if not, it stays shared.
func (p *pulled) startMoving() bool {
	if !p.up().Claim(ownerMoving, ownerClaimed) {
		p.up().Refuse()
	}
	if p.Flags&flagStopped != 0 || handoverOK() != "" { // what ends had better stay
		p.Flags &^= flagAuto
		p.exit = p.plain
		atomic.StoreUintptr(&p.Owner, ownerNone)
		return false
	}
	p.hireToMove()
	p.exit = 0 // keepRaw does the rest, once the frames are on the worker's stack
	p.Flags |= flagMoving
	atomic.StoreUintptr(&p.Owner, ownerParked) // another goroutine may have it from here on
	return true
}

// keepRaw stores what yield was called with in p: regs are the registers, stack what was passed on the stack.
// The collector sees neither, so nobody may stop it: see frozen.go.
//
//go:nosplit
//go:norace
//go:linkname keepRaw runtime.goaco_keep
func keepRaw(p *pulled, regs, stack unsafe.Pointer) {
	k, out := p.kind, valueOf(p)
	for i := range k.words {
		if w := &k.words[i]; w.size == 0 {
			*(*unsafe.Pointer)(unsafe.Add(out, w.off)) = *(*unsafe.Pointer)(unsafe.Add(regs, w.at))
		} else {
			copyRaw(unsafe.Add(out, w.off), unsafe.Add(regs, w.at), uintptr(w.size))
		}
	}
	from := uintptr(0)
	for _, at := range k.ptrs {
		copyRaw(unsafe.Add(out, k.from+from), unsafe.Add(stack, from), uintptr(at)-from)
		*(*unsafe.Pointer)(unsafe.Add(out, k.from+uintptr(at))) = *(*unsafe.Pointer)(unsafe.Add(stack, at))
		from = uintptr(at) + ptrSize
	}
	copyRaw(unsafe.Add(out, k.from+from), unsafe.Add(stack, from), k.size-from)
	if p.exit == 0 { // it has moved: see startMoving
		p.clearPointers(0)
	}
	p.exit = k.kept
}

// Room is of coro.Pulled: what keepRaw does, but for storing.
func (p *pulled) Room() unsafe.Pointer {
	if g, _, _, _, _, _ := look(); p.Owner != g && p.up().Asker(g) == nil { // it is the owner if the stack is low
		p.up().Outside()
	}
	if p.exit == 0 {
		p.clearPointers(0)
	}
	p.exit = p.kind.kept
	return valueOf(p)
}

// Ask is of coro.Pulled.
func (p *pulled) Ask() bool {
	g, _, _, _, _, _ := look()
	if p.Owner == g {
		(*core)(&p.core).yieldLow()
	} else {
		p.up().Ask(g, false)
	}
	return p.Flags&flagStopped == 0
}

// takeRaw is the inverse of keepRaw, and lets go of the value. What calls it, exitKept, has no return address: so nobody may look
// at this stack, as who stops a goroutine does.
//
//go:nosplit
//go:norace
//go:linkname takeRaw runtime.goaco_take
func takeRaw(p *pulled, regs, stack unsafe.Pointer) {
	k, out := p.kind, valueOf(p)
	for i := range k.words {
		w := &k.words[i]
		size := uintptr(w.size)
		if size == 0 {
			size = ptrSize
		}
		*(*uint64)(unsafe.Add(regs, w.at)) = 0
		copyRaw(unsafe.Add(regs, w.at), unsafe.Add(out, w.off), size)
	}
	copyRaw(stack, unsafe.Add(out, k.from), k.size)
	dropRaw(p)
}

// copyRaw copies size bytes, of which none is a pointer's, or not into memory that the collector looks at.
//
//go:nosplit
//go:norace
//go:linkname copyRaw runtime.goaco_copy
func copyRaw(dst, src unsafe.Pointer, size uintptr) {
	i := uintptr(0)
	for ; i+8 <= size; i += 8 {
		*(*uint64)(unsafe.Add(dst, i)) = *(*uint64)(unsafe.Add(src, i))
	}
	for ; i < size; i++ {
		*(*uint8)(unsafe.Add(dst, i)) = *(*uint8)(unsafe.Add(src, i))
	}
}

// dropRaw lets go of the value that was kept.
//
//go:nosplit
//go:norace
//go:linkname dropRaw runtime.goaco_drop
func dropRaw(p *pulled) {
	k, out := p.kind, valueOf(p)
	for i := range k.words {
		if w := &k.words[i]; w.size == 0 {
			*(*unsafe.Pointer)(unsafe.Add(out, w.off)) = nil
		}
	}
	for _, at := range k.ptrs {
		*(*unsafe.Pointer)(unsafe.Add(out, k.from+uintptr(at))) = nil
	}
	p.exit = usualExit(p)
}

// usualExit returns what exit is while no value is kept.
//
//go:nosplit
//go:norace
//go:linkname usualExit runtime.goaco_usualExit
func usualExit(p *pulled) uintptr {
	if p.Flags&flagAuto != 0 && p.Lo != loStandalone && (*layout)(p.Layout).size >= wide {
		return p.kind.wide
	}
	return p.plain
}

// valueOf returns where a value is kept.
//
//go:nosplit
//go:norace
//go:linkname valueOf runtime.goaco_valueOf
func valueOf(p *pulled) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(*p)) }

// unkeep drops the value that c was to yield, if it pulls: it goes on.
func (c *core) unkeep() {
	if c.Flags&flagPulls != 0 {
		dropRaw((*pulled)(unsafe.Pointer(c)))
	}
}

func runPulled(c *coro.Core) {
	p := (*pulled)(unsafe.Pointer(c))
	if c.Ended() {
		p.end()
		return
	}
	defer endPulled()
	p.seq(asFunc[func()](&p.handle.yield))
}

// endPulled is End, by a shorter way: nobody closes a pulled coroutine.
func endPulled() {
	c, depth, _ := disown()
	p := (*pulled)(unsafe.Pointer(c))
	if p.Flags&flagStopped != 0 {
		p.results = 0 // stop has none
	}
	if !c.standalone() {
		clearResults(depth, p.results)
		p.end()
	}
}

// clearResults makes those results of next zero values that its caller has room for above enter's frame, which is
// depth bytes below the top of the stack.
//
//go:nosplit
//go:nocheckptr
func clearResults(depth, size uintptr) {
	_, _, top, _, _, _ := look()
	for i := uintptr(0); i < size; i += ptrSize {
		*at(top - depth + resultsAt + i) = 0
	}
}

const keptWords = 1 << 11 // of the largest frames that the coroutine of an ended sequence keeps room for

// end lets go of the sequence and its last values, and leaves the coroutine to another one.
func (p *pulled) end() {
	p.handle.core = &p.kind.ended.core
	p.seq, p.handle = nil, nil
	if p.standalone() {
		return // its resumer has yet to see it: over is called then
	}
	p.Lo &^= 2 // see thaw
	p.reuse()
}

// over is what the resumer of a standalone one does when that has yielded, and the value is kept, or has ended. It returns
// what pullSlow does.
func (p *pulled) over() (what int, results uintptr) {
	if (*core)(&p.core).seen() {
		return pullValue, 0
	}
	results = p.results
	p.Ext = nil // its worker's
	p.Lo = lowest
	if p.Layout != nil {
		l := p.layout()
		for i, off := range l.list[:l.inner/4] { // leave compares them
			*p.word(int(off) / ptrSize) = l.want[i] + l.base(i, uintptr(unsafe.Pointer(p)), p.Lo)
		}
	} else {
		p.Layout = unsafe.Pointer(&unsaved)
	}
	p.reuse()
	return pullNone, results
}

const lowest = 1 << 20 // an address, of frames that are nowhere yet

// reuse leaves p to another sequence.
func (p *pulled) reuse() {
	// The next sequence begins with this one's layout, unless that was for one suspension: with defer records, whose
	// function is live only as long as g._defer leads to the record; or with other coroutines, which are to be held; or with
	// frames of package reflect.
	own := p.Ext != nil && p.layout() == &p.ext().own
	if p.WordCap > keptWords || p.Layout == nil || p.layout().once {
		p.Layout, p.Frames, p.WordCap, p.PtrCap, own = unsafe.Pointer(&unsaved), nil, 0, 0, false
	}
	if !own {
		p.Ext = nil
	}
	for _, off := range p.layout().list[p.layout().move/4:] {
		*p.word(int(off) / ptrSize) = 0
	}
	p.clearPointers(0)
	if coro.Checked { // a next that comes late, because another goroutine ended the sequence, finds that it has ended
		p.Owner = ownerDone
		return
	}
	p.Owner, p.Spent = ownerClaimed, 0
	p.kind.free.Put(p)
}

// pull returns the functions of a pulled sequence; or nil, and on what a coroutine like any other is to run instead.
func pull(on coro.Kind, value coro.Typed, seq func(yield func())) (next, stop func(), instead coro.Kind) {
	switch {
	case !keptFits, on == coro.Standalone && handoverOK() != "":
		return nil, nil, on
	case on == coro.Auto && isSlow(seq):
		return nil, nil, coro.Standalone
	}
	k := kindOf(value)
	p, _ := k.free.Get().(*pulled)
	if p == nil {
		p = (*pulled)(reflect.New(k.pulled).UnsafePointer())
		p.Main, p.kind, p.plain, p.words = runPulled, k, k.plain, pulledCodes().exitOf(k.ints)
		p.Layout = unsafe.Pointer(&unsaved)
		p.flag, p.flagAt, p.stack = uintptr(ptrSize*k.ints), k.size, k.stack
		p.asks = value.Elsewhere(p)
	}
	p.results = k.stack
	p.Flags = flagPulls
	if on == coro.Auto && canMove {
		p.Flags |= flagAuto // which a resumer on a locked thread clears
	}
	p.exit = usualExit(p)
	t := pulledCodes()
	h := &handle{t.next, t.giveOf(k.ints), t.stop, &p.core}
	p.seq, p.handle = seq, h
	if on == coro.Standalone {
		p.makeStandalone()
	} else {
		p.Owner = ownerNew // only now: before, a next of the last sequence could still come
	}
	return asFunc[func()](&h.next), asFunc[func()](&h.stop), on
}

const noOffset = ^uintptr(0)

// kinds has the kind of each type that was asked for last; allKinds has all.
var (
	kinds    [1 << 8]atomic.Pointer[kind]
	allKinds sync.Map
)

// kindOf returns the kind of a sequence: see Engine.Pull.
func kindOf(value coro.Typed) *kind {
	t := *(*uintptr)(unsafe.Pointer(&value)) // what there is once for each type (runtime/runtime2.go: iface)
	slot := &kinds[(uint64(t)*0x9e3779b97f4a7c15)>>56]
	k := slot.Load()
	if k == nil || k.t != t {
		all, ok := allKinds.Load(t)
		if !ok {
			all, _ = allKinds.LoadOrStore(t, newKind(t, reflect.TypeOf(value).Elem()))
		}
		k = all.(*kind)
		slot.Store(k)
	}
	return k
}

// newKind finds out how the fields of a struct of type value are passed.
func newKind(t uintptr, value reflect.Type) *kind {
	k := &kind{t: t, from: noOffset}
	add := func(t reflect.Type, off uintptr) {
		before, ints, floats := len(k.words), k.ints, k.floats
		if k.assign(t, off) {
			return
		}
		k.words, k.ints, k.floats = k.words[:before], ints, floats
		if k.from == noOffset {
			k.from = off
		}
		k.addPtrs(t, off-k.from)
		k.size = off - k.from + t.Size()
	}
	for i := range value.NumField() {
		add(value.Field(i).Type, value.Field(i).Offset)
	}
	if k.from == noOffset {
		k.from = 0
	}
	k.pulled = reflect.StructOf([]reflect.StructField{
		{Name: "Pulled", Type: reflect.TypeFor[pulled]()},
		{Name: "Value", Type: value},
	})
	k.stack = k.size
	if k.ints == maxInts {
		k.stack++ // the bool
	}
	k.stack = (k.stack + ptrSize - 1) &^ (ptrSize - 1)
	k.plain, k.wide, k.kept = pulledCodes().exitOf(k.ints), pulledCodes().exitWide, pulledCodes().exitKept
	if k.stack > 0 {
		k.plain = pulledCodes().exitStack
	}
	k.ended = pulled{core: core{Main: func(*coro.Core) {}, Owner: ownerDone, Flags: flagStopped | flagPulls}, results: k.stack, kind: k}
	return k
}

// assign assigns registers to a value of type t that is off bytes from the beginning. It reports whether there are enough.
func (k *kind) assign(t reflect.Type, off uintptr) bool {
	part := func(off uintptr, size int8) bool {
		k.words = append(k.words, word{uint32(off), int16(ptrSize * k.ints), size})
		k.ints++
		return k.ints <= maxInts
	}
	float := func(off uintptr, size int8) bool {
		k.words = append(k.words, word{uint32(off), int16(8 * (k.floats - maxFloats)), size})
		k.floats++
		return k.floats <= maxFloats
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return float(off, int8(t.Size()))
	case reflect.Complex64, reflect.Complex128:
		half := t.Size() / 2
		return float(off, int8(half)) && float(off+half, int8(half))
	case reflect.Pointer, reflect.UnsafePointer, reflect.Map, reflect.Chan, reflect.Func:
		return part(off, 0)
	case reflect.String:
		return part(off, 0) && part(off+ptrSize, ptrSize)
	case reflect.Slice:
		return part(off, 0) && part(off+ptrSize, ptrSize) && part(off+2*ptrSize, ptrSize)
	case reflect.Interface:
		return part(off, 0) && part(off+ptrSize, 0)
	case reflect.Array:
		return t.Len() == 0 || t.Len() == 1 && k.assign(t.Elem(), off)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !k.assign(f.Type, off+f.Offset) {
				return false
			}
		}
		return true
	}
	return part(off, int8(t.Size()))
}

// addPtrs adds the pointers of a value of type t that is passed on the stack off bytes from the first one.
func (k *kind) addPtrs(t reflect.Type, off uintptr) {
	switch t.Kind() {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Map, reflect.Chan, reflect.Func, reflect.String, reflect.Slice:
		k.ptrs = append(k.ptrs, uint32(off))
	case reflect.Interface:
		k.ptrs = append(k.ptrs, uint32(off), uint32(off+ptrSize))
	case reflect.Array:
		n := len(k.ptrs)
		for i := range t.Len() {
			k.addPtrs(t.Elem(), off+uintptr(i)*t.Elem().Size())
			if len(k.ptrs) == n {
				break // there are none
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			k.addPtrs(f.Type, off+f.Offset)
		}
	}
}
