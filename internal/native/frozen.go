//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"math"
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

// The middle of a switch, where it needs no assembly: what is verified before frames are copied out, and what is
// changed in the goroutine when they have been copied in or are about to be copied out. No one may look meanwhile, so
// there must be no safepoint. A nosplit function has none: its stack does not move, and the compiler marks all of its
// code as unsafe to be preempted in (cmd/compile/internal/liveness/plive.go: IsUnsafe), but for the first few
// instructions, which make its frame. Where these matter, because a value that is yielded is where the collector does not
// see it, or because the caller's frame has no return address, the function has a name that begins with "runtime.", as no
// function has that is preempted asynchronously (runtime/preempt.go: isAsyncSafePoint). Such a function calls none but of its
// kind. The start-up check looks at all of this.

//lint:file-ignore U1000 the assembly uses what seems unused

func refreeze()

// What the assembly calls, in frames that have room for the arguments.
var (
	freezeKnown = frozen
	relocate    = moveFrames
	yieldLow    = (*core).yieldLow
)

// An aloneFunc is a function that nobody may stop; named says that it must not be preempted where its frame is made, either.
type aloneFunc struct {
	name     string
	function any
	named    bool
}

var alone = []aloneFunc{
	{"frozen", frozen, true}, {"fits", fits, true}, {"placeOf", placeOf, true},
	{"moveFrames", moveFrames, false}, {"wake", (*core).wake, false}, {"relink", (*core).relink, false},
}

const (
	unsafePoint = -2                       // what the table of unsafe points says of code that is not preempted (internal/abi/symtab.go: UnsafePointUnsafe)
	prologue    = 64                       // how far the code goes at most that makes a function's frame
	aloneSize   = 400                      // of the largest frame of such a function; the assembly takes as much for its own
	stackLeft   = release.StackGuard - 128 // below each frame (internal/abi/stack.go: StackSmall)
)

// keptFits reports whether there is stack enough where a value is kept or taken: see keptNeeds. If not, sequences are pulled by a
// coroutine of New's.
var keptFits bool

// barrier points to runtime.writeBarrier.enabled.
var barrier *uint32

// frozen verifies that the frames of c, which begin at lo, are laid out as they were the last time, or in another way
// that is known, and makes all but the words what c is to be suspended with. It returns where the frames end, and what c's
// owner is to be; or 0 if it can't, and then nothing has changed. Yield's caller continues at pc, and has its frame pointer
// at bp; g is this goroutine.
//
//go:nosplit
//go:norace
//go:nocheckptr
//go:linkname frozen runtime.goaco_frozen
func frozen(c *core, lo, g unsafe.Pointer, pc, bp uintptr) (hi, owner uintptr) {
	if c.Owner != uintptr(g) || c.Lo <= loStandalone || c.Lo&2 != 0 {
		return 0, 0 // it does not run here, or is to take the slow path
	}
	floor, top := *(*uintptr)(unsafe.Add(g, gLo)), *(*uintptr)(unsafe.Add(g, gHi))
	last := (*layout)(c.Layout)
	l, size, special := last, c.Lo+last.size-uintptr(lo), c.Flags&flagSpecial != 0
	changed := false
next:
	for i := uintptr(0); ; i++ {
		if i > 0 { // it is suspended at another place than the last time, or through other calls
			if i > places || special || *barrier != 0 || size > sharedSize { // if the stack has moved since it was resumed, size is any
				return 0, 0
			}
			l = *(**layout)(unsafe.Pointer(&layouts[placeOf(pc, size, i-1)]))
			if l == nil {
				return 0, 0
			}
			if l.size != size || !fits(c, (l.live-l.move)/4, uint32(size/ptrSize)) {
				continue
			}
		}
		// Only enter calls main: if the return addresses are the layout's, enter's frame is where that has it.
		if l.pc != pc || l.bp != bp-uintptr(lo) || l.size+enterSize > top-uintptr(lo) ||
			*(*uintptr)(unsafe.Add(lo, l.size+enterName)) != uintptr(unsafe.Pointer(c)) {
			continue
		}
		offs, want := unsafe.Pointer(l.offs), unsafe.Pointer(unsafe.SliceData(l.want))
		n := uintptr(0)
		for ; n < uintptr(l.same); n += 4 {
			if *(*uintptr)(unsafe.Add(lo, *(*uint32)(unsafe.Add(offs, n)))) != *(*uintptr)(unsafe.Add(want, n*(ptrSize/4))) {
				continue next
			}
		}
		for ; n < uintptr(l.own); n += 4 {
			if *(*uintptr)(unsafe.Add(lo, *(*uint32)(unsafe.Add(offs, n)))) != uintptr(unsafe.Pointer(c)) {
				continue next
			}
		}
		for ; n < uintptr(l.inner); n += 4 {
			if *(*uintptr)(unsafe.Add(lo, *(*uint32)(unsafe.Add(offs, n))))-uintptr(lo) != *(*uintptr)(unsafe.Add(want, n*(ptrSize/4))) {
				continue next
			}
		}
		p := c.Frames
		for n = uintptr(l.move); n < uintptr(l.live); n += 4 {
			p = unsafe.Add(p, -ptrSize)
			if v := *(*uintptr)(unsafe.Add(lo, *(*uint32)(unsafe.Add(offs, n)))); v != *(*uintptr)(p) {
				if v-floor < top-floor {
					continue next // it leads into the stack
				}
				changed = true
			}
		}
		break
	}
	if changed && *barrier != 0 {
		return 0, 0 // what is stored below has none
	}
	hi, owner = uintptr(lo)+l.size, ownerNone
	panics, defers := *(*uintptr)(unsafe.Add(g, gPanic)), *(**release.DeferRecord)(unsafe.Add(g, gDefer))
	if !special && (panics != 0 && panics < hi || defers != nil && defers.SP < hi) {
		return 0, 0 // they have to be known
	}
	if l != last && c.Flags&flagAuto != 0 {
		spent := uintptr(c.Spent) + spentPlace
		switch {
		case c.Flags&flagPulls != 0:
			if (l.size >= wide) != (last.size >= wide) {
				return 0, 0 // it gets another exit
			}
		case l.size >= 2*wide:
			spent = spentMax
		case l.size >= wide:
			spent += l.size/128 - 1
		}
		if spent >= spentMax {
			c.Spent = spentMax
			return 0, 0 // it moves
		}
		c.Spent = uint8(spent)
	}
	if changed || l != last {
		p, offs := c.Frames, unsafe.Pointer(l.offs)
		for n := uintptr(l.move); n < uintptr(l.live); n += 4 {
			p = unsafe.Add(p, -ptrSize)
			*(*uintptr)(p) = *(*uintptr)(unsafe.Add(lo, *(*uint32)(unsafe.Add(offs, n))))
		}
		if l != last {
			for n := uint32(c.PtrCap) - (l.live-l.move)/4; n > 0; n-- {
				p = unsafe.Add(p, -ptrSize)
				*(*uintptr)(p) = 0
			}
			*(*uintptr)(unsafe.Pointer(&c.Layout)) = uintptr(unsafe.Pointer(l))
			if c.Ext != nil {
				k := &(*ext)(c.Ext).links
				k.panicLink, k.records = 0, k.records[:0]
			}
		}
	}
	c.Lo = uintptr(lo)
	if !special {
		return hi, owner
	}
	if c.Flags&flagMove != 0 {
		c.Flags &^= flagMove
		owner = ownerMoving
	}
	if c.Ext != nil { // cut its defers and panics off the goroutine's chains
		k := &(*ext)(c.Ext).links
		if k.panicLink != 0 {
			*(*uintptr)(unsafe.Add(g, gPanic)) = *(*uintptr)(unsafe.Add(lo, k.panicLink-1))
		}
		r := unsafe.Pointer(unsafe.SliceData(k.records))
		for n := len(k.records); n > 0; n-- {
			d := unsafe.Add(lo, (*record)(r).off)
			if (*record)(r).heap != 0 {
				d = *(*unsafe.Pointer)(unsafe.Pointer(&(*record)(r).heap))
			}
			link := (*uintptr)(unsafe.Add(d, unsafe.Offsetof(release.DeferRecord{}.Link)))
			*(*uintptr)(unsafe.Add(g, gDefer)) = *link
			if (*record)(r).heap != 0 {
				*link = 0 // it could point into the stack; the block holds what it held
			}
			r = unsafe.Add(r, unsafe.Sizeof(record{}))
		}
	}
	return hi, owner
}

// yieldLow is leave for a function that has not looked how much of the stack is left, as one of the program's that is nosplit, and there
// is too little for what leave needs when the frames are not known. This one looks. It has no result, for which leave's caller has no room on
// 386; a value that is pulled goes another way (see Ask), and has been kept where there was enough.
//
//go:noinline
func (c *core) yieldLow() { leave(c) }

// moveFrames makes the words of c, which is to be resumed at lo, those of frames there. They were somewhere else: the difference
// is added to each that holds an address in them. The saved words and Lo change together, so that each word is always
// relocated for Lo, whatever comes later. That enter, which calls it, has a place for both arguments is by their order: c is
// where enter has it already.
//
//go:nosplit
//go:norace
func moveFrames(lo uintptr, c *core) {
	l, d := (*layout)(c.Layout), lo-c.Lo
	c.Lo = lo
	for n := uintptr(l.own); n < uintptr(l.move); n += 4 {
		*(*uintptr)(unsafe.Add(c.Frames, *(*uint32)(unsafe.Add(unsafe.Pointer(l.offs), n)))) += d
	}
}

// relink puts the defers and panics of c, which has just been resumed, in front of the resumer's.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (c *core) relink() {
	k, lo, g := &c.ext().links, c.Lo, c.Owner
	if k.panicLink != 0 {
		c.Lo = 0 // leave takes the slow path next time
		*at(lo + k.panicLink - 1) = *at(g + gPanic)
		*at(g + gPanic) = lo + k.panicHead
	}
	for i := len(k.records) - 1; i >= 0; i-- {
		c.Lo = 0
		r := (*record)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(k.records)), uintptr(i)*unsafe.Sizeof(record{})))
		d := r.heap
		if d == 0 {
			d = lo + r.off
		}
		*at(d + unsafe.Offsetof(release.DeferRecord{}.Link)) = *at(g + gDefer)
		*at(d + unsafe.Offsetof(release.DeferRecord{}.SP)) = lo + r.sp
		*at(g + gDefer) = d
	}
}

// wake is what a coroutine that has just been resumed calls in place of the function by which it was suspended, if there is
// more to do than thaw does. It returns what a yield function does. The stack must not move before its defers are in place. Who
// looks at it before, as when this goroutine is stopped where a frame is made, finds each list whole, and what the
// records lead to in the block.
//
//go:nosplit
//go:norace
func (c *core) wake() (more bool) {
	c.Flags &^= flagSpecial
	if l, lo := c.layout(), c.Lo; c.Flags&(flagClosing|flagNested) == flagClosing && c.Ext == nil && l.exitPC != 0 {
		c.Lo = 0
		bp := lo + l.exit // on arm64
		sp := bp + enterDown
		if linked {
			for bp = lo + l.bp; bp < sp; {
				bp = *at(bp)
			}
		}
		cutTo(sp, bp, l.exitPC)
	}
	if c.Ext != nil {
		c.relink()
	}
	switch {
	case c.Flags&flagMoving != 0: // it has come to a worker, to stay: see moveToWorker
		c.Flags = c.Flags&^flagMoving | flagSpecial
		c.Lo = loStandalone
	case c.Flags&flagStopped != 0:
		c.Lo |= 2 // leave takes the slow path; end clears it
	case c.Flags&(flagClosing|flagNested) != 0:
		c.Lo = 0
	}
	if c.Flags&(flagClosing|flagNested) != 0 {
		c.woken()
	}
	return c.Flags&flagStopped == 0
}

// fits reports whether the block of c has room for ptrs pointers and words words, and is not far too large.
//
//go:nosplit
//go:norace
//go:linkname fits runtime.goaco_fits
func fits(c *core, ptrs, words uint32) bool {
	return ptrs <= uint32(c.PtrCap) && words <= c.WordCap && (words <= smallWords && ptrs <= smallPtrs && c.WordCap <= smallWords || words >= c.WordCap/4) &&
		uint32(c.PtrCap) <= 4*max(ptrs, words, smallWords) && // records of defers may have been more than words
		c.PtrCap < math.MaxUint16 // or there may be more than it can tell
}

// placeOf returns which of layouts is the ith place for that of frames of that size, suspended at pc.
//
//go:nosplit
//go:norace
//go:linkname placeOf runtime.goaco_placeOf
func placeOf(pc, size, i uintptr) uintptr {
	return uintptr(uint64(pc+size)*0x9e3779b97f4a7c15>>52+uint64(i)) % uintptr(len(layouts))
}
