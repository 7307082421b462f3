//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs on 386: arguments and results are on the stack, and there are no frame pointers. A
// frame is
//
//	| caller's frame     |
//	| arguments, results |  fp
//	+--------------------+
//	| return address     |  fp-4
//	| locals             |
//	| outgoing arguments |
//	+--------------------+  sp

const (
	enterSize = 16 // of enter's frame
	enterName = 8  // where the coroutine is in it

	linked = false // whether saved frame pointers can be relied on

	skipped = 0 // what the runtime leaves free above the frame of sigpanic

	pcQuantum = 1 // of the lengths of code in the runtime's tables (internal/runtime/sys/consts.go)
)

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) parts {
	return parts{size: delta + 4, ret: delta, fp: none, locals: delta, args: delta + 4, mapped: delta > 0}
}

// callerOf returns where the function goes on that has its arguments at args, and where the frame
// begins of the one that called it.
//
//go:nosplit
//go:nocheckptr
func callerOf(args uintptr) (pc, sp uintptr) { return *at(args - 4), args }

// callBefore returns 0: returns are not made to be predicted here.
func callBefore(pc uintptr) uintptr { return 0 }

// insideLinked returns nil: there are no frame pointers to go by.
func insideLinked() (c *Core, depth uintptr) { return nil, 0 }
