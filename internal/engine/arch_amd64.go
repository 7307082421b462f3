//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"runtime"
	"unsafe"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs between architectures: where a frame has what, how enter's frame is found, and what
// the assembly has beyond native.go's. On amd64 a frame is
//
//	| caller's frame     |
//	| arguments          |  fp
//	+--------------------+
//	| return address     |  fp-8
//	| saved BP           |  fp-16, if the frame has any size
//	| locals             |
//	| outgoing arguments |
//	+--------------------+  sp

func primed()
func hasAVX() bool

// narrow is how many bytes the assembly copies a word at a time: more in pieces, if there are registers for them.
var narrow = ^uintptr(0)

func init() {
	if hasAVX() {
		narrow = 96
	}
}

const (
	enterSize = 32 // of enter's frame, into which main's saved BP points
	enterName = 8  // where the coroutine is in it

	linked = true // whether saved frame pointers can be relied on

	skipped = 0 // what the runtime leaves free above the frame of sigpanic

	pcQuantum = 1 // of the lengths of code in the runtime's tables (internal/runtime/sys/consts.go)
)

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) parts {
	p := parts{size: delta + 8, ret: delta, fp: none, locals: delta, args: delta + 8}
	if delta > 0 {
		p.fp = delta - 8
		p.locals = p.fp
	}
	p.mapped = p.locals > 0
	return p
}

// insideLinked is inside by the frame pointers: it follows them to the first frame that returns into
// enter. It returns nil if there is none, or their chain is broken.
//
//go:nosplit
//go:nocheckptr
func insideLinked() (c *Core, depth uintptr) {
	_, floor, top, _, _, p := look()
	for p > floor && p < top {
		if *at(p + 8) == enterPC && *at(p + 16 + enterName) != 0 {
			return *(**Core)(unsafe.Pointer(at(p + 16 + enterName))), top - (p + 16)
		}
		floor, p = p, *at(p)
	}
	return nil, 0
}

// here returns how far the frame of its caller is from the top of the stack, and where that goes on.
//
//go:noinline
//go:nosplit
//go:nocheckptr
func here() (depth, pc uintptr) {
	_, _, top, _, _, p := look()
	pc, sp := callerOf(p)
	return top - sp, pc
}

// callerOf returns where the function goes on that called the one that look found the frame bp of,
// and where its frame begins.
//
//go:nosplit
//go:nocheckptr
func callerOf(bp uintptr) (pc, sp uintptr) { return *at(bp + 8), bp + 16 }

// callBefore returns the address of the instruction CALL register that ends at pc, or 0. It may be
// the end of another one: what matters is that these bytes, executed, are that instruction.
func callBefore(pc uintptr) uintptr {
	if runtime.GOOS == "openbsd" { // whose code can't be read
		return 0
	}
	b := *(*[2]byte)(unsafe.Pointer(at(pc - 2)))
	if r := b[1] &^ 7; b[0] == 0xff && r == 0xd0 && b[1] != 0xd4 && b[1] != 0xd5 {
		return pc - 2
	}
	return 0
}
