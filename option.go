package aco

import "github.com/goaco/aco/internal/coro"

// An Option chooses, at [New], [Pull], [Pull2] or [Push], which kind of stack a coroutine has: [Shared], [Standalone] or
// [Auto]. Of several the last one counts. The zero Option is Shared().
type Option struct{ kind coro.Kind }

// stackKind returns what the last of opts chooses, or kind if there is none.
func stackKind(kind coro.Kind, opts []Option) coro.Kind {
	for _, o := range opts {
		kind = o.kind
	}
	return kind
}

// Shared makes a coroutine that runs on the stack of whoever resumes it; its frames are copied to the
// heap when it yields and back when it is resumed. It is the default: the cheapest to make, to switch
// and to keep, as long as chains of calls are short. On the portable engine it is the same as
// [Standalone].
func Shared() Option { return Option{coro.Shared} }

// Standalone makes a coroutine with a goroutine, and hence a growing stack, of its own. A switch costs
// the same however deep it is, and it may suspend wherever a goroutine may, as across a C call. While it
// is suspended it is a parked goroutine, which the collector never frees: run it to its end, or close
// it. Its goroutine then serves another coroutine.
//
// Where the engine has it ([EngineInfo].Standalone is "hand-over"), the two goroutines change places
// directly. Elsewhere, and in a bubble of testing/synctest, and if New is called on a goroutine that is
// locked to its thread, the coroutine is made with [iter.Pull] and has its limits: to yield across a C
// call stops the program.
func Standalone() Option { return Option{coro.Standalone} }

// Auto makes a coroutine that begins as a shared one, and becomes a standalone one when that is likely
// to be cheaper.
//
// A coroutine of [New] or [Push] moves once 512 bytes of frames are suspended, or after some 32
// suspensions at another place, or through other calls, than the time before, as in a recursive walk.
// With frames of 256 to 511 bytes some 20 to 25 of them are enough.
//
// A sequence of [Pull] or [Pull2], for which Auto is the default, moves after as many such suspensions,
// or once copying its frames has cost as much more than standalone switches as the move costs. Only
// frames of 256 bytes and more count: with 2,000 bytes a sequence moves after some 7 resumptions. (On
// 386 it moves as a coroutine of New does.)
//
// The frames move to a goroutine of their own, at a Resume, never for Close or stop. From then on the
// coroutine is not collected if it is dropped: run it to its end, or close it.
//
// Where there is no hand-over, Auto is the same as [Shared], but for this: if the sequences of a function that is pulled spend most of
// their time on such suspensions, later ones are goroutines from the beginning, as with iter.Pull. (Not on 386.)
func Auto() Option { return Option{coro.Auto} }
