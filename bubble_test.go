package aco_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/goaco/aco"
)

// In a bubble of testing/synctest a body lives in the bubble, and has its time.
func TestBubble(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			co := aco.New(func(co *intCo, _ int) {
				for {
					time.Sleep(time.Hour)
					co.Yield(int(time.Since(start).Hours()))
				}
			}, k.opt)
			for i := range 10 {
				wantResume(t, co, 0, i+1, true)
			}
			co.Close()
		})
	})
}

// To ask for a Status in a bubble brings no goroutine into it that stays. This has to be the first that the
// program does with the hand-over.
func TestStatusInBubble(t *testing.T) {
	if !child(t) {
		return
	}
	synctest.Test(t, func(t *testing.T) {
		co := aco.New(func(co *intCo, _ int) {
			status := make(chan aco.Status)
			go func() { status <- co.Status() }()
			if s := <-status; s != aco.Running {
				t.Error(s)
			}
		})
		co.Resume(0)
	})
}
