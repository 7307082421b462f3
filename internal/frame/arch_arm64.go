//go:build !ios && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package frame

// On arm64 a function saves the link register at its SP, and the frame pointer of its
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

// Skipped is what the runtime leaves free above the frame of sigpanic. The handler of a fault pushes the link
// register before it makes the function seem to have called sigpanic, and a copy of FP below it
// (runtime/signal_arm64.go: preparePanic).
const Skipped = 16

// calleeArgs is where in a frame the arguments are of what it calls, if they are on the stack.
const calleeArgs = 16

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) Parts {
	if delta == 0 { // it has not called anything, but was interrupted
		return Parts{Ret: None, FP: None, Args: 16}
	}
	return Parts{Size: delta, Ret: 8, FP: 0, Locals: delta, Args: delta + 16, Mapped: delta > 24}
}
