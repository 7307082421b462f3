//go:build go1.25

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
