//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"github.com/goaco/aco"
	"github.com/goaco/aco/aconet/internal/loop"
)

// EngineInfo says what serves the connections of this program.
type EngineInfo struct {
	Poller     string // "epoll" or "kqueue"
	Loops      int    // how many loops there are
	Coroutines string // "native"; "portable": each handler is a goroutine
	Reason     string // why these coroutines
}

// Engine returns what serves the connections of this program. It begins the loops if they have not begun.
func Engine() EngineInfo {
	e := aco.Engine()
	_ = start()
	return EngineInfo{Poller: loop.Poller, Loops: loops.Len(), Coroutines: e.Name, Reason: e.Reason}
}
