//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"unsafe"

	"github.com/goaco/aco/internal/frame"
)

// Enter's frame is found by the frame pointers where there are some, and else by the runtime's tables, which
// lead from frame to frame. The tables are needed on each architecture: C, and assembly that uses the frame
// pointer for something else, break its chain.

// inside returns the innermost coroutine that this goroutine runs with enter, and how far enter's
// frame for it is from the top of the stack. It returns nil if there is none. The stack may move
// meanwhile, but then distances from its top stay what they are.
func inside() (c *core, depth uintptr) {
	if c, depth = insideLinked(); c != nil {
		return c, depth
	}
	return outward(here())
}

// outward returns the same for the frames from depth bytes below the top of the stack on, the first of which goes
// on at pc. From enter's frame on, with enterPC, it finds the next one further out.
func outward(depth, pc uintptr) (*core, uintptr) {
	for interrupted := false; ; {
		f := frame.At(pc, interrupted)
		up := f.Size
		switch {
		case f.Ret == frame.None:
			pc = wordAt(depth + ptrSize)
		case f.Size == 0: // where the goroutine begins, or where stacks are switched
			return nil, 0
		default:
			pc = wordAt(depth - f.Ret)
		}
		if interrupted = f.Sig; interrupted {
			up += frame.Skipped
		}
		if up+enterSize >= depth {
			return nil, 0
		}
		depth -= up
		if pc == enterPC {
			if name := wordAt(depth - enterName); name != 0 {
				return *(**core)(unsafe.Pointer(&name)), depth
			}
		}
	}
}

// wordAt returns the word that is depth bytes below the top of the stack.
//
//go:nosplit
//go:nocheckptr
func wordAt(depth uintptr) uintptr {
	_, _, top, _, _, _ := look()
	return *at(top - depth)
}
