//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import "unsafe"

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

func hereABI()

// here returns how far its caller's frame is from the top of the stack, and where that goes on.
var here func() (depth, pc uintptr)

func init() { *(*unsafe.Pointer)(unsafe.Pointer(&here)) = unsafe.Pointer(&codes()[3]) }

const (
	enterSize = 16 // of enter's frame
	enterName = 8  // where the coroutine is in it

	skipped = 0 // what the runtime leaves free above the frame of sigpanic

	pcQuantum = 1 // of the lengths of code in the runtime's tables (internal/runtime/sys/consts.go)
)

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) parts {
	return parts{size: delta + 4, ret: delta, fp: none, locals: delta, args: delta + 4, mapped: delta > 0}
}

// inside returns the innermost coroutine that this goroutine runs with enter, and how far enter's
// frame for it is from the top of the stack: it goes from frame to frame by the runtime's tables
// to the first one that returns into enter. It returns nil if there is none. The stack may move
// meanwhile, but then distances from its top stay what they are.
func inside() (c *Core, depth uintptr) {
	depth, pc := here()
	for pc != 0 {
		size := frameAt(pc, false).size
		if size == 0 || size >= depth { // where the goroutine begins, or where stacks are switched
			break
		}
		depth -= size
		pc = wordAt(depth + 4)
		if pc == enterPC && depth > enterSize {
			if name := wordAt(depth - enterName); name != 0 {
				return *(**Core)(unsafe.Pointer(&name)), depth
			}
		}
	}
	return nil, 0
}

// wordAt returns the word that is depth bytes below the top of the stack.
//
//go:nosplit
//go:nocheckptr
func wordAt(depth uintptr) uintptr {
	_, _, top, _, _, _ := look()
	return *at(top - depth)
}

// callerOf returns where the function goes on that has its arguments at args, and where the frame
// begins of the one that called it.
//
//go:nosplit
//go:nocheckptr
func callerOf(args uintptr) (pc, sp uintptr) { return *at(args - 4), args }

// callBefore returns 0: returns are not made to be predicted here.
func callBefore(pc uintptr) uintptr { return 0 }
