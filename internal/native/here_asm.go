//go:build (386 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import "unsafe"

//lint:file-ignore U1000 the assembly uses what seems unused

// here returns how far the frame of its caller is from the top of the stack, and where that goes on.
var here func() (depth, pc uintptr)

func hereABI()
func hereCode() *uintptr

func init() { *(*unsafe.Pointer)(unsafe.Pointer(&here)) = unsafe.Pointer(hereCode()) }
