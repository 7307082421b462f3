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
// resumed it. [Pull] and [Pull2] are drop-in replacements for iter.Pull and iter.Pull2,
// [Coroutine.All] ranges over what a coroutine yields, and [Push] feeds a consumer.
//
// A coroutine is [Shared], the default, or [Standalone], or the one and later the other, as of
// [Auto]. The first kind is plain memory while it is suspended, costs the more the deeper it is
// suspended, and is collected when it is dropped: choose it for very many or short-lived ones. The
// second has a growing stack of its own, a goroutine's, and costs the same at any depth.
//
// Two engines stand behind the API, and behave alike. The native one moves the frames
// of a suspended coroutine to the heap and back; a switch takes a fraction of the time of
// iter.Pull's, and a suspended coroutine the memory of its frames. The portable one is
// built on iter.Pull. [Engine] tells which is in use, and why.
package aco
