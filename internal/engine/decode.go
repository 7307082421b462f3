//go:build gc && amd64 && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

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
// because a pointer leads to them. It works on a copy of the frames (Core.frames), and
// whatever it does not understand it refuses, before anything has changed.
//
//	| caller's frame     |
//	| arguments          |  fp: described by the callee's map of arguments
//	+--------------------+
//	| return address     |  fp-8
//	| saved BP           |  fp-16, if the frame has any size
//	| locals             |  described by the map of locals, which ends here
//	| outgoing arguments |
//	+--------------------+  sp

// A frame is what is known of all frames of a function that are suspended at one pc.
type frame struct {
	key     uintptr
	size    uintptr     // from sp to the caller's sp
	sig     bool        // the function is sigpanic: its caller will continue elsewhere, if at all
	masks   [][3]uint64 // of all that is known without looking at the words, counted from sp
	objects []object
	refused string // why it can't be moved
}

// An object is a local variable that pointers may lead to.
type object struct {
	off, size uintptr  // in bytes, from sp
	ptrs      []uint32 // its words that hold pointers, counted from sp
}

// cache remembers frames by their pc. Entries are only ever replaced, never changed; there
// are so many slots that a program's suspension points hardly ever share one.
var cache [1 << 13]atomic.Pointer[frame]

// frameAt returns the frame of the function suspended at pc. interrupted says that the
// function did not call anything there, but was interrupted by a run-time panic.
func frameAt(pc uintptr, interrupted bool) *frame {
	key := pc << 1
	if interrupted {
		key |= 1
	}
	slot := &cache[(uint64(key)*0x9e3779b97f4a7c15)>>51]
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
	switch {
	case f.flag&flagTopFrame != 0:
		return refuse("it is where a goroutine begins")
	case f.flag&flagSPWrite != 0:
		return refuse("it switches stacks")
	case strings.HasPrefix(name, "runtime/secret."):
		return refuse("its frames must not be copied")
	case f.args == argsUnknown:
		return refuse("its arguments have no static map")
	}
	delta := f.value(f.pcsp, pc)
	if delta < 0 || delta%8 != 0 {
		return refuse("its size is unknown")
	}
	fr.size = uintptr(delta) + 8
	fr.masks = make([][3]uint64, (fr.size+511)/512)
	set := func(which int, w uintptr) {
		if int(w/64) == len(fr.masks) { // an argument
			fr.masks = append(fr.masks, [3]uint64{})
		}
		fr.masks[w/64][which] |= 1 << (w % 64)
	}
	set(same, fr.size/8-1) // the return address
	locals := fr.size - 8  // where they end, from sp
	if delta > 0 {
		locals -= 8
		set(move, locals/8) // the caller's BP
	}
	at := pc - 1 // in the call
	if interrupted {
		if f.deferreturn == 0 {
			return fr // never continues: nothing in it is live
		}
		at = f.entryPC() + uintptr(f.deferreturn)
	}
	index := f.stackMapIndex(at)
	words := func(which uint8, end func(m *stackMap) uintptr) bool {
		m := (*stackMap)(f.funcdata(which))
		if m == nil || m.n <= 0 || m.nbit > 0 && index >= m.n {
			return false
		}
		if m.nbit > 0 {
			start := end(m)
			forBits(unsafe.Add(unsafe.Pointer(&m.bits), index*((m.nbit+7)/8)), m.nbit, func(i int32) {
				set(live, start/8+uintptr(i))
			})
		}
		return true
	}
	if locals > 0 && !words(funcdataLocals, func(m *stackMap) uintptr { return locals - 8*uintptr(m.nbit) }) {
		return refuse("its locals have no map")
	}
	if f.args > 0 && !words(funcdataArgs, func(m *stackMap) uintptr { return fr.size }) {
		return refuse("its arguments have no map")
	}
	if p := f.funcdata(funcdataObjects); p != nil {
		for _, o := range unsafe.Slice((*stackObject)(unsafe.Add(p, 8)), *(*uintptr)(p)) {
			base := locals
			if o.off >= 0 {
				base = fr.size
			}
			ob := object{off: base + uintptr(int(o.off)), size: uintptr(o.size)}
			forBits(unsafe.Add(f.mod.rodata, o.gcdata), o.ptrBytes/8, func(i int32) {
				ob.ptrs = append(ob.ptrs, uint32(ob.off/8)+uint32(i))
			})
			fr.objects = append(fr.objects, ob)
		}
	}
	return fr
}

// A decoder is the state of one decoding; they are reused.
type decoder struct {
	c       *Core
	frames  []*frame         // those that have objects
	starts  []uintptr        // their offsets
	pending []uintptr        // offsets in the frames that live pointers lead to
	scanned []uint64         // a bit a word: an object that starts there has been scanned
	cut     uintptr          // the word that links to the resumer's panic, or ^0
	floor   uintptr          // bottom of the stack at the time of capture
	roots   []unsafe.Pointer // defer records in the heap
	main    uintptr          // the first word of main's frame
	bad     bool             // a pointer leads to the resumer's frames
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// A template is the frames that a coroutine had when it was first suspended at a place through
// certain calls, with their masks. They hold for all frames whose words in the mask same are the
// same, and whose live pointers are not into the stack.
type template struct {
	pc, lo, size uintptr
	block        []uintptr
}

var templates [1 << 12]atomic.Pointer[template]

// fits reports whether t holds for the copy of c's frames, which were on a stack that begins at
// floor. If it does its masks are c's.
func (t *template) fits(c *Core, floor uintptr) bool {
	if t == nil || t.pc != c.pc || t.size != c.size {
		return false
	}
	words := uintptr(len(t.block)) - t.size/8
	frames := unsafe.Pointer(&t.block[words])
	for i, w := range each(frames, t.size, same) {
		v := *w
		if *mask(frames, i, move)>>(i%64)&1 != 0 {
			v += c.lo - t.lo
		}
		if *c.word(i) != v {
			return false
		}
	}
	for i := range each(frames, t.size, live) {
		if *c.word(i)-floor < c.hi-floor {
			return false
		}
	}
	copy(c.block(), t.block[:words])
	return true
}

// describe fills in c's frames, masks, ptrs and links. It returns "", or why c can't be suspended.
func describe(c *Core) (refused string) {
	linked := c.linked()
	floor := c.capture()
	slot := &templates[(uint64(c.pc+c.size)*0x9e3779b97f4a7c15)>>52]
	if t := slot.Load(); !linked && t.fits(c, floor) {
		c.keep(nil)
		return ""
	}
	c.misses = min(c.misses, 254) + 1
	refused = decode(c, floor, linked)
	// A template is never replaced: chains of calls that alternate would allocate for ever. And
	// chains that are deep are too many: remembering each would cost more than it saves.
	if refused == "" && !linked && c.size <= 1024 && slot.Load() == nil {
		slot.Store(&template{c.pc, c.lo, c.size, slices.Clone(c.block())})
	}
	return refused
}

// decode finds the masks, ptrs and links from the maps of the functions.
func decode(c *Core, floor uintptr, linked bool) (refused string) {
	d := decoders.Get().(*decoder)
	d.c, d.floor, d.bad, d.cut = c, floor, false, ^uintptr(0)
	d.frames, d.starts, d.pending = d.frames[:0], d.starts[:0], d.pending[:0]
	d.scanned = slices.Grow(d.scanned[:0], int(c.size/512+1))[:c.size/512+1]
	clear(d.scanned)
	b := c.block()
	clear(b[:uintptr(len(b))-c.size/8])
	if refused = d.walk(); refused == "" {
		*mask(c.frames, c.size/8-1, same) &^= 1 << ((c.size/8 - 1) % 64) // enter's own, as capture left it
		if n := c.size / 8 % 64; n > 0 {
			*mask(c.frames, c.size/8, live) &= 1<<n - 1 // behind are main's arguments, which enter writes
		}
		if linked {
			d.chains()
		}
		for i := range each(c.frames, c.size, live) {
			d.classify(i)
		}
		for len(d.pending) > 0 {
			off := d.pending[len(d.pending)-1]
			d.pending = d.pending[:len(d.pending)-1]
			d.scan(off)
		}
		c.keep(d.roots)
		if d.bad {
			refused = "can't suspend: a pointer leads to the resumer's frames; use aco.Standalone()"
		}
	}
	clear(d.roots)
	d.roots, d.c = d.roots[:0], nil
	decoders.Put(d)
	return refused
}

// walk lists the frames and marks the words of their linkage.
func (d *decoder) walk() string {
	c := d.c
	interrupted := false
	for off, pc := uintptr(0), c.pc; off < c.size; {
		fr := frameAt(pc, interrupted)
		if fr.refused != "" {
			return "can't suspend across " + fr.refused + "; use aco.Standalone()"
		}
		if off+fr.size > c.size {
			return "can't suspend: its frames don't end at Resume; use aco.Standalone()"
		}
		if len(fr.objects) > 0 {
			d.frames, d.starts = append(d.frames, fr), append(d.starts, off)
		}
		for k := range fr.masks {
			i, m := off/8+64*uintptr(k), &fr.masks[k]
			d.add(i, m[same]<<(i%64), m[live]<<(i%64), m[move]<<(i%64))
			if up := 64 - i%64; up < 64 {
				d.add(i+64, m[same]>>up, m[live]>>up, m[move]>>up)
			}
		}
		d.main = off / 8
		off += fr.size
		pc, interrupted = *c.word(off/8 - 1), fr.sig
		if pc == enterPC && off+8 < c.size && *c.word(off/8 + 1) == 0 {
			*mask(c.frames, off/8+1, same) |= 1 << ((off/8 + 1) % 64) // of one that has ended: see disown
		} else if (pc == enterPC) != (off == c.size) {
			return "yield outside the coroutine" // another one's enter lies in between
		}
	}
	return ""
}

// add adds to the masks in which word i is, unless main's arguments begin before.
func (d *decoder) add(i uintptr, s, l, m uint64) {
	if i/64*512 < d.c.size {
		p := (*[3]uint64)(unsafe.Pointer(mask(d.c.frames, i, 0)))
		p[same], p[live], p[move] = p[same]|s, p[live]|l, p[move]|m
	}
}

// visit adds word i, which holds a live pointer.
func (d *decoder) visit(i uintptr) {
	if i < d.c.size/8 {
		*mask(d.c.frames, i, live) |= 1 << (i % 64)
		d.classify(i)
	}
}

// classify tells what word i is, which holds a live pointer.
func (d *decoder) classify(i uintptr) {
	c, bit := d.c, uint64(1)<<(i%64)
	switch v := *c.word(i); {
	case i == d.cut: // thaw fills it in
		*mask(c.frames, i, live) &^= bit
	case v-c.lo < c.size+enterSize:
		*mask(c.frames, i, live) &^= bit
		*mask(c.frames, i, same) |= bit
		*mask(c.frames, i, move) |= bit
		d.pending = append(d.pending, v-c.lo)
	case v-d.floor < c.hi-d.floor:
		d.bad = true
	case i >= d.main: // what main's frame points to, Core.main and End keep alive
		*mask(c.frames, i, live) &^= bit
	}
}

// enterSize is the size of enter's frame, into which main's saved BP points.
const enterSize = 32

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
			if w := at / 8; d.scanned[w/64]>>(w%64)&1 == 0 {
				d.scanned[w/64] |= 1 << (w % 64)
				for _, p := range o.ptrs {
					d.visit(d.starts[k]/8 + uintptr(p))
				}
			}
			return
		}
	}
}

// keep copies the live pointers to where the collector sees them, and the roots behind them.
// The stores have write barriers; until c is suspended its stack holds the pointers as well.
func (c *Core) keep(roots []unsafe.Pointer) {
	n := len(roots)
	for b := uintptr(0); 8*b < c.size; b += 64 {
		n += bits.OnesCount64(*mask(c.frames, b, live))
	}
	if cap(c.ptrs) < n {
		c.ptrs = make([]unsafe.Pointer, n)
	}
	clear(c.ptrs[min(n, len(c.ptrs)):])
	c.ptrs = c.ptrs[:n]
	k := 0
	for _, w := range each(c.frames, c.size, live) {
		c.ptrs[k] = *(*unsafe.Pointer)(unsafe.Pointer(w))
		k++
	}
	copy(c.ptrs[k:], roots)
}

// chains finds the coroutine's defers, and its panics. A record of a defer is a root: what its
// function captured may be reachable from nowhere else. So is the innermost panic.
func (d *decoder) chains() {
	c := d.c
	n, _ := collect(c, nil)
	l := &links{records: make([]record, n)}
	_, p := collect(c, l.records)
	l.panicHead, l.panicLink = p.panicHead, p.panicLink
	c.links, c.special = l, true
	if l.panicLink != 0 {
		d.cut = l.panicLink / 8
		d.pending = append(d.pending, l.panicHead)
	}
	for _, r := range l.records {
		if r.heap == 0 {
			d.visit((r.off + unsafe.Offsetof(deferRecord{}.fn)) / 8)
			continue
		}
		p := *(**deferRecord)(unsafe.Pointer(&r.heap)) // g._defer keeps it alive
		d.roots = append(d.roots, unsafe.Pointer(p))
		if uintptr(p.fn)-d.floor < c.hi-d.floor {
			d.bad = true
		}
	}
}

// collect reads the goroutine's chains down to the resumer's part. It returns how many
// defer records there are, of which it fills in as many as records has, and where the
// panics are. All offsets are from lo, wherever the frames are now: a nosplit function that
// calls none that can split runs on a stack that does not move (runtime/stack.go:
// isShrinkStackSafe).
//
//go:nosplit
func collect(c *Core, records []record) (n int, l links) {
	_, _, top, defers, panics, _ := look()
	lo := top - c.hi + c.lo
	for p := (*deferRecord)(defers); p != nil && p.sp < lo+c.size; p = p.link {
		if n < len(records) {
			r := &records[n]
			r.sp = p.sp - lo
			if at := uintptr(unsafe.Pointer(p)); at-lo < c.size {
				r.off = at - lo
			} else {
				r.heap = at
			}
		}
		n++
	}
	for p := panics; uintptr(p)-lo < c.size; {
		if l.panicLink == 0 {
			l.panicHead = uintptr(p) - lo
		}
		at := unsafe.Add(p, panicLinkOffset)
		l.panicLink = 1 + uintptr(at) - lo
		p = *(*unsafe.Pointer)(at)
	}
	return n, l
}
