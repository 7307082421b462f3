//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package frame

// On 386 arguments and results are on the stack, and there are no frame pointers. A frame is
//
//	| caller's frame     |
//	| arguments, results |  fp
//	+--------------------+
//	| return address     |  fp-4
//	| locals             |
//	| outgoing arguments |
//	+--------------------+  sp

// Skipped is what the runtime leaves free above the frame of sigpanic.
const Skipped = 0

// calleeArgs is where in a frame the arguments are of what it calls, if they are on the stack.
const calleeArgs = 0

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) Parts {
	return Parts{Size: delta + 4, Ret: delta, FP: None, Locals: delta, Args: delta + 4, Mapped: delta > 0}
}
