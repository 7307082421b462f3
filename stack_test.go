package aco_test

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// Each function that waits has two lines, as in a traceback, also where there are very many.
func TestStack(t *testing.T) {
	if aco.Engine().Name != "native" {
		co := aco.New(yieldOnce)
		co.Resume(0)
		defer co.Close()
		if got := co.Stack(); got != nil {
			t.Errorf("%s", got)
		}
		return
	}
	var deep func(co *intCo, n int)
	deep = func(co *intCo, n int) {
		if n > 0 {
			deep(co, n-1)
		} else {
			co.Yield(1)
		}
		runtime.KeepAlive(&n)
	}
	for _, n := range []int{0, 1, 30, 31, 32, 33, 500} {
		co := aco.New(func(co *intCo, _ int) { deep(co, n) })
		if got := co.Stack(); got != nil {
			t.Errorf("before it has begun: %s", got)
		}
		co.Resume(0)
		got := string(co.Stack())
		if !regexp.MustCompile(`^coroutine 0x[0-9a-f]+ \[suspended\]:\n(.+\(\.\.\.\)\n\t.+\.go:\d+( \+0x[0-9a-f]+)?\n)+$`).MatchString(got) {
			t.Errorf("%d deep: %s", n, got)
		}
		if lines := strings.Count(got, "\n"); lines != 1+2*(n+3) {
			t.Errorf("%d deep: %d lines, want two for Yield, each call of deep, and the body", n, lines)
		}
		co.Resume(0)
		if got := co.Stack(); got != nil {
			t.Errorf("after its end: %s", got)
		}
	}
}

func yieldOnce(co *intCo, _ int) { co.Yield(1) }
