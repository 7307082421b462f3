//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

// Package release is what is known of a Go release: in the files of its tables, which gen writes, where things are and how the
// runtime's tables of functions and its records are laid out; and here how to read them. The start-up check of the native
// engine looks for each of them in the running program.
package release

import "unsafe"

//go:generate go run ./gen

// A FuncInfo is a function and its module (runtime/symtab.go: funcInfo).
type FuncInfo struct {
	*Function
	mod *module
}

// FindFunc returns the function that pc is in, if there is one.
//
//go:linkname FindFunc runtime.findfunc
func FindFunc(pc uintptr) FuncInfo

// Room is how many bytes of stack a function may use without asking for more, and a little more (runtime/stack.go: stackGuard).
const Room = (StackGuard + 128 + 255) &^ 255

// SigpanicName is the function that a run-time panic seems to have called. It is known by
// name, as what else newFrame has to tell apart.
const SigpanicName = "runtime.sigpanic"

// The stubs of package reflect, by name (runtime/stkframe.go: argMapInternal).
const (
	MakeFuncName    = "reflect.makeFuncStub"
	MethodValueName = "reflect.methodValueCall"
	RetValidWord    = 4 // whether the results are valid, counted from what it stands for
)

// table returns entry i of the offsets behind f: pcdata first, then funcdata.
func (f FuncInfo) table(i uint32) uint32 {
	return *(*uint32)(unsafe.Add(unsafe.Pointer(f.Function), unsafe.Sizeof(Function{})+4*uintptr(i)))
}

// FuncData returns table i of f, or nil (runtime/symtab.go: funcdata).
func (f FuncInfo) FuncData(i uint8) unsafe.Pointer {
	if i >= f.NFuncData {
		return nil
	}
	off := f.table(f.NPCData + uint32(i))
	if off == ^uint32(0) {
		return nil
	}
	return unsafe.Add(f.mod.gofunc, off)
}

// EntryPC returns where f begins.
func (f FuncInfo) EntryPC() uintptr { return f.mod.text + uintptr(f.Entry) }

// Text returns where the code of its module begins.
func (f FuncInfo) Text() uintptr { return f.mod.text }

// Value returns the value at pc in the table that starts at off in pctab, or -1
// (runtime/symtab.go: pcvalue and step).
func (f FuncInfo) Value(off uint32, pc uintptr) int32 {
	found := int32(-1)
	f.Ranges(off, func(end uintptr, val int32) bool {
		if pc-f.EntryPC() >= end {
			return true
		}
		found = val
		return false
	})
	return found
}

// Ranges calls visit with each range of addresses that has one value in that table, until it returns false: where it ends, counted
// from where f begins, and the value.
func (f FuncInfo) Ranges(off uint32, visit func(end uintptr, val int32) (more bool)) {
	if off == 0 {
		return
	}
	p, end, val := f.mod.pctab[off:], uintptr(0), int32(-1)
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
			return
		}
		val += int32(-(d & 1) ^ d>>1)
		end += uintptr(next()) * pcQuantum
		if !visit(end, val) {
			return
		}
	}
}

// PCTable returns where table i of f is: see Value. It returns 0 if there is none.
func (f FuncInfo) PCTable(i uint32) uint32 {
	if i >= f.NPCData {
		return 0
	}
	return f.table(i)
}

// PCData returns the value at pc in table i of f, or -1 (runtime/symtab.go: pcdatavalue).
func (f FuncInfo) PCData(i uint32, pc uintptr) int32 {
	return f.Value(f.PCTable(i), pc)
}

// GCData returns the mask of the words of o that hold pointers (runtime/stack.go: stackObjectRecord.gcdata).
func (f FuncInfo) GCData(o *StackObject) unsafe.Pointer { return unsafe.Add(f.mod.rodata, o.GCData) }

// ForBits calls fn with the index of each bit set in the first n of bitmap.
func ForBits(bitmap unsafe.Pointer, n int32, fn func(i int32)) {
	for i := int32(0); i < n; i++ {
		if *(*byte)(unsafe.Add(bitmap, i/8))>>(i%8)&1 != 0 {
			fn(i)
		}
	}
}
