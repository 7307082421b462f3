//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/frame"
	"github.com/goaco/aco/internal/release"
)

// The decoder tells what the words of a suspended coroutine's frames are, from the tables
// that the compiler made for the runtime: runtime/stkframe.go: getStackMap for the words
// that are live by name, runtime/mgcmark.go: scanstack for the variables that are live
// because a pointer leads to them. It works on a copy of the frames, and whatever it does not
// understand it refuses, before anything has changed. Where a frame has what depends on the
// architecture: see shape.

// A decoder is the state of one decoding; they are reused.
type decoder struct {
	c            uintptr          // the coroutine's address
	size, pc, bp uintptr          // of the frames: see layout
	lo, floor    uintptr          // where the frames, and the stack they are on, were at the time of the copy
	top          uintptr          // and where that ended
	end          uintptr          // how far enter's frame is from there
	linked       bool             // a defer record or a panic is the coroutine's
	stubs        bool             // so is a frame of package reflect
	nests        bool             // other coroutines run within it
	words        []uintptr        // the copy
	masks        []frame.Masks    // what is known of it
	frames       []*frame.Frame   // those that have objects
	starts       []uintptr        // their offsets
	pending      []uintptr        // offsets in the frames that live pointers lead to
	scanned      []uint64         // a bit a word: an object that starts there has been scanned
	links        links            // the coroutine's
	roots        []unsafe.Pointer // defer records in the heap
	cut          uintptr          // the word that links to the resumer's panic, or ^0
	main         uintptr          // the first word of main's frame
	own          *frame.Frame     // and what is known of that
	exit, exitPC uintptr          // see layout, as the next
	bare         bool
	deferring    []deferring
	nested       bool    // Yield was called by a function that the body called
	caller       uintptr // where that returns to
	bad          bool    // a pointer leads to the resumer's frames
	homeless     uint64  // changes with each layout that found no place
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// layouts has the layouts that coroutines share. Chains that are deep are too many: remembering each would
// cost more than it saves. What has no place here is the coroutine's own, until it gets the place of another.
var layouts [1 << 12]atomic.Pointer[layout]

const sharedSize = 1024 // of the largest frames whose layout is shared

const places = 4 // for one layout, so that two that fall on one don't contend

// place returns the ith place for the layout of frames of that size, suspended at pc.
func place(pc, size, i uintptr) *atomic.Pointer[layout] { return &layouts[placeOf(pc, size, i)] }

// recall makes c a block, if it has none that is right for the frames that it is to be suspended with, and there are known
// layouts for such. It reports whether frozen may succeed now.
func (c *core) recall(depth, pc uintptr) bool {
	_, _, top, _, _, _ := look()
	size := c.Lo + c.layout().size - (top - depth) // if the stack has not moved since c was resumed
	if size > sharedSize || c.Lo <= loStandalone || c.Flags&flagSpecial != 0 {
		return false
	}
	for i := range uintptr(places) {
		l := place(pc, size, i).Load()
		if l == nil {
			break
		}
		if l.pc == pc && l.size == size && !fits(c, (l.live-l.move)/4, uint32(size/ptrSize)) {
			c.reserve(int(l.live-l.move)/4, int(size/ptrSize))
			c.Layout, c.Lo = unsafe.Pointer(&unsaved), c.Lo+c.layout().size
			return true
		}
	}
	return false
}

// known returns a shared layout of the frames of that size that are suspended at pc, and where they are;
// or 0, and the place for that layout, if there is one left.
func (c *core) known(depth, pc, size uintptr) (l *layout, lo uintptr, free *atomic.Pointer[layout]) {
	if l = c.layout(); l.pc == pc && l.size == size && (c.Ext == nil || l != &c.ext().own) { // even if it has lost its place
		if lo = l.suits(c, depth); lo != 0 {
			return l, lo, nil
		}
	}
	for i := range uintptr(places) {
		slot := place(pc, size, i)
		if l = slot.Load(); l == nil {
			return nil, 0, slot
		}
		if l.pc == pc && l.size == size {
			if lo = l.suits(c, depth); lo != 0 {
				return l, lo, nil
			}
		}
	}
	return nil, 0, nil
}

// suits returns where the frames are that begin depth bytes below the top of the stack, if the words
// that never change are l's and no live pointer leads into the stack, and 0 if not.
//
//go:nosplit
//go:nocheckptr
func (l *layout) suits(c *core, depth uintptr) (lo uintptr) {
	_, floor, top, _, _, _ := look()
	if lo = top - depth; l.size+enterSize > depth {
		return 0
	}
	for i, off := range l.list[:l.inner/4] {
		if *at(lo + uintptr(off)) != l.want[i]+l.base(i, uintptr(unsafe.Pointer(c)), lo) {
			return 0
		}
	}
	for _, off := range l.list[l.move/4:] {
		if *at(lo + uintptr(off))-floor < top-floor {
			return 0
		}
	}
	return lo
}

// base returns what word i of those that never change is a distance from.
//
//go:nosplit
func (l *layout) base(i int, c, lo uintptr) uintptr {
	switch {
	case i < int(l.same/4):
		return 0
	case i < int(l.own/4):
		return c
	}
	return lo
}

// describe makes what c has saved what it is to be suspended with: layout, words, pointers and
// links. It returns "", or why c can't be suspended; then nothing has changed.
func describe(c *core, depth, pc, base uintptr) (refused string) {
	d := decoders.Get().(*decoder)
	in, end := inside()
	if d.nests = in != nil && in != c; d.nests {
		var ok bool
		if end, ok = c.within(func(*core) {}); !ok {
			return "yield outside the coroutine"
		}
	}
	// If enter's frame was not found, something on the way to it will be refused.
	d.c, d.size, d.pc, d.bp, d.end = uintptr(unsafe.Pointer(c)), depth-end, pc, depth-base, end
	d.words = slices.Grow(d.words[:0], int(d.size/ptrSize))[:d.size/ptrSize]
	d.capture(depth)
	l, lo, free := c.known(depth, pc, d.size)
	if d.linked || lo == 0 {
		if refused = d.decode(); refused != "" {
			return refused
		}
		once := d.linked || d.stubs || d.nests
		share := !once && d.size <= sharedSize
		if share && free == nil { // not each takes the place of another: chains of calls that alternate would allocate for ever
			if d.homeless += 0x9e3779b97f4a7c15; d.homeless>>60 == 0 { // one in sixteen, whatever the program's period is
				free = place(pc, d.size, uintptr(d.homeless>>58))
			}
		}
		if share && free != nil {
			l = new(layout)
			d.fill(l)
			free.Store(l)
		} else {
			if c.Ext == nil {
				c.Ext = unsafe.Pointer(new(ext))
			}
			l = &c.ext().own
			d.fill(l)
			if l.once = once; once { // a panic may have other defers to run, or another coroutine
				l.exitPC = 0
			}
		}
	}
	if l != c.layout() || c.Ext != nil && l == &c.ext().own {
		c.spend(spentMiss)
	}
	d.save(c, l)
	decoders.Put(d)
	return ""
}

// capture copies the frames as they are, and notes where. All that it notes of the stack belongs
// together: a nosplit function that calls frame.None that can split runs on a stack that does not move
// (runtime/stack.go: isShrinkStackSafe). Nor does the compiler add calls to it that check pointers.
//
//go:nosplit
//go:nocheckptr
func (d *decoder) capture(depth uintptr) {
	_, floor, top, defers, panics, _ := look()
	d.lo, d.floor, d.top = top-depth, floor, top
	for i := range d.words {
		d.words[i] = *at(d.lo + ptrSize*uintptr(i))
	}
	p := (*release.DeferRecord)(defers)
	d.linked = p != nil && p.SP < top-d.end || panics != nil && uintptr(panics) < top-d.end
}

// fill makes l the layout that was decoded.
func (d *decoder) fill(l *layout) {
	l.pc, l.size, l.bp, l.call = d.pc, d.size, d.bp, 0
	l.exit, l.exitPC, l.bare, l.deferring = d.exit, d.exitPC, d.bare, slices.Clone(d.deferring)
	l.list, l.want = l.list[:0], l.want[:0]
	add := func(pick func(m *frame.Masks) uint64) uint32 {
		for k := range d.masks {
			for m := pick(&d.masks[k]); m != 0; m &= m - 1 {
				l.list = append(l.list, uint32(ptrSize*(64*k+bits.TrailingZeros64(m))))
			}
		}
		return uint32(4 * len(l.list))
	}
	l.same = add(func(m *frame.Masks) uint64 { return m[frame.Same] &^ m[frame.Move] })
	l.own = add(func(m *frame.Masks) uint64 { return m[frame.Own] })
	l.inner = add(func(m *frame.Masks) uint64 { return m[frame.Same] & m[frame.Move] })
	l.move = add(func(m *frame.Masks) uint64 { return m[frame.Move] &^ m[frame.Same] })
	l.live = add(func(m *frame.Masks) uint64 { return m[frame.Live] })
	l.offs = unsafe.SliceData(l.list)
	for i, off := range l.list[:l.inner/4] {
		l.want = append(l.want, d.words[off/ptrSize]-l.base(i, d.c, d.lo))
	}
	if d.nested {
		l.call = callBefore(d.caller)
	}
}

// save makes the frames and links what c is suspended with. The pointers' stores have write
// barriers; until c is suspended its stack holds them as well.
func (d *decoder) save(c *core, l *layout) {
	pointers := l.list[l.move/4:]
	c.reserve(len(pointers)+len(d.roots), len(d.words))
	copy(unsafe.Slice((*uintptr)(c.Frames), len(d.words)), d.words)
	for i, off := range pointers {
		*c.pointer(i) = *(*unsafe.Pointer)(unsafe.Pointer(&d.words[off/ptrSize]))
	}
	for i, p := range d.roots {
		*c.pointer(len(pointers) + i) = p
	}
	c.clearPointers(len(pointers) + len(d.roots))
	clear(d.roots)
	d.roots = d.roots[:0]
	c.Layout, c.Lo = unsafe.Pointer(l), d.lo
	c.Flags &^= flagSpecial | flagMove | flagNested
	if d.linked {
		c.Flags |= flagSpecial
	}
	if d.nests {
		c.Flags |= flagSpecial | flagNested
	}
	if c.Ext != nil {
		c.ext().links, d.links = d.links, links{}
	}
}

// decode finds masks, links and roots from the maps of the functions.
func (d *decoder) decode() (refused string) {
	n := int(d.size/(64*ptrSize) + 1)
	d.bad, d.stubs, d.cut, d.links = false, false, ^uintptr(0), links{}
	d.frames, d.starts, d.pending = d.frames[:0], d.starts[:0], d.pending[:0]
	d.scanned = slices.Grow(d.scanned[:0], n)[:n]
	d.masks = slices.Grow(d.masks[:0], n)[:n]
	clear(d.scanned)
	clear(d.masks)
	if refused = d.walk(); refused != "" {
		return refused
	}
	d.unmark(frame.Same, d.main+d.own.Ret/ptrSize) // enter's own, which c's name in enter's frame stands for
	last := &d.masks[d.size/(64*ptrSize)]
	last[frame.Live] &= 1<<(d.size/ptrSize%64) - 1 // behind are main's arguments, which enter writes
	if d.linked {
		d.chains()
	}
	for k := range d.masks {
		for m := d.masks[k][frame.Live]; m != 0; m &= m - 1 {
			d.classify(uintptr(64*k + bits.TrailingZeros64(m)))
		}
	}
	for len(d.pending) > 0 {
		off := d.pending[len(d.pending)-1]
		d.pending = d.pending[:len(d.pending)-1]
		d.scan(off)
	}
	if d.bad {
		clear(d.roots)
		d.roots = d.roots[:0]
		return "can't suspend: a pointer leads to the resumer's frames; use aco.Standalone()"
	}
	return ""
}

func (d *decoder) mark(which int, i uintptr)   { d.masks[i/64][which] |= 1 << (i % 64) }
func (d *decoder) unmark(which int, i uintptr) { d.masks[i/64][which] &^= 1 << (i % 64) }

// walk lists the frames and marks the words of their linkage.
func (d *decoder) walk() string {
	interrupted := false
	d.main, d.exitPC, d.deferring = 0, 0, d.deferring[:0]
	for off, pc := uintptr(0), d.pc; off < d.size; {
		fr := frame.At(pc, interrupted)
		if fr.Refused != "" {
			return "can't suspend across " + fr.Refused + "; use aco.Standalone()"
		}
		if off+fr.Size > d.size {
			return "can't suspend: its frames don't end at Resume; use aco.Standalone()"
		}
		stale := fr.FP != frame.None && d.words[(off+fr.FP)/ptrSize]-d.lo >= d.size+enterSize
		if stale && linked && !interrupted {
			return "can't suspend across " + runtime.FuncForPC(pc).Name() + ": its caller does not keep the frame pointer; use aco.Standalone()"
		}
		if len(fr.Objects) > 0 {
			d.frames, d.starts = append(d.frames, fr), append(d.starts, off)
		}
		for k := range fr.Masks {
			i, m := off/ptrSize+64*uintptr(k), &fr.Masks[k]
			for which := range m {
				if int(i/64) < len(d.masks) {
					d.masks[i/64][which] |= m[which] << (i % 64)
				}
				if up := 64 - i%64; up < 64 && m[which]>>up != 0 && int(i/64+1) < len(d.masks) {
					d.masks[i/64+1][which] |= m[which] >> up
				}
			}
		}
		if fr.Stub != 0 && !d.stub(fr, off) {
			return "can't suspend across " + runtime.FuncForPC(pc).Name() + ": its arguments have another map; use aco.Standalone()"
		}
		if stale && interrupted { // until Go 1.26 the runtime leaves it when the stack moves, and so do we
			d.unmark(frame.Move, (off+fr.FP)/ptrSize)
		}
		next, ret := fr.Caller(d.words, off)
		if off == 0 {
			d.caller = ret
		}
		if d.exitPC == 0 && (fr.Defers || next == d.size) {
			d.exit, d.exitPC, d.bare = off, pc, next == d.size
		}
		if fr.Bits != frame.None && next != d.size { // main has deferred end
			d.deferring = append(d.deferring, deferring{off + fr.Bits, off + fr.Slots})
		}
		d.nested = d.main > 0 // but for the last two frames: main's, and the body's
		d.main, d.own = off/ptrSize, fr
		if fr.Sig && frame.Skipped > 0 && next <= d.size {
			d.mark(frame.Move, (next-frame.Skipped)/ptrSize) // a frame pointer
		}
		off, pc, interrupted = next, ret, fr.Sig
		if pc == enterPC && off+enterName < d.size && d.words[(off+enterName)/ptrSize] == 0 {
			d.mark(frame.Same, (off+enterName)/ptrSize) // of one that has ended: see disown
		} else if (pc == enterPC) != (off == d.size) && !(d.nests && off < d.size) {
			return "yield outside the coroutine" // another one's enter lies in between
		}
	}
	return ""
}

// stub marks the words of the frame at off of a stub of package reflect that its map depends on, and by that map its
// arguments. What it stands for is a live word of the frame as well: as long as the block holds it there is no other
// at its address. A coroutine that has lived before, or lives beside, may have had another one there, so such a
// layout is never shared.
func (d *decoder) stub(fr *frame.Frame, off uintptr) bool {
	d.stubs = true
	what, valid := frame.Reflected()
	what, valid = what+off/ptrSize, valid+off/ptrSize
	d.mark(frame.Same, what)
	d.mark(frame.Live, what)
	d.mark(frame.Same, valid)
	return fr.ReflectedArgs(*(**release.Reflected)(unsafe.Pointer(&d.words[what])), *(*bool)(unsafe.Pointer(&d.words[valid])), d.size-off,
		func(i uintptr) { d.mark(frame.Live, off/ptrSize+i) })
}

// visit adds word i, which holds a live pointer.
func (d *decoder) visit(i uintptr) {
	if i < d.size/ptrSize {
		d.mark(frame.Live, i)
		d.classify(i)
	}
}

// classify tells what word i is, which holds a live pointer.
func (d *decoder) classify(i uintptr) {
	switch v := d.words[i]; {
	case i == d.cut: // thaw fills it in
		d.unmark(frame.Live, i)
	case v-d.lo < d.size+enterSize:
		d.unmark(frame.Live, i)
		d.mark(frame.Same, i)
		d.mark(frame.Move, i)
		d.pending = append(d.pending, v-d.lo)
	case v-d.floor < d.top-d.floor:
		d.bad = true
	case i >= d.main && d.own.Masks[(i-d.main)/64][frame.Live]>>((i-d.main)%64)&1 != 0:
		d.unmark(frame.Live, i) // what main itself has, core.main leads to; the body's arguments are there as well
	case v == d.c: // who resumes c has it
		d.unmark(frame.Live, i)
		d.mark(frame.Own, i)
	}
}

// scan visits the pointers of the variable that covers offset off, if there is one.
func (d *decoder) scan(off uintptr) {
	i, found := slices.BinarySearch(d.starts, off)
	if !found {
		i--
	}
	// A variable in the arguments of a frame lies in its caller's, so look there as well.
	for k := i; k >= max(i-1, 0); k-- {
		for _, o := range d.frames[k].Objects {
			at := d.starts[k] + o.Off
			if off-at >= o.Size {
				continue
			}
			if w := at / ptrSize; d.scanned[w/64]>>(w%64)&1 == 0 {
				d.scanned[w/64] |= 1 << (w % 64)
				for _, p := range o.Ptrs {
					d.visit(d.starts[k]/ptrSize + uintptr(p))
				}
			}
			return
		}
	}
}

// chains finds the coroutine's defers, and its panics. A record of a defer is a root: what its
// function captured may be reachable from nowhere else. So is the innermost panic.
func (d *decoder) chains() {
	l := &d.links
	l.records = make([]record, d.collect(nil, nil))
	d.collect(l, l.records)
	if l.panicLink != 0 {
		d.cut = l.panicLink / ptrSize
		d.pending = append(d.pending, l.panicHead)
	}
	for _, r := range l.records {
		if r.heap == 0 {
			d.visit((r.off + unsafe.Offsetof(release.DeferRecord{}.Fn)) / ptrSize)
			continue
		}
		p := *(**release.DeferRecord)(unsafe.Pointer(&r.heap)) // g._defer keeps it alive
		d.roots = append(d.roots, unsafe.Pointer(p))
		if uintptr(p.Fn)-d.floor < d.top-d.floor {
			d.bad = true
		}
	}
}

// collect reads the goroutine's chains down to the resumer's part. It returns how many
// defer records there are, of which it fills in as many as records has, and where the
// panics are. All offsets are from lo, wherever the frames are now: like capture, it runs on a
// stack that does not move.
//
//go:nosplit
//go:nocheckptr
func (d *decoder) collect(l *links, records []record) (n int) {
	_, _, top, defers, panics, _ := look()
	lo := top - d.end - d.size
	for p := (*release.DeferRecord)(defers); p != nil && p.SP < lo+d.size; p = p.Link {
		if n < len(records) {
			r := &records[n]
			r.sp = p.SP - lo
			if at := uintptr(unsafe.Pointer(p)); at-lo < d.size {
				r.off = at - lo
			} else {
				r.heap = at
			}
		}
		n++
	}
	if l == nil {
		return n
	}
	for p := panics; uintptr(p)-lo < d.size; {
		if l.panicLink == 0 {
			l.panicHead = uintptr(p) - lo
		}
		at := unsafe.Add(p, release.PanicLink)
		l.panicLink = 1 + uintptr(at) - lo
		p = *(*unsafe.Pointer)(at)
	}
	return n
}
