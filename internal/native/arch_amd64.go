//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package native

import (
	"runtime"
	"unsafe"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs between architectures: how enter's frame is found, and what the assembly has beyond native.go's.

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
	enterDown = 0  // how far below its SP its frame begins

	savesFP = true // whether there are frame pointers
	linked  = true // whether saved frame pointers can be relied on

	maxInts, maxFloats = 9, 15 // registers for arguments, and for results

	resultsAt = 32 // where results are that its caller has room for, from enter's frame

	callSize     = 8   // what a call takes of the stack
	refreezeSize = 56  // what refreeze does
	barrierSize  = 192 // and a write barrier (runtime/asm_amd64.s: gcWriteBarrier; runtime/mwbbuf.go: wbBufFlush)
)

// insideLinked is inside by the frame pointers: it follows them to the first frame that returns into
// enter. It returns nil if there is none, or their chain is broken.
//
//go:nosplit
//go:nocheckptr
func insideLinked() (c *core, depth uintptr) {
	_, floor, top, _, _, p := look()
	for p > floor && p < top {
		if *at(p + 8) == enterPC && *at(p + 16 + enterName) != 0 {
			return *(**core)(unsafe.Pointer(at(p + 16 + enterName))), top - (p + 16)
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

// returnAt returns where the return address is of the frame between sp and fp, as a panic has them.
//
//go:nosplit
func returnAt(sp, fp uintptr) uintptr { return fp - 8 }

// A pulledCode has the addresses of what the assembly has for pulled sequences.
type pulledCode struct {
	next, stop, exitStack, exitWide, exitKept uintptr

	give, exit [10]uintptr // by the number of registers for integers
}

// giveOf and exitOf return the codes for values in so many integer registers.
func (t *pulledCode) giveOf(ints int) uintptr { return t.give[ints] }
func (t *pulledCode) exitOf(ints int) uintptr { return t.exit[ints] }

func give0()
func give1()
func give2()
func give3()
func give4()
func give5()
func give6()
func give7()
func give8()
func give9()
func exit0()
func exit1()
func exit2()
func exit3()
func exit4()
func exit5()
func exit6()
func exit7()
func exit8()
func exit9()
