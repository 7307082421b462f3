package aco

import (
	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/engine"
)

// EngineInfo says which engine runs shared coroutines in this program, and why.
type EngineInfo struct {
	Name       string  // "native" or "portable"
	Reason     string  // why this one
	GoVersion  string  // as runtime.Version
	GOARCH     string  // as runtime.GOARCH
	Checks     []Check // what the start-up check looked at; empty if it did not run
	Standalone string  // how standalone coroutines switch: "hand-over", or "iter.Pull" and why
	Checked    bool    // whether it was built with -tags aco_check: see Coroutine.Resume
}

// A Check is one line of what the native engine's start-up check looked at.
type Check struct {
	Name string // what was looked at
	Want string // what the native engine relies on
	Got  string // what was found
	OK   bool
}

// Engine returns which engine runs shared coroutines in this program and why, and
// what the start-up check found. Set ACO_ENGINE=portable in the environment, or build
// with -tags aco_portable, to have the portable one. Engine panics if ACO_ENGINE has a
// value other than "", "native" and "portable", as does the first [New].
func Engine() EngineInfo {
	in := engine.Describe()
	out := EngineInfo{Name: in.Name, Reason: in.Reason, GoVersion: in.GoVersion, GOARCH: in.GOARCH, Standalone: in.Standalone, Checked: coro.Checked}
	for _, c := range in.Checks {
		out.Checks = append(out.Checks, Check(c))
	}
	return out
}
