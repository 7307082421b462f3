//go:build gc && !ios && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs on arm64: a function saves the link register at its SP, and the frame pointer of its
// caller a word below it. That is the frame record, which FP points to, and so we count a frame
// from there:
//
//	| arguments          |  fp+8
//	| return address     |  fp: the caller's record
//	+--------------------+ - - - - - - - - - - - - - -
//	| saved FP           |  fp-8: the caller's record, where its frame begins
//	+--------------------+
//	| locals             |
//	| outgoing arguments |
//	| return address     |  sp
//	+--------------------+ - - - - - - - - - - - - - -
//	| saved FP           |  sp-8: this frame's record, where it begins
//
// Until Go 1.26 the runtime does not move the frame pointer that a function has saved which a fault
// interrupts. So it may be wrong, in frames further out as well, and we go by the tables; what we
// restore is as right or wrong as it was.
//
// iOS runs signal handlers on the stack of the goroutine, below SP, where thaw puts frames.

const (
	enterSize = 32 // of enter's frame
	enterName = 24 // where the coroutine is in it

	linked = false // whether saved frame pointers can be relied on

	// The handler of a fault pushes the link register before it makes the function seem to have called
	// sigpanic, and a copy of FP below it (runtime/signal_arm64.go: preparePanic).
	skipped = 16

	pcQuantum = 4 // of the lengths of code in the runtime's tables (internal/runtime/sys/consts.go)
)

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) parts {
	if delta == 0 { // it has not called anything, but was interrupted
		return parts{ret: none, fp: none, args: 16}
	}
	return parts{size: delta, ret: 8, fp: 0, locals: delta, args: delta + 16, mapped: delta > 24}
}

// callerOf returns where the function goes on that called the one that look found the record fp of,
// and where its frame begins.
//
//go:nosplit
//go:nocheckptr
func callerOf(fp uintptr) (pc, begin uintptr) { return *at(fp + 8), *at(fp) }

// callBefore returns 0: returns are not made to be predicted here.
func callBefore(pc uintptr) uintptr { return 0 }

// insideLinked returns nil: there are no frame pointers to go by.
func insideLinked() (c *Core, depth uintptr) { return nil, 0 }
