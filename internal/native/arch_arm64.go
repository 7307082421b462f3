//go:build !ios && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs on arm64: enter's frame is found by the tables, since a saved frame pointer may be wrong
// (internal/frame says when), and no call is made again.
//
// iOS runs signal handlers on the stack of the goroutine, below SP, where thaw puts frames.

const (
	enterSize = 32 // of enter's frame
	enterName = 24 // where the coroutine is in it
	enterDown = 8  // how far below its SP its frame begins

	savesFP = true  // whether there are frame pointers
	linked  = false // whether saved frame pointers can be relied on

	maxInts, maxFloats = 16, 16 // registers for arguments, and for results

	resultsAt = 48 // where results are that its caller has room for, from enter's frame

	callSize     = 0   // what a call takes of the stack
	refreezeSize = 64  // what refreeze does
	barrierSize  = 280 // and a write barrier (runtime/asm_arm64.s: gcWriteBarrier; runtime/mwbbuf.go: wbBufFlush)
)

// callerOf returns where the function goes on that called the one that look found the record fp of,
// and where its frame begins.
//
//go:nosplit
//go:nocheckptr
func callerOf(fp uintptr) (pc, begin uintptr) { return *at(fp + 8), *at(fp) }

// callBefore returns 0: returns are not made to be predicted here.
func callBefore(pc uintptr) uintptr { return 0 }

// insideLinked returns nil: there are no frame pointers to go by.
func insideLinked() (c *core, depth uintptr) { return nil, 0 }

// returnAt returns where the return address is of the frame between sp and fp, as a panic has them.
//
//go:nosplit
func returnAt(sp, fp uintptr) uintptr { return sp }

// A pulledCode has the addresses of what the assembly has for pulled sequences.
type pulledCode struct {
	next, stop, exitStack, exitWide, exitKept, give, exit uintptr
}

// giveOf and exitOf return the codes for values in so many integer registers: it has one for all.
func (t *pulledCode) giveOf(int) uintptr { return t.give }
func (t *pulledCode) exitOf(int) uintptr { return t.exit }

func giveABI()
func exitWords()
