//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"math"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// The native engine. A coroutine runs on the stack of whoever resumes it, as a nested
// call (the drawing is in native_amd64.s). Yield copies the frames between itself and
// Resume to the heap and returns to the resumer; Resume copies them back below itself,
// wherever that is, and jumps to where Yield was called.
//
// Two facts make that sound. Go frames can be moved: the compiler leaves, for each place
// where a function may be suspended, a map of the words that hold pointers, because
// runtime/stack.go: copystack moves stacks too. And the collector does not move objects:
// a raw copy of a pointer stays right as long as something keeps its object alive.
//
// What a suspended coroutine holds is one block of memory:
//
//	          frames
//	            ↓
//	| pointers  | words                 |
//	| ... 2 1 0 | from lo upwards       |
//
// The collector sees the pointers, copies of the words that are live, and not the words. What
// the words are is the layout, which all coroutines share that are suspended at the same place
// through the same calls.
//
// The usual suspension finds the layout unchanged, copies the words, and notes the pointers
// that have changed. All in assembly: see leaveABI and freeze. When anything differs it calls
// yieldNative, to make what is saved as it should be, and tries again.

const ptrSize = 4 << (^uintptr(0) >> 63) // of a word, in bytes

const loStandalone = 1 // lo of a standalone coroutine

// A native is what a Core has for the native engine.
type native struct {
	layout  *layout        // what the words are
	frames  unsafe.Pointer // word 0
	lo      uintptr        // the address that the words are relocated for; 0 makes leave take the slow path
	wordCap uint32         // how many words and pointers the block has room for
	ptrCap  uint16
	misses  uint8 // suspensions with another layout than the one before
	flags   uint8
}

type nativeExt struct {
	links
	own layout // for frames whose layout can't be shared
	standaloneExt
}

// A layout says what the words of suspended frames are. The list has offsets, in bytes, of five
// kinds of words, one after the other; all other words are scalars, or dead.
type layout struct {
	pc   uintptr // where Yield was called; 0 if nothing is saved
	size uintptr // of the frames, in bytes
	bp   uintptr // frame pointer at pc, as a distance from lo
	call uintptr // a CALL instruction that makes the next return be predicted: see thaw; or 0
	offs *uint32 // the list

	same  uint32 // where in the list, in bytes, the return addresses end, which never change
	own   uint32 // where the coroutine's own addresses end, which don't either
	inner uint32 // where the pointers into the frames end, which don't either, but move with them
	move  uint32 // where the saved frame pointers end, which move too
	live  uint32 // where the pointers end that the collector must see

	list []uint32
	want []uintptr // the words that never change; the coroutine's address is 0, and of those that move it is a distance from lo
}

// links are the coroutine's parts of the goroutine's chains of defers and of panics. They
// are cut off when it is suspended (freeze) and put in front of the resumer's when it is
// resumed (thaw), relocated, with no safepoint in between.
type links struct {
	panicHead uintptr // offset of the innermost panic in the frames
	panicLink uintptr // 1 + offset of the outermost one's link word; 0 if there is no panic
	records   []record
}

// A record is a defer record: in the heap, where the block's pointers keep it alive, or in the frames.
type record struct {
	heap uintptr // its address; 0 if it is in the frames
	off  uintptr // its offset in the frames, if it is there
	sp   uintptr // offset of the frame that it belongs to
}

// The assembly: func values in the register ABI, made of the addresses of its functions.
func codes() *[8]uintptr
func enterABI()
func again()
func retry()
func thaw()
func leaveABI()
func freeze()
func lookABI()

var (
	enter func(c *Core) bool
	leave func(c *Core)
	look  func() (g, floor, top uintptr, defers, panics unsafe.Pointer, bp uintptr)
)

// What the assembly calls, or reads.
var (
	resumeSlow  = (*Core).resumeSlow
	yieldNative = (*Core).yieldNative
	throwClosed = func(c *Core) { panic(ErrClosed) }
	enterPC     uintptr // where main returns to, in enter
)

var room uintptr // what enter leaves free below the frames

func init() {
	t := codes()
	room = t[7]
	set := func(f unsafe.Pointer, i int) { *(*unsafe.Pointer)(f) = unsafe.Pointer(&t[i]) }
	set(unsafe.Pointer(&enter), 0)
	set(unsafe.Pointer(&leave), 1)
	set(unsafe.Pointer(&look), 2)
}

// at returns address a, of a word of this stack, as a pointer.
//
//go:nosplit
//go:nocheckptr
func at(a uintptr) *uintptr { return *(**uintptr)(unsafe.Pointer(&a)) }

// unsaved is the layout of a coroutine that has not been suspended yet.
var unsaved layout

func (c *Core) makeShared(kind Kind) {
	c.owner, c.layout = ownerNew, &unsaved
	if kind == Auto && canMove {
		c.flags = flagAuto
	}
}

// mains has the main of each type of coroutine that was made last.
var mains [1 << 8]atomic.Pointer[mainOf]

type mainOf struct {
	t    uintptr
	main func(*Core)
}

// Main returns what build returns, or has returned for another coroutine of this type: a func value
// of a generic function is a closure, which need not be made anew for each.
func Main(co any, build func() func(*Core)) func(*Core) {
	t := *(*uintptr)(unsafe.Pointer(&co)) // the type (runtime/runtime2.go: eface)
	slot := &mains[(uint64(t)*0x9e3779b97f4a7c15)>>56]
	m := slot.Load()
	if m == nil || m.t != t {
		m = &mainOf{t, build()}
		slot.Store(m)
	}
	return m.main
}

// Nested reports whether main is called by enter, and is to defer End. Otherwise what calls it ends
// the coroutine.
func (c *Core) Nested() bool { return c.owner != ownerPortable && !c.standalone() }

// End is what main defers. It ends the coroutine, unless that has moved to a worker, which does it.
// That it captures nothing keeps main's frame small.
func End() {
	if c := disown(); c != nil && c.finish() {
		closed(recover())
	}
}

// disown takes the name of the innermost coroutine off enter's frame and returns it, if it is a
// shared one. It has ended. That frame stays for a while if a panic or a Goexit passes through
// it; deferred functions that run meanwhile belong to the coroutine further out, which may even
// be suspended, these frames included.
//
//go:nosplit
//go:nocheckptr
func disown() *Core {
	c, depth := inside()
	if c == nil || c.standalone() {
		return nil
	}
	_, _, top, _, _, _ := look()
	*at(top - depth + enterName) = 0
	return c
}

// runningStatus returns whether c, which owner runs, is Running or Normal.
func (c *Core) runningStatus(owner uintptr) Status {
	g, _, _, _, _, _ := look()
	in, _ := inside()
	if owner != g && resumes(owner) || owner == g && in != c && (in != nil || !c.standalone()) {
		return Normal
	}
	return Running
}

// resumeNative resumes c when enter could not, for want of room.
// If the stack shrinks again before enter, enter comes back here.
func (c *Core) resumeNative() bool {
	if c.owner == ownerMoving {
		return c.moveToWorker()
	}
	growStack(c.layout.size + room)
	return enter(c)
}

// growStack makes the runtime grow this stack so that at least n bytes are free.
//
//go:noinline
func growStack(n uintptr) byte {
	var b [1024]byte
	if n > uintptr(len(b)) {
		b[n%1024] = growStack(n - uintptr(len(b)))
	}
	return b[n/2%1024]
}

// yieldNative prepares c for a suspension that leave could not make, and reports whether leave
// is to try again. Yield's caller has its SP depth bytes and its BP base bytes below the top of
// the stack, which may move at any call here: leave compares all with what it then finds.
func (c *Core) yieldNative(depth, pc, base uintptr) (again bool) {
	g, _, _, _, _, _ := look()
	switch {
	case c.owner == ownerPortable || c.standalone():
		c.yieldSlow()
		return false
	case c.owner != g:
		c.outside()
	case c.flags&flagClosing != 0:
		panic(ErrClosed)
	}
	if !c.recall(depth, pc) || c.moves() { // with flagSpecial leave takes the records for known: describe has to know them
		if refused := describe(c, depth, pc, base); refused != "" {
			panic("aco: " + refused)
		}
	}
	if c.moves() {
		c.flags |= flagMove | flagSpecial
	}
	return true
}

// moves reports whether c had better be standalone, and can be: that its suspension is not special yet
// says that no defer or panic is among the frames, if they have been described.
func (c *Core) moves() bool {
	return c.flags&(flagAuto|flagSpecial) == flagAuto && (c.misses >= 32 || c.layout.size >= 512)
}

// Small blocks are as large as is asked for.
const smallPtrs, smallWords = 8, 64

// A shelf has a block that a coroutine has left, for each number of pointers and of words.
type shelf [smallPtrs + 1][smallWords + 1]unsafe.Pointer

// idle has the shelves. A goroutine finds on its own what it has left, in the cache of its processor; few share
// one, and none waits.
var idle [64]atomic.Pointer[shelf]

// shelf returns that of the goroutine that runs c.
func (c *Core) shelf() *atomic.Pointer[shelf] {
	return &idle[uint64(c.owner)*0x9e3779b97f4a7c15>>58]
}

// reserve makes c a block that fits ptrs pointers and words words, and is not far too large.
func (c *Core) reserve(ptrs, words int) {
	small := words <= smallWords && ptrs <= smallPtrs
	if ptrs <= int(c.ptrCap) && words <= int(c.wordCap) && (small && c.wordCap <= smallWords || words >= int(c.wordCap)/4) &&
		int(c.ptrCap) <= 4*max(ptrs, words, smallWords) && // records of defers may have been more than words
		c.ptrCap < math.MaxUint16 { // or there may be more than it can tell
		return
	}
	c.frames = nil
	if !small {
		ptrs, words = roundUp(ptrs), roundUp(words)
	} else if s := c.shelf().Load(); s != nil && atomic.LoadPointer(&s[ptrs][words]) != nil {
		c.frames = atomic.SwapPointer(&s[ptrs][words], nil)
	}
	if c.frames == nil {
		c.frames = newBlock(ptrs, words)
	}
	c.wordCap, c.ptrCap = uint32(words), uint16(min(ptrs, math.MaxUint16))
}

// roundUp returns n, or a little more: one of four numbers in each doubling.
func roundUp(n int) int {
	step := 1
	for n > 8*step {
		step *= 2
	}
	return (n + step - 1) &^ (step - 1)
}

// newBlock returns where the words of a new block begin.
func newBlock(ptrs, words int) unsafe.Pointer {
	if ptrs == 0 {
		return unsafe.Pointer(unsafe.SliceData(make([]uintptr, words)))
	}
	key := uint64(ptrs)<<32 | uint64(words)
	t, ok := blockTypes.Load(key)
	if !ok {
		t, _ = blockTypes.LoadOrStore(key, reflect.StructOf([]reflect.StructField{
			{Name: "Pointers", Type: reflect.ArrayOf(ptrs, reflect.TypeFor[unsafe.Pointer]())},
			{Name: "Words", Type: reflect.ArrayOf(words, reflect.TypeFor[uintptr]())},
		}))
	}
	return unsafe.Add(reflect.New(t.(reflect.Type)).UnsafePointer(), ptrSize*ptrs)
}

var blockTypes sync.Map // of reflect.Type; there are few, because sizes are rounded

// word returns where word i of the frames is, and pointer where pointer i is.
func (c *Core) word(i int) *uintptr { return (*uintptr)(unsafe.Add(c.frames, ptrSize*i)) }

func (c *Core) pointer(i int) *unsafe.Pointer {
	return (*unsafe.Pointer)(unsafe.Add(c.frames, -ptrSize*(i+1)))
}

// clearPointers lets go of what the pointers from the nth on lead to.
func (c *Core) clearPointers(n int) {
	for i := n; i < int(c.ptrCap); i++ {
		*c.pointer(i) = nil
	}
}

// release lets go of the frames of c, which has ended.
func (c *Core) release() {
	if !c.standalone() && c.flags&flagPulls == 0 {
		mine := c.shelf()
		if uint64(uintptr(unsafe.Pointer(c)))*0x9e3779b97f4a7c15>>54 == 0 {
			// One life in a thousand gives all back. A block that shares a line of the cache with one that another
			// processor uses would be used for ever, and one that is not needed kept.
			mine.Store(nil)
		} else if c.frames != nil && c.wordCap <= smallWords && c.ptrCap <= smallPtrs {
			s := mine.Load()
			if s == nil {
				s = new(shelf)
				mine.Store(s)
			}
			if place := &s[c.ptrCap][c.wordCap]; atomic.LoadPointer(place) == nil {
				c.clearPointers(0)
				atomic.StorePointer(place, c.frames)
			}
		}
		c.layout, c.frames, c.ext, c.wordCap, c.ptrCap = &unsaved, nil, nil, 0, 0
	}
}

// Footprint returns the bytes that a Suspended coroutine holds for its frames.
func (c *Core) Footprint() int {
	if c.owner != ownerNone && c.owner != ownerMoving {
		return 0
	}
	ptrs := int(c.ptrCap)
	if ptrs == math.MaxUint16 { // or more: see reserve
		ptrs = len(c.layout.list) - int(c.layout.move/4)
		for i := 0; c.ext != nil && i < len(c.ext.records); i++ {
			ptrs += int(min(c.ext.records[i].heap, 1))
		}
		ptrs = roundUp(ptrs)
	}
	return ptrSize * (int(c.wordCap) + ptrs)
}

// Callers fills pcs with the return PCs of a Suspended coroutine's frames but main's.
func (c *Core) Callers(pcs []uintptr) int {
	if c.owner != ownerNone && c.owner != ownerMoving {
		return 0
	}
	words := unsafe.Slice((*uintptr)(c.frames), c.layout.size/ptrSize)
	n, pc, interrupted := 0, c.layout.pc, false
	for off := uintptr(0); n < len(pcs); {
		fr := frameAt(pc, interrupted)
		up, ret := fr.caller(words, off)
		if up >= c.layout.size {
			break
		}
		if interrupted {
			pc++ // to be taken for a return address, as all others are (runtime/traceback.go: tracebackPCs)
		}
		// One pc for each function that has been inlined, as runtime.Callers has it: CallersFrames adds
		// those that are missing, but not after the last pc. So it is asked with one more, enter's.
		frames := runtime.CallersFrames([]uintptr{pc, enterPC})
		for f, more := frames.Next(); more && n < len(pcs); f, more = frames.Next() {
			pcs[n] = f.PC + 1
			n++
		}
		off, pc, interrupted = up, ret, fr.sig
	}
	return n
}
