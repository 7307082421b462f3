//go:build gc && amd64 && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"iter"
	"math/bits"
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
//	frames (no pointers)                  ptrs (pointers)
//	| masks | word 0, at lo | ... |       | live pointer | ... |
//
// The words are what was at [lo, lo+size). Three masks, a bit a word, say what each is:
// same, a word that an unchanged layout repeats: a return address or a pointer into the
// frames; live, a pointer that the collector must see, of which ptrs holds a copy that is
// never read back; move, an address in the frames, which must move with them. The masks of
// words 64i to 64i+63 lie, in this order, 24(i+1) bytes below word 0.
//
// The usual suspension finds everything as it was the last time, copies the words, and
// notes the pointers that have changed. All in assembly: see leaveABI and freeze. When
// anything differs it calls yieldNative, to make what is saved as it should be, and tries
// again.

// owner is the address of the g that runs the coroutine, or one of these.
const (
	ownerNone = 0 // suspended
	ownerGo   = 1 // done, or not native: resumeSlow knows
	ownerNew  = 2 // created

	ownerParked  = 3 // a suspended standalone coroutine, whose hi is its worker's g, and
	loStandalone = 1 // whose lo is this
	ownerMoving  = 4 // suspended, to be thawed on a worker and be standalone from then on
)

type native struct {
	cap     uintptr // bytes that fit frames
	links   *links
	worker  *idleWorker // of a standalone coroutine that runs or is suspended
	ptrs    []unsafe.Pointer
	owner   uintptr        // from here on, and the values behind the Core, is what a usual switch looks at
	pc      uintptr        // where Yield was called; 0 makes leave take the slow path
	lo      uintptr        // the address that the saved words are relocated for
	size    uintptr        // in bytes; 0 while running for the first time
	hi      uintptr        // top of the stack that lo is in; hi-lo-size is enter's place
	bp      uintptr        // frame pointer at pc, as a distance from lo
	frames  unsafe.Pointer // word 0
	rest    uintptr        // what freeze makes owner: ownerNone or ownerMoving
	special bool           // thaw has more to do: links, Close, Stop or a move
	pulls   bool           // enter returns the integer behind the Core, and whether there is one
	moving  bool           // thaw makes it standalone
	auto    bool           // may be moved to a worker
	misses  uint8          // suspensions that had to be decoded
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

// The assembly: func values in the register ABI, made of the addresses of its functions.
func codes() *[7]uintptr
func enterABI()
func again()
func retry()
func thaw()
func leaveABI()
func freeze()
func lookABI()
func nextABI()
func giveABI()
func stopABI()
func stopFrame()

var (
	enter       func(c *Core) bool
	enterPulled func(c *Core) (out uintptr, ok bool) // enter, of a coroutine that pulls
	leave       func(c *Core)
	look        func() (g, floor, top uintptr, defers, panics unsafe.Pointer, bp uintptr)
)

// What the assembly calls, or reads.
var (
	resumeSlow  = (*Core).resumeSlow
	yieldNative = (*Core).yieldNative
	stopSlow    = (*Core).Stop
	pullSlow    = func(c *Core) (out uintptr, ok bool) {
		if c.owner == ownerNone {
			growStack(c.size + room)
			return enterPulled(c)
		}
		if ok = c.resumeSlow(); ok {
			out = *(*uintptr)(unsafe.Add(unsafe.Pointer(c), unsafe.Sizeof(*c)))
		}
		return out, ok
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
	t := codes()
	set := func(f unsafe.Pointer, i int) { *(*unsafe.Pointer)(f) = unsafe.Pointer(&t[i]) }
	set(unsafe.Pointer(&enter), 0)
	set(unsafe.Pointer(&enterPulled), 0)
	set(unsafe.Pointer(&leave), 1)
	set(unsafe.Pointer(&look), 2)
}

// at returns address a, of a word of this stack, as a pointer.
//
//go:nosplit
func at(a uintptr) *uintptr { return *(**uintptr)(unsafe.Pointer(&a)) }

func (c *Core) prepare(kind Kind) {
	c.owner, c.auto = ownerGo, kind == Auto
	if c.portable == nil && !c.standalone() {
		c.owner = ownerNew
	}
}

func (c *Core) release() {
	if c.standalone() {
		c.owner = ownerGo
		return // its worker still needs pc
	}
	c.disown()
	c.owner, c.pc, c.frames, c.ptrs, c.links = ownerGo, 0, nil, nil, nil
}

// disown takes the name of c, which has ended, off enter's frame. That frame stays for a
// while if a panic or a Goexit passes through it; deferred functions that run meanwhile
// belong to the coroutine further out, which may even be suspended, these frames included.
//
//go:nosplit
func (c *Core) disown() {
	if _, _, top, _, _, _ := look(); c.owner > ownerNew {
		*at(top - c.hi + c.lo + c.size + 8) = 0
	}
}

// innermost returns the address of the coroutine that this goroutine runs, or 0: it follows
// the frame pointers to the first frame that returns into enter.
//
//go:nosplit
func innermost() uintptr {
	_, floor, top, _, _, p := look()
	for p > floor && p < top {
		if *at(p + 8) == enterPC && *at(p + 24) != 0 {
			return *at(p + 24)
		}
		floor, p = p, *at(p)
	}
	return 0
}

func (c *Core) nativeStatus() Status {
	if c.owner == ownerNone || c.owner == ownerMoving {
		return Suspended
	}
	g, _, _, _, _, _ := look()
	in := innermost()
	if me := uintptr(unsafe.Pointer(c)); c.standalone() && (c.owner != g || in != 0 && in != me) || !c.standalone() && c.owner == g && in != me {
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
	if c.owner == ownerNone {
		growStack(c.size + room)
	}
	return enter(c)
}

// mark tells thaw of a suspended coroutine that it is being closed or stopped.
func (c *Core) mark() { c.special = true } // of a standalone one it is true all the time

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
	case c.portable != nil || c.standalone():
		c.yieldSlow()
		return false
	case c.status != Running || c.owner != g:
		panic("aco: yield outside the coroutine")
	case c.closing:
		panic(ErrClosed)
	}
	size := depth + c.lo + c.size - c.hi
	c.reserve(size)
	c.pc, c.lo, c.size, c.bp = pc, c.hi-depth, size, depth-base
	c.links, c.special = nil, false
	if refused := describe(c); refused != "" {
		c.pc = 0
		panic("aco: " + refused)
	}
	if canMove && c.auto && c.links == nil && (c.misses >= 32 || c.size >= 1024) {
		c.rest = ownerMoving
	}
	return true
}

// linked reports whether any of the goroutine's defer records and panics is the coroutine's.
//
//go:nosplit
func (c *Core) linked() bool {
	_, _, top, defers, panics, _ := look()
	end := top - c.hi + c.lo + c.size
	d := (*deferRecord)(defers)
	return d != nil && d.sp < end || panics != nil && uintptr(panics) < end
}

// capture copies the frames as they are, and returns the bottom of the stack they are on.
//
//go:nosplit
func (c *Core) capture() (floor uintptr) {
	_, floor, top, _, _, _ := look()
	c.lo += top - c.hi
	c.hi = top
	for i := range c.size / 8 {
		*c.word(i) = *at(c.lo + 8*i)
	}
	return floor
}

// reserve makes room for n bytes of frames and their masks. Most coroutines are small, and get
// by with one block.
func (c *Core) reserve(n uintptr) {
	switch {
	case n <= c.cap:
	case n <= smallWords*8:
		b := new(struct {
			ptrs  [smallPtrs]unsafe.Pointer
			words [3 + smallWords]uintptr
		})
		c.frames, c.cap, c.ptrs = unsafe.Pointer(&b.words[3]), smallWords*8, b.ptrs[:0]
	default:
		masks := 3 * ((n + 511) / 512)
		b := make([]uintptr, masks+n/8)
		c.frames, c.cap = unsafe.Pointer(&b[masks]), n
	}
}

const smallPtrs, smallWords = 4, 17 // 192 bytes, a size class

// word returns where word i of the frames is.
//
//go:nosplit
func (c *Core) word(i uintptr) *uintptr { return (*uintptr)(unsafe.Add(c.frames, 8*i)) }

// mask returns where one of the masks is in which word i of the frames has bit i%64.
func mask(frames unsafe.Pointer, i, which uintptr) *uint64 {
	return (*uint64)(unsafe.Add(frames, 8*int(which)-24*int(i/64+1)))
}

const same, live, move = 0, 1, 2 // the order of masks

// each ranges over those words of frames that have a bit in the masks.
func each(frames unsafe.Pointer, size, which uintptr) iter.Seq2[uintptr, *uintptr] {
	return func(yield func(i uintptr, w *uintptr) bool) {
		for b := uintptr(0); 8*b < size; b += 64 {
			for m := *mask(frames, b, which); m != 0; m &= m - 1 {
				i := b + uintptr(bits.TrailingZeros64(m))
				if !yield(i, (*uintptr)(unsafe.Add(frames, 8*i))) {
					return
				}
			}
		}
	}
}

// block returns the frames with their masks.
func (c *Core) block() []uintptr {
	n := 3 * ((c.size + 511) / 512)
	return unsafe.Slice((*uintptr)(unsafe.Add(c.frames, -8*int(n))), n+c.size/8)
}

// Footprint returns the bytes that a Suspended coroutine holds for its frames.
func (c *Core) Footprint() int {
	if c.portable != nil || c.standalone() || c.Status() != Suspended {
		return 0
	}
	return int(24*((c.cap+511)/512)+c.cap) + 8*cap(c.ptrs)
}

// Callers fills pcs with the return PCs of a Suspended coroutine's frames but main's.
func (c *Core) Callers(pcs []uintptr) int {
	if c.portable != nil || c.standalone() || c.Status() != Suspended {
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
