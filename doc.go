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
//   - [Shared], the default: on the stack of whoever resumes it, and in the heap while it is
//     suspended. It is plain memory, a few hundred bytes, which is collected when it is dropped,
//     and costs the more the deeper it is suspended. Choose it for very many, for short-lived and
//     for shallow coroutines.
//   - [Standalone]: on a growing stack of its own, a goroutine's. It costs the same at any depth,
//     and may, on linux/amd64, be suspended across a C call. While it is suspended it is a goroutine that waits,
//     which is never collected: run it to its end, or close it. Choose it for a few that go deep.
//   - [Auto]: the first, and later the second if that is cheaper. [Pull] chooses so.
//
// # Compared with iter.Pull and with goroutines
//
// A sequence pulled by [iter.Pull] hands values over in one direction, and can only be stopped. A
// [Coroutine] takes a value at each Resume too, tells its state, and can be closed, which unwinds it
// as a panic does. A switch costs a fraction of iter.Pull's, which "aco bench" measures
// (go run github.com/goaco/aco/cmd/aco@latest bench).
//
// A goroutine runs by itself, and perhaps at the same time as others. A coroutine runs only while
// somebody waits for it in Resume: the two need no locks and no channels between them, the order of
// their steps is the program's, and a second processor is of no use to them. Choose goroutines to do
// things at the same time, and coroutines to write in two functions what happens by turns.
//
// # Speed
//
// Resume and Yield are inlined into the functions that call them. Where the compiler does not do so, a
// switch takes up to twice as long, because a return that follows it is mispredicted. So it is in a closure of a
// function that is itself inlined, as a short one that returns aco.New(func...) is: give the body a name, or write
// //go:noinline above the function that makes it. [Pull] does not care.
//
// # Limits
//
//   - One coroutine must not be resumed by two goroutines at the same time.
//   - A shared coroutine can't be suspended across a frame that can't be moved: a C call, or a
//     function or method value made by package reflect. Yield then panics, and nothing has changed.
//   - The deferred functions of a shared coroutine that is dropped don't run.
//   - Only the body's own calls may yield: not those of another goroutine, nor of another
//     coroutine that the body has resumed. So a sequence that [Pull] pulls, and a consumer that
//     [Push] feeds, may not hand its yield function or its sequence to one.
//   - Frames are copied without preemption: hundreds of kilobytes suspended in a shared coroutine
//     hold up the collector for as long as it takes to copy them.
//
// # Engines
//
// Two engines stand behind the API, and behave alike. The native one moves the frames
// of a suspended coroutine to the heap and back; a switch takes a fraction of the time of
// iter.Pull's, and a suspended coroutine the memory of its frames. The portable one is
// built on iter.Pull, and serves wherever the native one has not been verified. [Engine] tells
// which is in use, and why.
package aco
