//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import "unsafe"

// Enter's frame is found by the frame pointers where there are some, and else by the runtime's tables, which
// lead from frame to frame. The tables are needed on each architecture: C, and assembly that uses the frame
// pointer for something else, break its chain.

// inside returns the innermost coroutine that this goroutine runs with enter, and how far enter's
// frame for it is from the top of the stack. It returns nil if there is none. The stack may move
// meanwhile, but then distances from its top stay what they are.
func inside() (c *Core, depth uintptr) {
	if c, depth = insideLinked(); c != nil {
		return c, depth
	}
	depth, pc := here()
	for interrupted := false; ; {
		f := frameAt(pc, interrupted)
		up := f.size
		switch {
		case f.ret == none:
			pc = wordAt(depth + ptrSize)
		case f.size == 0: // where the goroutine begins, or where stacks are switched
			return nil, 0
		default:
			pc = wordAt(depth - f.ret)
		}
		if interrupted = f.sig; interrupted {
			up += skipped
		}
		if up+enterSize >= depth {
			return nil, 0
		}
		depth -= up
		if pc == enterPC {
			if name := wordAt(depth - enterName); name != 0 {
				return *(**Core)(unsafe.Pointer(&name)), depth
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
