//go:build gc && amd64 && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"reflect"
	"runtime"
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
// A suspended coroutine is two blocks of memory:
//
//	frames (no pointers)                               ptrs (pointers)
//	| masks | spare word | word 0, at lo | ... |       | live pointer | ... |
//
// The words are what was at [lo, lo+size). Three masks, a bit a word, say what each is:
// same, a word that an unchanged layout repeats: a return address or a pointer into the
// frames; live, a pointer that the collector must see, of which ptrs holds a copy that is
// never read back; move, an address in the frames, which must move with them. The masks of
// words 64i to 64i+63 lie, in this order, 24(i+1)+8 bytes below word 0.
//
// The usual suspension finds everything as it was the last time, copies the words, and
// notes the pointers that have changed. All in assembly: see leaveABI and freeze. When
// anything differs yieldNative copies, decodes and tries again.

// owner is the address of the g that runs the coroutine, or one of these.
const (
	ownerNone = 0 // suspended
	ownerGo   = 1 // done, or not native: resumeSlow knows
	ownerNew  = 2 // created
)

type native struct {
	owner   uintptr        // the first 64 bytes are all that a usual switch looks at
	pc      uintptr        // where Yield was called; 0 makes leave take the slow path
	lo      uintptr        // the address that the saved words are relocated for
	size    uintptr        // in bytes; 0 while running for the first time
	hi      uintptr        // top of the stack that lo is in; hi-lo-size is enter's place
	bp      uintptr        // frame pointer at pc, as a distance from lo
	frames  unsafe.Pointer // word 0
	special bool           // thaw has more to do: links, Close or Stop
	pulls   bool           // enter returns the Out behind the Core, an integer, and whether there is one

	ptrs  []unsafe.Pointer
	links *links
	cap   uintptr // bytes that fit frames
}

// links are the coroutine's parts of the goroutine's chains of defers and of panics. They
// are cut off when it is suspended (freeze) and put in front of the resumer's when it is
// resumed (thaw), relocated, with no safepoint in between.
type links struct {
	panicHead uintptr // offset of the innermost panic in the frames
	panicLink uintptr // 1 + offset of the outermost one's link word; 0 if there is no panic
	records   []record
}

// A record is a defer record: in the heap, where ptrs keep it alive, or in the frames.
type record struct {
	heap uintptr // its address; 0 if it is in the frames
	off  uintptr // its offset in the frames, if it is there
	sp   uintptr // offset of the frame that it belongs to
}

// The assembly, which is only ever called through the func values below.
func enterABI()
func thaw()
func leaveABI()
func commitABI()
func freeze()
func captureABI()
func chainsABI()
func innermostABI()
func nextABI()
func giveABI()
func addresses(p *[8]uintptr)

// Func values in the register ABI, made of the addresses of the assembly.
var (
	code      [8]uintptr
	enter     func(c *Core) bool
	leave     func(c *Core)
	commit    func(c *Core)
	capture   func(c *Core) uintptr
	chains    func() (g, top uintptr, defers, panics unsafe.Pointer)
	innermost func() *Core
)

// What the assembly calls, or reads.
var (
	resumeSlow = (*Core).resumeSlow
	yieldSlow  = (*Core).yieldSlow
	pullSlow   = func(c *Core) (out uintptr, ok bool) {
		ok = c.resumeSlow()
		return *(*uintptr)(unsafe.Add(unsafe.Pointer(c), unsafe.Sizeof(*c))), ok
	}
	throwClosed = func(c *Core) { panic(ErrClosed) }
	enterPC     uintptr // where main returns to, in enter
)

// room is how many bytes of stack a thawed coroutine finds below it: what a function may
// use without asking for more (runtime/stack.go: stackGuard, with Windows' reserve).
var room uintptr = 1280

func init() {
	if runtime.GOOS == "windows" {
		room += 4096
	}
	addresses(&code)
	for i, f := range [...]unsafe.Pointer{
		unsafe.Pointer(&enter), unsafe.Pointer(&leave), unsafe.Pointer(&commit),
		unsafe.Pointer(&capture), unsafe.Pointer(&chains), unsafe.Pointer(&innermost),
	} {
		*(*unsafe.Pointer)(f) = unsafe.Pointer(&code[i])
	}
}

func (c *Core) prepare() {
	c.owner = ownerGo
	if c.portable == nil {
		c.owner = ownerNew
	}
}

func (c *Core) release() {
	c.owner, c.pc, c.frames, c.ptrs, c.links = ownerGo, 0, nil, nil, nil
}

func (c *Core) nativeStatus() Status {
	if c.owner == ownerNone {
		return Suspended
	}
	if g, _, _, _ := chains(); c.owner == g && innermost() != c {
		return Normal
	}
	return Running
}

// resumeNative resumes c when enter could not, for want of room.
// If the stack shrinks again before enter, enter comes back here.
func (c *Core) resumeNative() bool {
	if c.owner == ownerNone {
		growStack(c.size + room)
	}
	return enter(c)
}

// mark tells thaw of a suspended coroutine that it is being closed or stopped.
func (c *Core) mark() { c.special = true }

// A puller is the closures of a next function and of the yield function that goes with it.
type puller struct {
	next  uintptr
	core  *Core
	give  uintptr
	core2 *Core
}

// NextAndYield returns the functions of a pulled sequence over c, a coroutine whose In has
// no size, whose Out V follows the Core, and whose body has yet to be given yield. They are
// nil if V isn't an integer or c isn't native. They are closures made of assembly: a
// processor predicts a return by the last call, which a switch breaks, and so a next
// written in Go, and a yield too, would each return with a misprediction.
func NextAndYield[V any](c *Core) (next func() (V, bool), yield func(V) bool) {
	if k := reflect.TypeFor[V]().Kind(); c.portable == nil && reflect.Bool <= k && k <= reflect.Uintptr {
		c.pulls = true
		p := &puller{code[6], c, code[7], c}
		a, b := unsafe.Pointer(p), unsafe.Pointer(&p.give)
		next, yield = *(*func() (V, bool))(unsafe.Pointer(&a)), *(*func(V) bool)(unsafe.Pointer(&b))
	}
	return next, yield
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

// yieldNative suspends c when leave could not. It works on a copy of the frames, because
// the stack may move under it at any call. commit does not return: it goes to the resumer,
// or, should a frame differ from the copy, back to the start of yieldSlow. The assembly
// finds the frames by the frame pointers of yieldNative and yieldSlow.
//
//go:noinline
func (c *Core) yieldNative() {
	need := capture(c)
	if need == ^uintptr(0) {
		panic("aco: yield outside the coroutine")
	}
	if c.closing {
		panic(ErrClosed)
	}
	if need > 0 {
		c.reserve(need)
		capture(c)
	}
	if err := describe(c); err != "" {
		c.pc = 0
		panic("aco: " + err)
	}
	commit(c)
}

// reserve makes room for n bytes of frames, their masks and a spare word. Most coroutines
// are small, and get by with one block.
func (c *Core) reserve(n uintptr) {
	if n <= smallWords*8 {
		var b struct {
			ptrs  [smallPtrs]unsafe.Pointer
			words [1 + 3 + smallWords]uintptr
		}
		p := &b
		c.frames, c.cap, c.ptrs = unsafe.Pointer(&p.words[4]), smallWords*8, p.ptrs[:0]
		return
	}
	masks := 1 + 3*((n+511)/512)
	b := make([]uintptr, masks+n/8)
	c.frames, c.cap = unsafe.Pointer(&b[masks]), n
}

const smallPtrs, smallWords = 4, 16 // 192 bytes, a size class

// word returns where word i of the frames is; masks where the masks of words 64i ... are.
func (c *Core) word(i uintptr) *uintptr { return (*uintptr)(unsafe.Add(c.frames, 8*i)) }
func (c *Core) masks(i uintptr) *masks {
	return (*masks)(unsafe.Add(c.frames, -24*(int(i)+1)-8))
}

type masks struct{ same, live, move uint64 }

// Footprint returns the bytes that a Suspended coroutine holds for its frames.
func (c *Core) Footprint() int {
	if c.portable != nil || c.Status() != Suspended {
		return 0
	}
	return int(8+24*((c.cap+511)/512)+c.cap) + 8*cap(c.ptrs)
}

// Callers fills pcs with the return PCs of a Suspended coroutine's frames but main's.
func (c *Core) Callers(pcs []uintptr) int {
	if c.portable != nil || c.Status() != Suspended {
		return 0
	}
	n, pc := 0, c.pc
	for off := uintptr(0); n < len(pcs); n++ {
		off += frameAt(pc, false).size
		if off >= c.size {
			break
		}
		pcs[n], pc = pc, *c.word(off/8 - 1)
	}
	return n
}
