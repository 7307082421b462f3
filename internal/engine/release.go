//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"runtime"
	"unsafe"
)

// All that depends on the Go release, checked against Go 1.24, 1.25 and 1.26, is here
// and in the offsets at the top of native_*.s, for all architectures: the layouts of the runtime's
// tables of functions and of its records, and how to read them. verify.go looks for each
// of them in the running program. A new release is admitted by the build constraints that
// say go1.27, after comparing what the comments name.

// gGuard is the offset of g.stackguard0 (runtime/runtime2.go). What asks a goroutine to stop makes it
// the largest address (runtime/stack.go: stackPreempt).
const gGuard = 2 * ptrSize

// A function is the runtime's description of one (runtime/runtime2.go: _func). pcdata
// and funcdata offsets follow it.
type function struct {
	entry       uint32 // from the text's start
	name        int32
	args        int32
	deferreturn uint32
	pcsp        uint32
	pcfile      uint32
	pcln        uint32
	npcdata     uint32
	cu          uint32
	startLine   int32
	funcID      uint8
	flag        uint8
	_           uint8
	nfuncdata   uint8
}

// A module holds the tables of a piece of code (runtime/symtab.go: moduledata).
type module struct {
	_      [10]uintptr
	pctab  []byte
	_      [9]uintptr
	text   uintptr
	_      [16]uintptr
	rodata unsafe.Pointer
	gofunc unsafe.Pointer
}

type funcInfo struct {
	*function
	mod *module
}

//go:linkname findfunc runtime.findfunc
func findfunc(pc uintptr) funcInfo

// A stackMap is n bitmaps of nbit bits (runtime/symtab.go: stackmap).
type stackMap struct {
	n, nbit int32
	bits    [1]byte
}

// A stackObject is an address-taken local variable (runtime/stack.go: stackObjectRecord).
type stackObject struct {
	off      int32 // from the end of the locals if negative, else from the arguments
	size     int32
	ptrBytes int32
	gcdata   uint32 // from the module's rodata
}

// A deferRecord is a deferred call that is not open-coded (runtime/runtime2.go: _defer).
type deferRecord struct {
	heap, rangefunc bool
	sp, pc          uintptr
	fn              unsafe.Pointer
	link            *deferRecord
}

// panicLinkOffset is where a panic has its link (runtime/runtime2.go: _panic): behind
// arg, before which argp was until Go 1.25.
var panicLinkOffset uintptr = 3 * unsafe.Sizeof(uintptr(0))

func init() {
	if v := runtime.Version(); len(v) > 6 && v[:6] != "go1.24" && v[:6] != "go1.25" {
		panicLinkOffset = 2 * unsafe.Sizeof(uintptr(0))
	}
}

// internal/abi/symtab.go and internal/abi/funcdata.go.
const (
	pcdataStackMapIndex = 1
	funcdataArgs        = 0
	funcdataLocals      = 1
	funcdataObjects     = 2

	flagTopFrame = 1
	flagSPWrite  = 2
	argsUnknown  = -0x80000000
)

// sigpanicName is the function that a run-time panic seems to have called. It is known by
// name, because its id differs between releases.
const sigpanicName = "runtime.sigpanic"

// table returns entry i of the offsets behind f: pcdata first, then funcdata.
func (f funcInfo) table(i uint32) uint32 {
	return *(*uint32)(unsafe.Add(unsafe.Pointer(f.function), unsafe.Sizeof(function{})+4*uintptr(i)))
}

// funcdata returns table i of f, or nil (runtime/symtab.go: funcdata).
func (f funcInfo) funcdata(i uint8) unsafe.Pointer {
	if i >= f.nfuncdata {
		return nil
	}
	off := f.table(f.npcdata + uint32(i))
	if off == ^uint32(0) {
		return nil
	}
	return unsafe.Add(f.mod.gofunc, off)
}

// entryPC returns where f begins.
func (f funcInfo) entryPC() uintptr { return f.mod.text + uintptr(f.entry) }

// value returns the value at pc in the table that starts at off in pctab, or -1
// (runtime/symtab.go: pcvalue and step).
func (f funcInfo) value(off uint32, pc uintptr) int32 {
	if off == 0 {
		return -1
	}
	p, at, val := f.mod.pctab[off:], f.entryPC(), int32(-1)
	next := func() (v uint32) {
		for shift := 0; ; shift += 7 {
			b := p[0]
			p = p[1:]
			v |= uint32(b&0x7f) << shift
			if b < 0x80 {
				return v
			}
		}
	}
	for first := true; ; first = false {
		d := next()
		if d == 0 && !first {
			return -1
		}
		val += int32(-(d & 1) ^ d>>1)
		at += uintptr(next()) * pcQuantum
		if pc < at {
			return val
		}
	}
}

// stackMapIndex returns which bitmaps describe f at pc.
func (f funcInfo) stackMapIndex(pc uintptr) int32 {
	if pcdataStackMapIndex >= f.npcdata {
		return 0
	}
	return max(f.value(f.table(pcdataStackMapIndex), pc), 0)
}

// forBits calls fn with the index of each bit set in the first n of bitmap.
func forBits(bitmap unsafe.Pointer, n int32, fn func(i int32)) {
	for i := int32(0); i < n; i++ {
		if *(*byte)(unsafe.Add(bitmap, i/8))>>(i%8)&1 != 0 {
			fn(i)
		}
	}
}
