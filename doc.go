// Package aco provides coroutines: functions that can be suspended in the middle,
// at any call depth, and resumed later, with a typed value handed over each way.
//
//	co := aco.New(func(co *aco.Coroutine[int, string], first int) {
//		second := co.Yield("got " + strconv.Itoa(first))
//		co.Yield("and " + strconv.Itoa(second))
//	})
//	fmt.Println(co.Resume(1)) // got 1 true
//	fmt.Println(co.Resume(2)) // and 2 true
//	fmt.Println(co.Resume(3)) //  false
//
// A coroutine is asymmetric, as in Lua: Resume runs it, Yield returns to whoever
// resumed it. [Pull] and [Pull2] are drop-in replacements for [iter.Pull] and [iter.Pull2],
// [Coroutine.All] ranges over what a coroutine yields, and [Push] feeds a consumer.
//
// # Which kind of stack
//
// An option of [New] says where the local variables of a coroutine are.
//
//   - [Shared], the default: on the stack of whoever resumes it, and in the heap while it is suspended.
//     It is plain memory, a few hundred bytes, which is collected when it is dropped. The deeper it is
//     suspended, the more it costs. Choose it for very many, for short-lived and for shallow coroutines.
//   - [Standalone]: on a growing stack of its own, a goroutine's. It costs the same at any depth,
//     and may, on linux/amd64, be suspended across a C call. While it is suspended it is a goroutine that waits,
//     which is never collected: run it to its end, or close it. Choose it for a few that go deep.
//   - [Auto]: Shared at first, and Standalone later if that is likely to be cheaper. It is the default
//     of [Pull].
//
// # Compared with iter.Pull and with goroutines
//
// A sequence pulled by [iter.Pull] hands values over in one direction, and can only be stopped. A
// [Coroutine] takes a value at each Resume too, tells its state, and can be closed, which unwinds it as
// runtime.Goexit does. A switch takes a fraction of the time that iter.Pull's takes: "aco bench"
// measures it (go run github.com/goaco/aco/cmd/aco@latest bench).
//
// A goroutine runs by itself, and perhaps at the same time as others. A coroutine runs only while
// somebody waits for it in Resume: the two need no locks and no channels between them, the order of
// their steps is the program's, and a second processor is of no use to them. Choose goroutines to do
// things at the same time, and coroutines to write in two functions what happens in turns.
//
// # Speed
//
// Resume and Yield are inlined into the functions that call them. Where the compiler does not inline
// them, a switch takes up to twice as long, because the processor mispredicts the return that follows.
// That happens in a closure of a function that is itself inlined. A function that returns
// aco.New(func...) is not inlined, but one that passes a closure to a helper which calls New may be:
// give the body a name, or write //go:noinline above that function. cmd/acovet finds such functions.
// [Pull] is not affected.
//
// # Limits
//
//   - One coroutine must not be resumed by two goroutines at the same time. The second one panics, and
//     the coroutine goes on undisturbed. But the value that the first one hands over may be replaced by
//     the second one's, or by half of it. The race detector finds such a mistake.
//   - What a shared coroutine held at its last Yield is not collected before it yields again or ends,
//     even if it has dropped it meanwhile. That matters if the body runs for long between two Yields:
//     give it a stack of its own ([Standalone]).
//   - A shared coroutine can't be suspended across a frame that can't be moved, such as that of a C call.
//     Yield then panics, and nothing has changed.
//   - If a shared coroutine is dropped, its deferred functions don't run.
//   - Only the body, and coroutines that it has resumed, may yield: not another goroutine. So a sequence
//     that [Pull] pulls must not hand its yield function to another goroutine. Nor may a consumer that
//     [Push] feeds hand on its sequence, as it does if it pulls it with iter.Pull.
//   - Up to Go 1.26 the compiler loses a pointer to a local variable that is kept across a call only to
//     be compared afterwards, on amd64 and 386. Then a comparison of equal pointers may be false after
//     the coroutine was resumed elsewhere, as it may be in plain Go after a stack has grown.
//   - Frames are copied without preemption: hundreds of kilobytes suspended in a shared coroutine
//     hold up the collector for as long as it takes to copy them.
//
// # Engines
//
// Two engines stand behind the API, and behave alike. The native one moves the frames of a suspended
// coroutine to the heap and back. A switch takes a fraction of the time of iter.Pull's, and a suspended
// coroutine takes the memory of its frames. The portable one is built on iter.Pull, and is used wherever
// the native one has not been verified. [Engine] says which is in use, and why.
package aco
