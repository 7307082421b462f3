//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package frame

// On amd64 a frame is
//
//	| caller's frame     |
//	| arguments          |  fp
//	+--------------------+
//	| return address     |  fp-8
//	| saved BP           |  fp-16, if the frame has any size
//	| locals             |
//	| outgoing arguments |
//	+--------------------+  sp

// Skipped is what the runtime leaves free above the frame of sigpanic.
const Skipped = 0

// calleeArgs is where in a frame the arguments are of what it calls, if they are on the stack.
const calleeArgs = 0

// shape returns where a frame has what, of a function that has pushed delta bytes.
func shape(delta uintptr) Parts {
	p := Parts{Size: delta + 8, Ret: delta, FP: None, Locals: delta, Args: delta + 8}
	if delta > 0 {
		p.FP = delta - 8
		p.Locals = p.FP
	}
	p.Mapped = p.Locals > 0
	return p
}
