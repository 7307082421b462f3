//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

// Package native is the native engine. A coroutine runs on the stack of whoever resumes it, as a nested
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
// that have changed: see leaveABI, and freeze, which are assembly. When anything differs, frozen looks whether the
// frames are known otherwise. If they are not, yieldNative makes what is saved as it should be, and it tries again.
package native

import (
	"math"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/frame"
	"github.com/goaco/aco/internal/release"
)

//lint:file-ignore U1000 the assembly uses what seems unused

const ptrSize = 4 << (^uintptr(0) >> 63) // of a word, in bytes

// A core is a coroutine, with what this engine keeps of it.
type core coro.Core

//go:nosplit
func (c *core) layout() *layout { return (*layout)(c.Layout) }

//go:nosplit
func (c *core) ext() *ext { return (*ext)(c.Ext) }

func (c *core) up() *coro.Core { return (*coro.Core)(c) }

// An ext is what few coroutines have.
type ext struct {
	links
	own   layout // for frames whose layout can't be shared
	asked bool   // it is suspended on behalf of another: see yieldFor
	standaloneExt
}

// The constants of package coro, and of the release, that the assembly uses.
const (
	ownerNone    = coro.OwnerNone
	ownerDone    = coro.OwnerDone
	ownerNew     = coro.OwnerNew
	ownerStart   = coro.OwnerStart
	ownerParked  = coro.OwnerParked
	ownerMoving  = coro.OwnerMoving
	ownerClaimed = coro.OwnerClaimed
	ownerHired   = coro.OwnerHired
	loStandalone = coro.LoStandalone

	flagClosing = coro.FlagClosing
	flagStopped = coro.FlagStopped
	flagSpecial = coro.FlagSpecial
	flagPulls   = coro.FlagPulls
	flagAuto    = coro.FlagAuto
	flagMove    = coro.FlagMove
	flagMoving  = coro.FlagMoving
	flagNested  = coro.FlagNested

	gLo    = release.GLo
	gHi    = release.GHi
	gGuard = release.GGuard // what asks a goroutine to stop makes it the largest address (runtime/stack.go: stackPreempt)
	gPanic = release.GPanic
	gDefer = release.GDefer

	panicLink = release.PanicLink

	room = release.Room // what enter leaves free below the frames
)

type deferRecord release.DeferRecord

// A layout says what the words of suspended frames are. The list has offsets, in bytes, of five
// kinds of words, one after the other; all other words are scalars, or dead.
type layout struct {
	pc   uintptr // where Yield was called; 0 if nothing is saved
	size uintptr // of the frames, in bytes
	bp   uintptr // frame pointer at pc, as a distance from lo
	call uintptr // a CALL instruction that makes the next return be predicted: see thaw; or 0
	once bool    // it is for one suspension: the words alone don't tell all that there is to do

	// Where the innermost frame begins whose function has deferred functions, and where that goes on: a Goexit has nothing to
	// do further in. The pc is 0 if that can't be told. Bare says that the frame is main's.
	exit, exitPC uintptr
	bare         bool
	deferring    []deferring // further out than that frame, and of it, where they have no records

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
// are cut off when it is suspended (frozen) and put in front of the resumer's when it is
// resumed (relink), relocated, with no safepoint in between.
type links struct {
	panicHead uintptr // offset of the innermost panic in the frames
	panicLink uintptr // 1 + offset of the outermost one's link word; 0 if there is no panic
	records   []record
}

func (l *links) linked() bool { return l.panicLink != 0 || len(l.records) > 0 }

// A record is a defer record: in the heap, where the block's pointers keep it alive, or in the frames.
type record struct {
	heap uintptr // its address; 0 if it is in the frames
	off  uintptr // its offset in the frames, if it is there
	sp   uintptr // offset of the frame that it belongs to
}

// The assembly: func values in the register ABI, made of the addresses of its functions.
func codes() *[8]uintptr
func enterABI()
func quitABI()
func again()
func retry()
func thaw()
func leaveABI()
func freeze()
func wakeFrame()
func woke()
func lookABI()

var (
	enter func(c *core) bool
	leave func(c *core)
	cutTo func(sp, bp, pc uintptr) // calls closeDown as if the function had done so that goes on at pc, and whose SP and BP those are
	quit  func(depth uintptr)      // returns from enter, whose frame is depth bytes below the top of the stack, as if main had ended
	look  func() (g, floor, top uintptr, defers, panics unsafe.Pointer, bp uintptr)
)

// What the assembly calls, or reads.
var (
	resumeSlow  = (*coro.Core).ResumeSlow
	yieldNative = (*core).yieldNative
	exitBody    = runtime.Goexit
	closeBody   = closeDown
	wake        = (*core).wake
	enterPC     uintptr // where main returns to, in enter
)

func init() {
	t := codes()
	set := func(f unsafe.Pointer, i int) { *(*unsafe.Pointer)(f) = unsafe.Pointer(&t[i]) }
	set(unsafe.Pointer(&enter), 0)
	set(unsafe.Pointer(&leave), 1)
	set(unsafe.Pointer(&look), 2)
	set(unsafe.Pointer(&quit), 7)
	set(unsafe.Pointer(&cutTo), 4)
	barrier = (*uint32)(unsafe.Pointer(at(t[3])))
}

// at returns address a, of a word of this stack, as a pointer.
//
//go:nosplit
//go:nocheckptr
func at(a uintptr) *uintptr { return *(**uintptr)(unsafe.Pointer(&a)) }

// unsaved is the layout of a coroutine that has not been suspended yet.
var unsaved layout

// init makes c a Created coroutine on its resumer's stack, which runs main.
func (c *core) init(main func(*core)) {
	c.Main = func(c *coro.Core) {
		if !c.Ended() {
			main((*core)(c))
		}
	}
	c.makeShared(coro.Shared)
}

func (c *core) makeShared(kind coro.Kind) {
	c.Owner, c.Layout = ownerNew, unsafe.Pointer(&unsaved)
	if kind == coro.Auto && canMove {
		c.Flags = flagAuto
	}
}

// end ends the innermost coroutine, which main has returned from, or which unwinds; unless that has a worker, which
// does it. The Goexit of one that is being closed ends here.
func end() {
	c, depth, exits := disown()
	if !c.standalone() {
		c.up().Finish()
	}
	if exits {
		quit(depth)
	}
}

// disown takes the name of the innermost coroutine off enter's frame and returns it,
// and where that frame is. It has ended. That frame stays for a while if a panic or a Goexit
// passes through it; deferred functions that run meanwhile belong to the coroutine further out, which may even
// be suspended, these frames included. exits says that the Goexit of a coroutine that is being closed has come here.
//
//go:nosplit
//go:nocheckptr
func disown() (c *core, depth uintptr, exits bool) {
	depth = unwound()
	unwinds := depth != 0
	if unwinds {
		name := wordAt(depth - enterName)
		c = *(**core)(unsafe.Pointer(&name))
	} else {
		c, depth = inside()
	}
	_, _, top, _, panics, _ := look()
	enter := top - depth
	*at(enter + enterName) = 0
	if !unwinds || c.Flags&flagClosing == 0 {
		return c, depth, false
	}
	p := uintptr(panics)
	if isGoexit(p) {
		return c, depth, true
	}
	// A panic goes on in the resumer. Who recovers it must find no Goexit of ours beneath, which would go on then.
	for {
		link := at(p + release.PanicLink)
		switch next := *link; {
		case next == 0 || next >= enter:
			return c, depth, false
		case isGoexit(next):
			// Its frame may be suspended, with those of one further out, and nothing in it may lead to the resumer's then.
			dead := at(next + release.PanicLink)
			*link, *dead = *dead, 0
		default:
			p = next
		}
	}
}

//go:nosplit
//go:nocheckptr
func isGoexit(p uintptr) bool { return *(*bool)(unsafe.Pointer(at(p + release.PanicGoexit))) }

// unwound returns how far enter's frame is from the top of the stack if a panic, or a Goexit, is what runs the function
// that main has deferred, and 0 if main does. So the search does not pass all the frames that the panic has left behind.
//
//go:nosplit
//go:nocheckptr
func unwound() (depth uintptr) {
	_, floor, top, _, panics, _ := look()
	if panics == nil {
		return 0
	}
	sp, fp := *at(uintptr(panics) + release.PanicSP), *at(uintptr(panics) + release.PanicFP)
	if sp <= floor || sp >= fp || fp+enterSize > top || *at(returnAt(sp, fp)) != enterPC || *at(fp - enterDown + enterName) == 0 {
		return 0 // the last one: it has passed main, and been found by no other deferred function
	}
	return top - (fp - enterDown)
}

// drop ends c, which is claimed, if its frames are in the heap and a Goexit would have nothing to do in them but to pass. It
// reports whether it has.
func (c *core) drop() bool {
	l := c.layout()
	if l.exitPC == 0 || !l.bare || c.Ext != nil {
		return false
	}
	g, _, _, _, _, _ := look()
	c.Owner = g // on whose shelf the block is put
	c.up().Finish()
	return true
}

// runningStatus returns whether c, which owner runs, is Running or Normal.
func (c *core) runningStatus(owner uintptr) coro.Status {
	g, _, _, _, _, _ := look()
	in, _ := inside()
	if owner != g && c.awaits(owner) && c.Owner == owner || owner == g && in != c && (in != nil || !c.standalone()) {
		return coro.Normal
	}
	return coro.Running
}

// here reports whether c, which is Running, runs on this goroutine, as far as this engine can tell.
func (c *core) here() bool {
	if c.up().IsPortable() { // it may be Normal as well
		in, _ := inside()
		return in == nil
	}
	g, _, _, _, _, _ := look()
	return c.Owner == g
}

// resumeNative resumes c when enter could not, for want of room.
// If the stack shrinks again before enter, enter comes back here.
func (c *core) resumeNative() bool {
	if c.Owner == ownerMoving {
		if !c.up().Claim(ownerMoving, ownerClaimed) {
			c.up().Refuse()
		}
		if c.Flags&(flagClosing|flagStopped) == 0 {
			return c.moveToWorker()
		}
		c.Owner = ownerNone // what ends had better stay
	}
	if l := c.layout(); l != nil { // or another goroutine has resumed it meanwhile, and it has moved
		growStack(l.size + room)
	}
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
func (c *core) yieldNative(depth, pc, base uintptr) (again bool) {
	g, _, _, _, _, _ := look()
	switch {
	case c.standalone():
		c.yieldStandalone()
		return false
	case c.up().IsPortable():
		c.up().YieldSlow()
		return false
	case c.Owner != g:
		if c.up().Ask(g, false) {
			return false
		}
		c.up().Outside()
	case c.Flags&flagClosing != 0:
		runtime.Goexit()
	}
	if !c.moves() && c.recall(depth, pc) { // with flagSpecial leave takes the records for known: describe has to know them
		return true
	}
	begin := c.judged()
	if refused := describe(c, depth, pc, base); refused != "" {
		c.unkeep()
		panic("aco: " + refused)
	}
	if begin != 0 {
		c.judge(begin)
	}
	if size := c.layout().size; size >= wide {
		c.spend(int(size/128) - 1)
		if c.Flags&flagPulls == 0 && size >= 2*wide { // nobody counts its switches
			c.Spent = spentMax
		}
	}
	if c.Flags&flagNested != 0 {
		c.hold(c.ext().asked)
	}
	if c.moves() {
		c.Flags |= flagMove | flagSpecial
	}
	return true
}

// A coroutine that may become standalone moves once its switches have cost as much more than a standalone one's as
// the move itself does: so it takes at most twice what it would if its life were known from the beginning. The unit is what it
// takes to copy 128 bytes there and back; what a standalone one takes is worth one. SPEND has these numbers, too.
const (
	spentMax   = 100
	spentMiss  = 3   // for a suspension with another layout than the one before
	spentPlace = 1   // the same, if it is known
	wide       = 256 // the size of frames from which on switches count
)

func (c *core) spend(n int) { c.Spent = uint8(min(int(c.Spent)+n, spentMax)) }

// moves reports whether c had better be standalone, and can be: that its suspension is not special yet, or only
// because others are held by it, says that no defer or panic is among the frames, if they have been described.
func (c *core) moves() bool {
	return (c.Flags&(flagAuto|flagSpecial) == flagAuto || c.Flags&(flagAuto|flagNested) == flagAuto|flagNested && !c.ext().linked()) && c.Spent >= spentMax
}

// Small blocks are as large as is asked for.
const smallPtrs, smallWords = 8, 64

// A shelf has a block that a coroutine has left, for each number of pointers and of words.
type shelf [smallPtrs + 1][smallWords + 1]unsafe.Pointer

// idle has the shelves. A goroutine finds on its own what it has left, in the cache of its processor; few share
// one, and none waits.
var idle [64]atomic.Pointer[shelf]

// shelf returns that of the goroutine that runs c.
func (c *core) shelf() *atomic.Pointer[shelf] {
	return &idle[uint64(c.Owner)*0x9e3779b97f4a7c15>>58]
}

// reserve makes c a block that fits ptrs pointers and words words, and is not far too large.
func (c *core) reserve(ptrs, words int) {
	small := words <= smallWords && ptrs <= smallPtrs
	if ptrs <= math.MaxUint16 && fits(c, uint32(ptrs), uint32(words)) {
		return
	}
	c.Frames = nil
	if !small {
		ptrs, words = roundUp(ptrs), roundUp(words)
	} else if s := c.shelf().Load(); s != nil && atomic.LoadPointer(&s[ptrs][words]) != nil {
		c.Frames = atomic.SwapPointer(&s[ptrs][words], nil)
	}
	if c.Frames == nil {
		c.Frames = newBlock(ptrs, words)
	}
	c.WordCap, c.PtrCap = uint32(words), uint16(min(ptrs, math.MaxUint16))
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
func (c *core) word(i int) *uintptr { return (*uintptr)(unsafe.Add(c.Frames, ptrSize*i)) }

//go:nosplit
func (c *core) pointer(i int) *unsafe.Pointer {
	return (*unsafe.Pointer)(unsafe.Add(c.Frames, -ptrSize*(i+1)))
}

// clearPointers lets go of what the pointers from the nth on lead to.
//
//go:nosplit
func (c *core) clearPointers(n int) {
	for i := n; i < int(c.PtrCap); i++ {
		*c.pointer(i) = nil
	}
}

// release lets go of the frames of c, which has ended.
func (c *core) release() {
	if !c.standalone() && c.Flags&flagPulls == 0 {
		mine := c.shelf()
		if uint64(uintptr(unsafe.Pointer(c)))*0x9e3779b97f4a7c15>>54 == 0 {
			// One life in a thousand gives all back. A block that shares a line of the cache with one that another
			// processor uses would be used for ever, and one that is not needed kept.
			mine.Store(nil)
		} else if c.Frames != nil && c.WordCap <= smallWords && c.PtrCap <= smallPtrs {
			s := mine.Load()
			if s == nil {
				s = new(shelf)
				mine.Store(s)
			}
			if place := &s[c.PtrCap][c.WordCap]; atomic.LoadPointer(place) == nil {
				c.clearPointers(0)
				atomic.StorePointer(place, c.Frames)
			}
		}
		c.Layout, c.Frames, c.Ext, c.WordCap, c.PtrCap = unsafe.Pointer(&unsaved), nil, nil, 0, 0
	}
}

// footprint returns the bytes that a Suspended coroutine holds for its frames.
func (c *core) footprint() int {
	ptrs := int(c.PtrCap)
	if ptrs == math.MaxUint16 { // or more: see reserve
		ptrs = len(c.layout().list) - int(c.layout().move/4)
		for i := 0; c.Ext != nil && i < len(c.ext().records); i++ {
			ptrs += int(min(c.ext().records[i].heap, 1))
		}
		ptrs = roundUp(ptrs)
	}
	return ptrSize * (int(c.WordCap) + ptrs)
}

// callers fills pcs with the return PCs of a Suspended coroutine's frames but main's.
func (c *core) callers(pcs []uintptr) int {
	words := unsafe.Slice((*uintptr)(c.Frames), c.layout().size/ptrSize)
	n, pc, interrupted := 0, c.layout().pc, false
	for off := uintptr(0); n < len(pcs); {
		fr := frame.At(pc, interrupted)
		up, ret := fr.Caller(words, off)
		if up >= c.layout().size {
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
		off, pc, interrupted = up, ret, fr.Sig
	}
	return n
}
