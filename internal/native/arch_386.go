//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package native

//lint:file-ignore U1000 the assembly uses what seems unused

// What differs on 386: there are no frame pointers to find enter's frame by, and no call is made again.

const (
	enterSize = 16 // of enter's frame
	enterName = 8  // where the coroutine is in it
	enterDown = 0  // how far below its SP its frame begins

	savesFP = false // whether there are frame pointers
	linked  = false // whether saved frame pointers can be relied on
)

// callerOf returns where the function goes on that has its arguments at args, and where the frame
// begins of the one that called it.
//
//go:nosplit
//go:nocheckptr
func callerOf(args uintptr) (pc, sp uintptr) { return *at(args - 4), args }

// callBefore returns 0: returns are not made to be predicted here.
func callBefore(pc uintptr) uintptr { return 0 }

// insideLinked returns nil: there are no frame pointers to go by.
func insideLinked() (c *core, depth uintptr) { return nil, 0 }

// returnAt returns where the return address is of the frame between sp and fp, as a panic has them.
//
//go:nosplit
func returnAt(sp, fp uintptr) uintptr { return fp - 4 }
