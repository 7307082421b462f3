package aco

import "github.com/goaco/aco/internal/engine"

// An Option chooses, at [New], which kind of stack a coroutine has: [Shared], [Standalone] or
// [Auto]. Of several the last one counts. The zero Option is Shared().
type Option struct{ kind engine.Kind }

// Shared makes a coroutine that runs on the stack of whoever resumes it; its frames
// are copied to the heap when it yields and back when it is resumed. It is the
// default: the cheapest to make, to switch and to keep while call chains are short.
// On the portable engine it is the same as [Standalone].
func Shared() Option { return Option{engine.Shared} }

// Standalone makes a coroutine with a goroutine, and hence a growing stack, of its
// own. A switch costs the same however deep it is, and it may suspend wherever a
// goroutine may, as across a C call. It is a parked goroutine while suspended, which
// the collector never frees: run it to its end, or close it. Its goroutine then
// serves another one.
//
// Where the engine has it ([EngineInfo].Standalone is "hand-over"), the two goroutines
// change places directly. Elsewhere, in a bubble of testing/synctest, and if New is
// called on a goroutine that is locked to its thread, the coroutine is one of
// [iter.Pull]'s, and behaves as that does: to yield across a C call stops the program.
func Standalone() Option { return Option{engine.Standalone} }

// Auto makes a coroutine that begins as a shared one and becomes a standalone one if
// that is cheaper: when 512 bytes are suspended, or when it has been suspended 32 times
// at another place, or through other calls, than the time before, as a recursive walk
// is. Its frames move to a goroutine of its own, at a Resume; from then on it is not
// collected if it is dropped: run it to its end, or close it. [Pull] chooses so. Where
// there is no hand-over it is the same as [Shared].
func Auto() Option { return Option{engine.Auto} }

// EngineInfo says which engine runs shared coroutines in this program, and why. Its fields are
//
//	Name       string  // "native" or "portable"
//	Reason     string  // why this one
//	GoVersion  string  // as runtime.Version
//	GOARCH     string  // as runtime.GOARCH
//	Checks     []Check // what the start-up check looked at; empty if it did not run
//	Standalone string  // how standalone coroutines switch: "hand-over", or "iter.Pull" and why
type EngineInfo = engine.Info

// A Check is one line of what the native engine's start-up check looked at. Its fields are
//
//	Name string // what was looked at
//	Want string // what the native engine relies on
//	Got  string // what was found
//	OK   bool
type Check = engine.Check

// Engine returns which engine runs shared coroutines in this program and why, and
// what the start-up check found. Set ACO_ENGINE=portable in the environment, or build
// with -tags aco_portable, to have the portable one. Engine panics if ACO_ENGINE has a
// value other than "", "native" and "portable", as does the first [New].
func Engine() EngineInfo { return engine.Describe() }
