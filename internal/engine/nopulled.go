//go:build !(gc && (amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native)) || race || msan || asan || aco_portable

package engine

// Where no closures are made of assembly, package aco pulls with a coroutine like any other.

// Pull returns false.
func Pull[V any](seq func(yield func(V) bool)) (next func() (V, bool), stop func(), ok bool) {
	return nil, nil, false
}
