//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package native

import "github.com/goaco/aco/internal/coro"

// pull returns false: where no closures are made of assembly, package aco pulls with a coroutine like any other.
func pull(coro.Kind, coro.Typed, func(func())) (next, stop func(), ok bool) { return nil, nil, false }

func (c *core) unkeep() {}

var alonePulled []aloneFunc

func keptNeeds() uintptr { return 0 }
