//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package native

import (
	"time"

	"github.com/goaco/aco/internal/coro"
)

// pull returns no functions: where no closures are made of assembly, package aco pulls with a coroutine like any other.
func pull(on coro.Kind, _ coro.Typed, _ func(func())) (next, stop func(), instead coro.Kind) {
	return nil, nil, on
}

func (c *core) unkeep() {}

func (c *core) judged() time.Duration { return 0 }
func (c *core) judge(time.Duration)   {}

var alonePulled []aloneFunc

func keptNeeds() uintptr { return 0 }
