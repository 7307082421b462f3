//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// The decoder tells what the words of a suspended coroutine's frames are, from the tables
// that the compiler made for the runtime: runtime/stkframe.go: getStackMap for the words
// that are live by name, runtime/mgcmark.go: scanstack for the variables that are live
// because a pointer leads to them. It works on a copy of the frames, and whatever it does not
// understand it refuses, before anything has changed. Where a frame has what depends on the
// architecture: see shape.

// The parts of a frame, as offsets from where it begins.
type parts struct {
	size   uintptr // of the frame
	ret    uintptr // where the return address is, or none
	fp     uintptr // where a frame pointer is saved, or none
	locals uintptr // where the locals end, which the map of locals describes
	args   uintptr // where the arguments begin, in a frame further out: the map of arguments describes them
	mapped bool    // there must be a map of locals
}

const none = ^uintptr(0)

// A frame is what is known of all frames of a function that are suspended at one pc.
type frame struct {
	key uint64
	parts
	sig     bool    // the function is sigpanic: its caller will continue elsewhere, if at all
	masks   []masks // of all that is known without looking at the words, counted from where it begins
	objects []object
	refused string // why it can't be moved
}

// The masks of 64 words have a bit for each word that is the same whenever the layout is, that the
// collector must see, that moves with the frames, and that is the coroutine's address.
type masks [4]uint64

const same, live, move, own = 0, 1, 2, 3

// An object is a local variable that pointers may lead to.
type object struct {
	off, size uintptr  // in bytes, from where the frame begins
	ptrs      []uint32 // its words that hold pointers, counted from there as well
}

// cache remembers frames by their pc. Entries are only ever replaced, never changed; there
// are so many slots that a program's suspension points hardly ever share one.
var cache [1 << 13]atomic.Pointer[frame]

// frameAt returns the frame of the function suspended at pc. interrupted says that the
// function did not call anything there, but was interrupted by a run-time panic.
func frameAt(pc uintptr, interrupted bool) *frame {
	key := uint64(pc) << 1
	if interrupted {
		key |= 1
	}
	slot := &cache[key*0x9e3779b97f4a7c15>>51]
	f := slot.Load()
	if f == nil || f.key != key {
		f = newFrame(pc, interrupted)
		f.key = key
		slot.Store(f)
	}
	return f
}

// newFrame reads the runtime's tables for pc.
func newFrame(pc uintptr, interrupted bool) *frame {
	f := findfunc(pc)
	if f.function == nil {
		return &frame{refused: "a frame that is not Go's: it has no map"}
	}
	name := runtime.FuncForPC(f.entryPC()).Name()
	fr := &frame{sig: name == sigpanicName}
	refuse := func(why string) *frame {
		fr.refused = name + ": " + why
		return fr
	}
	delta := f.value(f.pcsp, pc)
	sized := delta >= 0 && delta%ptrSize == 0 && f.flag&flagTopFrame == 0
	if sized {
		fr.parts = shape(uintptr(delta)) // inside passes frames that are refused
	}
	switch {
	case f.flag&flagTopFrame != 0:
		return refuse("it is where a goroutine begins")
	case f.flag&flagSPWrite != 0:
		return refuse("it switches stacks")
	case strings.HasPrefix(name, "runtime/secret."):
		return refuse("its frames must not be copied")
	}
	if !sized {
		return refuse("its size is unknown")
	}
	dead := interrupted && f.deferreturn == 0 // it never continues: nothing in it is live
	if f.args == argsUnknown && !dead {
		return refuse("its arguments have no static map")
	}
	fr.masks = make([]masks, (fr.size+64*ptrSize-1)/(64*ptrSize))
	set := func(which int, off uintptr) {
		w := off / ptrSize
		for int(w/64) >= len(fr.masks) { // an argument
			fr.masks = append(fr.masks, masks{})
		}
		fr.masks[w/64][which] |= 1 << (w % 64)
	}
	if fr.ret != none {
		set(same, fr.ret)
	}
	if fr.fp != none {
		set(move, fr.fp)
	}
	at := pc - 1 // in the call
	if dead {
		return fr
	}
	if interrupted {
		at = f.entryPC() + uintptr(f.deferreturn)
	}
	index := f.stackMapIndex(at)
	words := func(which uint8, size uintptr, begin func(m *stackMap) uintptr) bool {
		m := (*stackMap)(f.funcdata(which))
		if m == nil || m.n <= 0 || m.nbit > 0 && index >= m.n || int64(m.nbit)*ptrSize > int64(size) {
			return false
		}
		if m.nbit > 0 {
			start := begin(m)
			forBits(unsafe.Add(unsafe.Pointer(&m.bits), index*((m.nbit+7)/8)), m.nbit, func(i int32) {
				set(live, start+ptrSize*uintptr(i))
			})
		}
		return true
	}
	if fr.mapped && !words(funcdataLocals, fr.locals, func(m *stackMap) uintptr { return fr.locals - ptrSize*uintptr(m.nbit) }) {
		return refuse("its locals have no map")
	}
	if f.args > 0 && !words(funcdataArgs, uintptr(f.args), func(*stackMap) uintptr { return fr.args }) {
		return refuse("its arguments have no map")
	}
	if p := f.funcdata(funcdataObjects); p != nil {
		for _, o := range unsafe.Slice((*stackObject)(unsafe.Add(p, ptrSize)), *(*uintptr)(p)) {
			base := fr.locals
			if o.off >= 0 {
				base = fr.args
			}
			ob := object{off: base + uintptr(int(o.off)), size: uintptr(o.size)}
			if end := ob.off + ob.size; ob.off > end || end > max(fr.size, fr.args+uintptr(f.args)) || o.ptrBytes > o.size {
				return refuse("its variables are not in its frame")
			}
			forBits(unsafe.Add(f.mod.rodata, o.gcdata), o.ptrBytes/ptrSize, func(i int32) {
				ob.ptrs = append(ob.ptrs, uint32(ob.off/ptrSize)+uint32(i))
			})
			fr.objects = append(fr.objects, ob)
		}
	}
	return fr
}

// caller returns where the frame begins that called fr, which begins at off, and where it goes on.
func (fr *frame) caller(words []uintptr, off uintptr) (up, pc uintptr) {
	up = off + fr.size
	if fr.ret != none {
		pc = words[(off+fr.ret)/ptrSize]
	} else { // it was interrupted
		pc = words[off/ptrSize-1]
	}
	if fr.sig {
		up += skipped
	}
	return up, pc
}

// A decoder is the state of one decoding; they are reused.
type decoder struct {
	c            uintptr          // the coroutine's address
	size, pc, bp uintptr          // of the frames: see layout
	lo, floor    uintptr          // where the frames, and the stack they are on, were at the time of the copy
	top          uintptr          // and where that ended
	end          uintptr          // how far enter's frame is from there
	linked       bool             // a defer record or a panic is the coroutine's
	words        []uintptr        // the copy
	masks        []masks          // what is known of it
	frames       []*frame         // those that have objects
	starts       []uintptr        // their offsets
	pending      []uintptr        // offsets in the frames that live pointers lead to
	scanned      []uint64         // a bit a word: an object that starts there has been scanned
	links        links            // the coroutine's
	roots        []unsafe.Pointer // defer records in the heap
	cut          uintptr          // the word that links to the resumer's panic, or ^0
	main         uintptr          // the first word of main's frame
	own          *frame           // and what is known of that
	nested       bool             // Yield was called by a function that the body called
	caller       uintptr          // where that returns to
	bad          bool             // a pointer leads to the resumer's frames
	homeless     uint64           // changes with each layout that found no place
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// layouts has the layouts that coroutines share. Chains that are deep are too many: remembering each would
// cost more than it saves. What has no place here is the coroutine's own, until it gets the place of another.
var layouts [1 << 12]atomic.Pointer[layout]

const sharedSize = 1024 // of the largest frames whose layout is shared

const places = 4 // for one layout, so that two that fall on one don't contend

// place returns the ith place for the layout of frames of that size, suspended at pc.
func place(pc, size uintptr, i uint64) *atomic.Pointer[layout] {
	return &layouts[(uint64(pc+size)*0x9e3779b97f4a7c15>>52+i)%uint64(len(layouts))]
}

// recall is describe for the usual case that c is suspended at another place than the last time, or through
// other calls, which are known. It does not copy pointers: the block has none then, so that freeze, which
// verifies all, takes each for one that has changed. If freeze gives up, recall reports false.
func (c *Core) recall(depth, pc uintptr) bool {
	_, _, top, _, _, _ := look()
	size := c.lo + c.layout.size - (top - depth) // if the stack has not moved since c was resumed
	if size > sharedSize || c.flags&flagSpecial != 0 ||
		c.layout.pc == pc && c.layout.size == size && c.layout.suits(c, depth) != 0 { // then freeze gave up
		return false
	}
	l, lo, _ := c.known(depth, pc, size)
	if lo == 0 {
		return false
	}
	c.reserve(len(l.list)-int(l.move/4), int(size/ptrSize))
	for i, off := range l.list[:l.inner/4] {
		*c.word(int(off) / ptrSize) = l.want[i] + l.base(i, uintptr(unsafe.Pointer(c)), lo)
	}
	for _, off := range l.list[l.move/4:] {
		*c.word(int(off) / ptrSize) = 0
	}
	c.clearPointers(0)
	c.layout, c.lo = l, lo
	c.misses = min(c.misses, 254) + 1
	if c.ext != nil {
		c.ext.links = links{}
	}
	return true
}

// known returns a shared layout of the frames of that size that are suspended at pc, and where they are;
// or 0, and the place for that layout, if there is one left.
func (c *Core) known(depth, pc, size uintptr) (l *layout, lo uintptr, free *atomic.Pointer[layout]) {
	if l = c.layout; l.pc == pc && l.size == size && (c.ext == nil || l != &c.ext.own) { // even if it has lost its place
		if lo = l.suits(c, depth); lo != 0 {
			return l, lo, nil
		}
	}
	for i := range uint64(places) {
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
func (l *layout) suits(c *Core, depth uintptr) (lo uintptr) {
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
func describe(c *Core, depth, pc, base uintptr) (refused string) {
	d := decoders.Get().(*decoder)
	in, end := inside()
	if in != nil && in != c {
		return "yield outside the coroutine"
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
		share := !d.linked && d.size <= sharedSize
		if share && free == nil { // not each takes the place of another: chains of calls that alternate would allocate for ever
			if d.homeless += 0x9e3779b97f4a7c15; d.homeless>>60 == 0 { // one in sixteen, whatever the program's period is
				free = place(pc, d.size, d.homeless>>58)
			}
		}
		if share && free != nil {
			l = new(layout)
			d.fill(l)
			free.Store(l)
		} else {
			if c.ext == nil {
				c.ext = new(ext)
			}
			l = &c.ext.own
			d.fill(l)
		}
	}
	if l != c.layout || c.ext != nil && l == &c.ext.own {
		c.misses = min(c.misses, 254) + 1
	}
	d.save(c, l)
	decoders.Put(d)
	return ""
}

// capture copies the frames as they are, and notes where. All that it notes of the stack belongs
// together: a nosplit function that calls none that can split runs on a stack that does not move
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
	p := (*deferRecord)(defers)
	d.linked = p != nil && p.sp < top-d.end || panics != nil && uintptr(panics) < top-d.end
}

// fill makes l the layout that was decoded.
func (d *decoder) fill(l *layout) {
	l.pc, l.size, l.bp, l.call = d.pc, d.size, d.bp, 0
	l.list, l.want = l.list[:0], l.want[:0]
	add := func(pick func(m *masks) uint64) uint32 {
		for k := range d.masks {
			for m := pick(&d.masks[k]); m != 0; m &= m - 1 {
				l.list = append(l.list, uint32(ptrSize*(64*k+bits.TrailingZeros64(m))))
			}
		}
		return uint32(4 * len(l.list))
	}
	l.same = add(func(m *masks) uint64 { return m[same] &^ m[move] })
	l.own = add(func(m *masks) uint64 { return m[own] })
	l.inner = add(func(m *masks) uint64 { return m[same] & m[move] })
	l.move = add(func(m *masks) uint64 { return m[move] &^ m[same] })
	l.live = add(func(m *masks) uint64 { return m[live] })
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
func (d *decoder) save(c *Core, l *layout) {
	pointers := l.list[l.move/4:]
	c.reserve(len(pointers)+len(d.roots), len(d.words))
	copy(unsafe.Slice((*uintptr)(c.frames), len(d.words)), d.words)
	for i, off := range pointers {
		*c.pointer(i) = *(*unsafe.Pointer)(unsafe.Pointer(&d.words[off/ptrSize]))
	}
	for i, p := range d.roots {
		*c.pointer(len(pointers) + i) = p
	}
	c.clearPointers(len(pointers) + len(d.roots))
	clear(d.roots)
	d.roots = d.roots[:0]
	c.layout, c.lo = l, d.lo
	c.flags &^= flagSpecial | flagMove
	if d.linked {
		c.flags |= flagSpecial
	}
	if c.ext != nil {
		c.ext.links, d.links = d.links, links{}
	}
}

// decode finds masks, links and roots from the maps of the functions.
func (d *decoder) decode() (refused string) {
	n := int(d.size/(64*ptrSize) + 1)
	d.bad, d.cut, d.links = false, ^uintptr(0), links{}
	d.frames, d.starts, d.pending = d.frames[:0], d.starts[:0], d.pending[:0]
	d.scanned = slices.Grow(d.scanned[:0], n)[:n]
	d.masks = slices.Grow(d.masks[:0], n)[:n]
	clear(d.scanned)
	clear(d.masks)
	if refused = d.walk(); refused != "" {
		return refused
	}
	d.unmark(same, d.main+d.own.ret/ptrSize) // enter's own, which c's name in enter's frame stands for
	last := &d.masks[d.size/(64*ptrSize)]
	last[live] &= 1<<(d.size/ptrSize%64) - 1 // behind are main's arguments, which enter writes
	if d.linked {
		d.chains()
	}
	for k := range d.masks {
		for m := d.masks[k][live]; m != 0; m &= m - 1 {
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
	d.main = 0
	for off, pc := uintptr(0), d.pc; off < d.size; {
		fr := frameAt(pc, interrupted)
		if fr.refused != "" {
			return "can't suspend across " + fr.refused + "; use aco.Standalone()"
		}
		if off+fr.size > d.size {
			return "can't suspend: its frames don't end at Resume; use aco.Standalone()"
		}
		stale := fr.fp != none && d.words[(off+fr.fp)/ptrSize]-d.lo >= d.size+enterSize
		if stale && linked && !interrupted {
			return "can't suspend across " + runtime.FuncForPC(pc).Name() + ": its caller does not keep the frame pointer; use aco.Standalone()"
		}
		if len(fr.objects) > 0 {
			d.frames, d.starts = append(d.frames, fr), append(d.starts, off)
		}
		for k := range fr.masks {
			i, m := off/ptrSize+64*uintptr(k), &fr.masks[k]
			for which := range m {
				if int(i/64) < len(d.masks) {
					d.masks[i/64][which] |= m[which] << (i % 64)
				}
				if up := 64 - i%64; up < 64 && m[which]>>up != 0 && int(i/64+1) < len(d.masks) {
					d.masks[i/64+1][which] |= m[which] >> up
				}
			}
		}
		if stale && interrupted { // until Go 1.26 the runtime leaves it when the stack moves, and so do we
			d.unmark(move, (off+fr.fp)/ptrSize)
		}
		next, ret := fr.caller(d.words, off)
		if off == 0 {
			d.caller = ret
		}
		d.nested = d.main > 0 // but for the last two frames: main's, and the body's
		d.main, d.own = off/ptrSize, fr
		if fr.sig && skipped > 0 && next <= d.size {
			d.mark(move, (next-skipped)/ptrSize) // a frame pointer
		}
		off, pc, interrupted = next, ret, fr.sig
		if pc == enterPC && off+enterName < d.size && d.words[(off+enterName)/ptrSize] == 0 {
			d.mark(same, (off+enterName)/ptrSize) // of one that has ended: see disown
		} else if (pc == enterPC) != (off == d.size) {
			return "yield outside the coroutine" // another one's enter lies in between
		}
	}
	return ""
}

// visit adds word i, which holds a live pointer.
func (d *decoder) visit(i uintptr) {
	if i < d.size/ptrSize {
		d.mark(live, i)
		d.classify(i)
	}
}

// classify tells what word i is, which holds a live pointer.
func (d *decoder) classify(i uintptr) {
	switch v := d.words[i]; {
	case i == d.cut: // thaw fills it in
		d.unmark(live, i)
	case v-d.lo < d.size+enterSize:
		d.unmark(live, i)
		d.mark(same, i)
		d.mark(move, i)
		d.pending = append(d.pending, v-d.lo)
	case v-d.floor < d.top-d.floor:
		d.bad = true
	case i >= d.main && d.own.masks[(i-d.main)/64][live]>>((i-d.main)%64)&1 != 0:
		d.unmark(live, i) // what main itself has, Core.main leads to; the body's arguments are there as well
	case v == d.c: // who resumes c has it
		d.unmark(live, i)
		d.mark(own, i)
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
		for _, o := range d.frames[k].objects {
			at := d.starts[k] + o.off
			if off-at >= o.size {
				continue
			}
			if w := at / ptrSize; d.scanned[w/64]>>(w%64)&1 == 0 {
				d.scanned[w/64] |= 1 << (w % 64)
				for _, p := range o.ptrs {
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
			d.visit((r.off + unsafe.Offsetof(deferRecord{}.fn)) / ptrSize)
			continue
		}
		p := *(**deferRecord)(unsafe.Pointer(&r.heap)) // g._defer keeps it alive
		d.roots = append(d.roots, unsafe.Pointer(p))
		if uintptr(p.fn)-d.floor < d.top-d.floor {
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
	for p := (*deferRecord)(defers); p != nil && p.sp < lo+d.size; p = p.link {
		if n < len(records) {
			r := &records[n]
			r.sp = p.sp - lo
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
		at := unsafe.Add(p, panicLinkOffset)
		l.panicLink = 1 + uintptr(at) - lo
		p = *(*unsafe.Pointer)(at)
	}
	return n
}
