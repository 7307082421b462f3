//go:build linux

package aco_test

import (
	"crypto/md5"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
)

// A panic may come through frames that break the chain of frame pointers: here, of assembly that uses BP for
// something else when it faults. C does, too. The coroutine ends all the same, and so does one around it.
func TestPanicThroughAssembly(t *testing.T) {
	memory, err := syscall.Mmap(-1, 0, 1<<16, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(memory)
	eachKind(t, func(t *testing.T, k kind) {
		fault := func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			md5.Sum(memory)
		}
		outer := aco.New(func(outer *intCo, _ int) {
			inner := aco.New(func(inner *intCo, _ int) {
				inner.Yield(1)
				fault()
			}, k.opt)
			wantResume(t, inner, 0, 1, true)
			if panicOf(func() { inner.Resume(0) }) == nil {
				t.Error("no fault")
			}
			wantStatus(t, inner, aco.Done)
			wantResume(t, inner, 0, 0, false)
			outer.Yield(2)
			fault()
		}, k.opt)
		wantResume(t, outer, 0, 2, true)
		if panicOf(func() { outer.Resume(0) }) == nil {
			t.Error("no fault")
		}
		wantStatus(t, outer, aco.Done)
		wantResume(t, outer, 0, 0, false)
	})
}

// A deferred function may yield while the panic of a fault is in progress, across the frame that faulted: of a
// function without defers, after the stack has moved, and of assembly.
func TestYieldAcrossFault(t *testing.T) {
	for name, fault := range map[string]func(){
		"function": func() { faultsInFrame(nil, 1) },
		"assembly": func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			nowhere := [2]uintptr{8, 500}
			strings.IndexByte(*(*string)(unsafe.Pointer(&nowhere)), 'x')
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				end := endOf(t, func() { // on a goroutine whose stack has yet to grow
					co := aco.New(func(co *intCo, _ int) {
						defer func() {
							growsBy(60)
							co.Yield(1)
							growsBy(90)
							co.Yield(2)
							if recover() == nil {
								t.Error("no fault")
							}
						}()
						fault()
					}, k.opt)
					wantResume(t, co, 0, 1, true)
					wantResume(t, co, 0, 2, true)
					wantResume(t, co, 0, 0, false)
				})
				if end != "return" {
					t.Error(end)
				}
			})
		})
	}
}

//go:noinline
func growsBy(n int) byte {
	var a [1024]byte
	if n > 0 {
		a[n%1024] = growsBy(n - 1)
	}
	return a[n/2%1024]
}

//go:noinline
func faultsInFrame(p *[4]int, n int) int {
	s := growsBy(0)
	return p[n&3] + int(s)
}

// A body that moves to a goroutine of its own takes along whether a fault is a panic.
func TestFaultAfterMove(t *testing.T) {
	memory, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(memory)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(false))
	faulted := 0
	next, stop := aco.Pull(func(yield func(int) bool) {
		debug.SetPanicOnFault(true)
		largeFrames(5, func() {
			yield(1)
			if panicOf(func() { memory[0]++ }) != nil { // or else the process ends
				faulted++
			}
		})
	})
	for range 5 {
		next()
	}
	stop()
	if faulted != 4 {
		t.Errorf("%d faults", faulted)
	}
}
