package aco_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// comparedIsLost says that this compiler loses a pointer that is only compared after a call: docs/proof/premises.md, P4.
var comparedIsLost = runtime.GOARCH != "arm64" && slices.ContainsFunc([]string{"go1.25", "go1.26"}, func(release string) bool {
	return strings.HasPrefix(runtime.Version(), release)
})

type compared struct{ _ int }

//go:noinline
func indexOf(s []*compared, x *compared, call func(i int)) int {
	for i, v := range s {
		call(i)
		if v == x {
			return i
		}
	}
	return -1
}

//go:noinline
func indexOfLast(call func(i int)) int {
	s := []*compared{{2}, {42}, {1}}
	return indexOf(s, s[2], call)
}

// Pointers to variables on the stack are equal if they were before, wherever the frames are: where the compiler is right.
func TestPointerOnlyCompared(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for mask := range 8 {
			got := 0
			co := aco.New(func(co *intCo, _ int) {
				got = indexOfLast(func(i int) {
					if mask>>i&1 != 0 {
						co.Yield(i)
					}
				})
			}, k.opt)
			for i, ok := 0, true; ok; i++ {
				atDepth(i*7%23, func() { _, ok = co.Resume(0) })
			}
			if got != 2 && !comparedIsLost {
				t.Errorf("mask %d: %d", mask, got)
			}
		}
	})
	// In plain Go: if this fails the premise has to be looked at anew.
	plain := make(chan int)
	go func() { plain <- indexOfLast(func(int) { use(3000) }) }()
	if got := <-plain; (got != 2) && !comparedIsLost {
		t.Errorf("in plain Go: %d", got)
	}
}
