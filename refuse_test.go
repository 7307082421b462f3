//go:build cgo

package aco_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/internal/ccall"
)

// Where a frame that can't be moved lies between Resume and Yield, as of C, suspension is refused and nothing has
// changed; on a standalone coroutine it works, where there is a hand-over.
func TestRefusal(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		if !k.native && aco.Engine().Standalone != "hand-over" {
			return // iter.Pull stops the program: see Standalone
		}
		co := aco.New(func(co *intCo, _ int) {
			p := heapInt(3)
			for range 3 {
				var got int
				r := panicOf(func() { ccall.Through(func() { got = co.Yield(5) }) })
				if k.native {
					msg, _ := r.(string)
					if !strings.HasPrefix(msg, "aco: can't suspend across runtime.cgocallback") || !strings.HasSuffix(msg, "; use aco.Standalone()") {
						t.Errorf("panic %v", r)
					}
					got = co.Yield(5)
				} else if r != nil {
					t.Errorf("panic %v", r)
				}
				if got != 6 || *p != 3 {
					t.Errorf("Yield returned %d, *p is %d", got, *p)
				}
			}
		}, k.opt)
		for range 3 {
			wantResume(t, co, 6, 5, true)
			runtime.GC()
		}
		wantResume(t, co, 6, 0, false)
	})
}
