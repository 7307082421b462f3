//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

// Package frame is what a frame is: where it has what, and which of its words hold pointers, by the tables that
// the compiler made for the runtime: runtime/stkframe.go: getStackMap for the words that are live by name,
// runtime/mgcmark.go: scanstack for the variables that are live because a pointer leads to them. What it does not
// understand it refuses. Where a frame has what depends on the architecture: see shape.
package frame

import (
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

const ptrSize = 4 << (^uintptr(0) >> 63) // of a word, in bytes

// Parts are the parts of a frame, as offsets from where it begins.
type Parts struct {
	Size   uintptr // of the frame
	Ret    uintptr // where the return address is, or None
	FP     uintptr // where a frame pointer is saved, or None
	Locals uintptr // where the locals end, which the map of locals describes
	Args   uintptr // where the arguments begin, in a frame further out: the map of arguments describes them
	Mapped bool    // there must be a map of locals
}

// None is the offset of what a frame does not have.
const None = ^uintptr(0)

// A Frame is what is known of all frames of a function that are suspended at one pc.
type Frame struct {
	key uint64
	Parts
	Sig     bool    // the function is sigpanic: its caller will continue elsewhere, if at all
	Defers  bool    // the function has deferred functions, in some of its calls at least
	Bits    uintptr // where the byte is that has a bit for each of them that is still to be run, or None if they have records
	Slots   uintptr // where the func values are of those that have a bit
	Stub    uintptr // where the function begins, if it is package reflect's: see Reflected
	Masks   []Masks // of all that is known without looking at the words, counted from where it begins
	Objects []Object
	Refused string // why it can't be moved
}

// Masks of 64 words have a bit for each word that is the same whenever the layout is, that the
// collector must see, that moves with the frames, and that is the coroutine's address.
type Masks [4]uint64

const Same, Live, Move, Own = 0, 1, 2, 3

// An Object is a local variable that pointers may lead to.
type Object struct {
	Off, Size uintptr  // in bytes, from where the frame begins
	Ptrs      []uint32 // its words that hold pointers, counted from there as well
}

// cache remembers frames by their pc. Entries are only ever replaced, never changed; there
// are so many slots that a program's suspension points hardly ever share one.
var cache [1 << 13]atomic.Pointer[Frame]

// frameAt returns the frame of the function suspended at pc. interrupted says that the
// function did not call anything there, but was interrupted by a run-time panic.
func At(pc uintptr, interrupted bool) *Frame {
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

// Forget lets go of all that is remembered.
func Forget() {
	for i := range cache {
		cache[i].Store(nil)
	}
}

// newFrame reads the runtime's tables for pc.
func newFrame(pc uintptr, interrupted bool) *Frame {
	f := release.FindFunc(pc)
	if f.Function == nil {
		return &Frame{Refused: "a frame that is not Go's: it has no map"}
	}
	name := runtime.FuncForPC(f.EntryPC()).Name()
	fr := &Frame{Sig: name == release.SigpanicName, Defers: f.DeferReturn != 0, Bits: None}
	refuse := func(why string) *Frame {
		fr.Refused = name + ": " + why
		return fr
	}
	delta := f.Value(f.PCSP, pc)
	sized := delta >= 0 && delta%ptrSize == 0 && f.Flag&release.FlagTopFrame == 0
	if sized {
		fr.Parts = shape(uintptr(delta)) // inside passes frames that are refused
	}
	switch {
	case f.Flag&release.FlagTopFrame != 0:
		return refuse("it is where a goroutine begins")
	case f.Flag&release.FlagSPWrite != 0:
		return refuse("it switches stacks")
	case strings.HasPrefix(name, "runtime/secret."):
		return refuse("its frames must not be copied")
	}
	if !sized {
		return refuse("its size is unknown")
	}
	dead := interrupted && f.DeferReturn == 0 // it never continues: nothing in it is live
	if f.Args == release.ArgsUnknown && !dead {
		if interrupted || name != release.MakeFuncName && name != release.MethodValueName {
			return refuse("its arguments have no static map")
		}
		fr.Stub = f.EntryPC()
	}
	if p := f.FuncData(release.FuncDataDefers); p != nil {
		fr.Bits, p = below(fr.Locals, p)
		fr.Slots, _ = below(fr.Locals, p)
		if fr.Slots%ptrSize != 0 || fr.Slots > fr.Size || fr.Bits > fr.Size {
			return refuse("its deferred functions are not in its frame")
		}
	}
	fr.Masks = make([]Masks, (fr.Size+64*ptrSize-1)/(64*ptrSize))
	set := func(which int, off uintptr) {
		w := off / ptrSize
		for int(w/64) >= len(fr.Masks) { // an argument
			fr.Masks = append(fr.Masks, Masks{})
		}
		fr.Masks[w/64][which] |= 1 << (w % 64)
	}
	if fr.Ret != None {
		set(Same, fr.Ret)
	}
	if fr.FP != None {
		set(Move, fr.FP)
	}
	at := pc - 1 // in the call
	if dead {
		return fr
	}
	if interrupted {
		at = f.EntryPC() + uintptr(f.DeferReturn)
	}
	index := max(f.PCData(release.PCDataStackMapIndex, at), 0) // which bitmaps describe f there
	words := func(which uint8, size uintptr, begin func(m *release.StackMap) uintptr) bool {
		m := (*release.StackMap)(f.FuncData(which))
		if m == nil || m.N <= 0 || m.NBit > 0 && index >= m.N || int64(m.NBit)*ptrSize > int64(size) {
			return false
		}
		if m.NBit > 0 {
			start := begin(m)
			release.ForBits(unsafe.Add(unsafe.Pointer(&m.Bits), index*((m.NBit+7)/8)), m.NBit, func(i int32) {
				set(Live, start+ptrSize*uintptr(i))
			})
		}
		return true
	}
	if fr.Mapped && !words(release.FuncDataLocals, fr.Locals, func(m *release.StackMap) uintptr { return fr.Locals - ptrSize*uintptr(m.NBit) }) {
		return refuse("its locals have no map")
	}
	if f.Args > 0 && !words(release.FuncDataArgs, uintptr(f.Args), func(*release.StackMap) uintptr { return fr.Args }) {
		return refuse("its arguments have no map")
	}
	if fr.Stub != 0 && release.RegInts > 0 {
		fr.Objects = []Object{registers(fr.Locals)}
	}
	if p := f.FuncData(release.FuncDataObjects); p != nil {
		for _, o := range unsafe.Slice((*release.StackObject)(unsafe.Add(p, ptrSize)), *(*uintptr)(p)) {
			base := fr.Locals
			if o.Off >= 0 {
				base = fr.Args
			}
			ob := Object{Off: base + uintptr(int(o.Off)), Size: uintptr(o.Size)}
			if end := ob.Off + ob.Size; ob.Off > end || end > max(fr.Size, fr.Args+uintptr(f.Args)) || o.PtrBytes > o.Size {
				return refuse("its variables are not in its frame")
			}
			release.ForBits(f.GCData(&o), o.PtrBytes/ptrSize, func(i int32) {
				ob.Ptrs = append(ob.Ptrs, uint32(ob.Off/ptrSize)+uint32(i))
			})
			fr.Objects = append(fr.Objects, ob)
		}
	}
	return fr
}

// below reads a distance from where a frame's locals end, and returns what is there, and where the next one is (cmd/compile/internal/ssagen/ssa.go:
// emitOpenDeferInfo; runtime/panic.go: readvarintUnsafe).
func below(locals uintptr, p unsafe.Pointer) (off uintptr, next unsafe.Pointer) {
	for shift := 0; ; shift += 7 {
		b := *(*byte)(p)
		p = unsafe.Add(p, 1)
		off += uintptr(b&0x7f) << shift
		if b < 0x80 {
			return locals - off, p
		}
	}
}

// Two stubs of package reflect have arguments of any types, and so no static map. What they stand for, the first of
// the arguments of what they call, has it (runtime/stkframe.go: argMapInternal). Its results come behind the arguments,
// and are valid if a word of the stub's says so.

// Reflected returns the words of a stub's frame that its map depends on, counted from where it begins: what it stands
// for, and whether its results are valid.
func Reflected() (what, valid uintptr) {
	return calleeArgs / ptrSize, calleeArgs/ptrSize + release.RetValidWord
}

// ReflectedArgs calls live with each live word of the arguments of fr, a stub that stands for what, counted from where
// the frame begins, if its frame and all of its arguments have at most max bytes. It reports false if what is something else.
func (fr *Frame) ReflectedArgs(what *release.Reflected, valid bool, max uintptr, live func(i uintptr)) bool {
	if what.Entry != fr.Stub || what.Stack.N < 0 || fr.Args+uintptr(what.Stack.N)*ptrSize > max {
		return false
	}
	n := what.Stack.N
	if !valid {
		n = min(n, int32(what.ArgLen/ptrSize))
	}
	release.ForBits(what.Stack.Bits, n, func(i int32) { live(fr.Args/ptrSize + uintptr(i)) })
	return true
}

// registers is the variable of a stub, whose locals end at locals, for the registers of its arguments and results
// (internal/abi/abi.go: RegArgs). Only the function's name tells that it is there (runtime/stkframe.go:
// methodValueCallFrameObjs).
func registers(locals uintptr) Object {
	const size = release.RegInts*ptrSize + release.RegFloats*8 + release.RegInts*ptrSize + (release.RegInts+7)/8
	ob := Object{Size: (size + 7) &^ 7}
	ob.Off = locals - ob.Size
	for i := range uint32(release.RegInts) {
		ob.Ptrs = append(ob.Ptrs, uint32(ob.Off+release.RegInts*ptrSize+release.RegFloats*8)/ptrSize+i)
	}
	return ob
}

// Caller returns where the frame begins that called fr, which begins at off, and where it goes on.
func (fr *Frame) Caller(words []uintptr, off uintptr) (up, pc uintptr) {
	up = off + fr.Size
	if fr.Ret != None {
		pc = words[(off+fr.Ret)/ptrSize]
	} else { // it was interrupted
		pc = words[off/ptrSize-1]
	}
	if fr.Sig {
		up += Skipped
	}
	return up, pc
}
