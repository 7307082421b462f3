package aco_test

import (
	"fmt"
	"iter"
	"runtime"
	"strings"

	"github.com/goaco/aco"
)

func Example() {
	co := aco.New(func(co *aco.Coroutine[int, string], first int) {
		second := co.Yield(fmt.Sprint("got ", first))
		co.Yield(fmt.Sprint("and ", second))
	})
	fmt.Println(co.Resume(1))
	fmt.Println(co.Resume(2))
	fmt.Println(co.Resume(3))
	// Output:
	// got 1 true
	// and 2 true
	//  false
}

func ExampleNew() {
	counter := aco.New(func(co *aco.Coroutine[struct{}, int], _ struct{}) {
		for i := 1; i <= 3; i++ {
			co.Yield(i * i)
		}
	})
	for square := range counter.All() {
		fmt.Println(square)
	}
	// Output:
	// 1
	// 4
	// 9
}

func ExampleCoroutine_Resume() {
	sum := aco.New(func(co *aco.Coroutine[int, int], n int) {
		for total := n; ; {
			total += co.Yield(total)
		}
	})
	for _, n := range []int{1, 2, 3} {
		total, _ := sum.Resume(n)
		fmt.Println(total)
	}
	// Output:
	// 1
	// 3
	// 6
}

type tree struct {
	left, right *tree
	value       int
}

// Yield may be called at any depth: here, in a recursive walk.
func ExampleCoroutine_Yield() {
	var walk func(co *aco.Coroutine[struct{}, int], t *tree)
	walk = func(co *aco.Coroutine[struct{}, int], t *tree) {
		if t != nil {
			walk(co, t.left)
			co.Yield(t.value)
			walk(co, t.right)
		}
	}
	t := &tree{&tree{nil, nil, 1}, &tree{&tree{nil, nil, 3}, nil, 4}, 2}
	co := aco.New(func(co *aco.Coroutine[struct{}, int], _ struct{}) { walk(co, t) })
	for v, ok := co.Resume(struct{}{}); ok; v, ok = co.Resume(struct{}{}) {
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// 3
	// 4
}

func ExampleCoroutine_Close() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
		defer fmt.Println("file closed")
		co.Yield(1)
		fmt.Println("never reached")
	})
	co.Resume(0)
	co.Close()
	fmt.Println(co.Status())
	// Output:
	// file closed
	// done
}

// A body ends itself, from any depth.
func ExampleCoroutine_Close_self() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
		defer fmt.Println("cleaned up")
		func() {
			co.Close()
			fmt.Println("never reached")
		}()
	})
	fmt.Println(co.Resume(0))
	// Output:
	// cleaned up
	// 0 false
}

func ExampleCoroutine_Status() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
		fmt.Println(co.Status())
		co.Yield(0)
	})
	fmt.Println(co.Status())
	co.Resume(0)
	fmt.Println(co.Status())
	co.Resume(0)
	fmt.Println(co.Status())
	// Output:
	// created
	// running
	// suspended
	// done
}

func ExampleCoroutine_All() {
	words := aco.New(func(co *aco.Coroutine[struct{}, string], _ struct{}) {
		for w := range strings.FieldsSeq("to be or not to be") {
			co.Yield(w)
		}
	})
	for w := range words.All() {
		if w == "not" {
			break // closes the coroutine
		}
		fmt.Print(w, " ")
	}
	fmt.Println(words.Status())
	// Output: to be or done
}

func upToN(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func ExamplePull() {
	next, stop := aco.Pull(upToN(10))
	defer stop()
	a, _ := next()
	b, _ := next()
	fmt.Println(a, b)
	// Output: 0 1
}

func ExamplePull2() {
	next, stop := aco.Pull2(func(yield func(string, int) bool) {
		_ = yield("one", 1) && yield("two", 2)
	})
	defer stop()
	for name, n, ok := next(); ok; name, n, ok = next() {
		fmt.Println(name, n)
	}
	// Output:
	// one 1
	// two 2
}

// Push feeds a function that wants to range over a sequence.
func ExamplePush() {
	longest := func(lines iter.Seq[string]) {
		best := ""
		for l := range lines {
			if len(l) > len(best) {
				best = l
			}
		}
		fmt.Println("longest:", best)
	}
	yield, stop := aco.Push(longest)
	yield("a line")
	yield("a longer line")
	yield("short")
	stop()
	// Output: longest: a longer line
}

func ExampleCoroutine_Footprint() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { co.Yield(0) })
	fmt.Println(co.Footprint())
	co.Resume(0)
	if aco.Engine().Name == "portable" || co.Footprint() < 500 {
		fmt.Println("little")
	}
	// Output:
	// 0
	// little
}

// A coroutine tells where it waits, as a goroutine does in a traceback.
func ExampleCoroutine_Stack() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { yieldOnce(co, 0) })
	co.Resume(0)
	stack := string(co.Stack()) // of a shared coroutine on the native engine
	fmt.Println(strings.Contains(stack, "aco_test.yieldOnce(...)\n\t") || aco.Engine().Name == "portable")
	// Output: true
}

func ExampleCoroutine_Callers() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { co.Yield(0) })
	co.Resume(0)
	pcs := make([]uintptr, 10)
	functions := 0
	frames := runtime.CallersFrames(pcs[:co.Callers(pcs)])
	for frame, more := frames.Next(); frame.Function != ""; frame, more = frames.Next() {
		functions++
		if !more {
			break
		}
	}
	fmt.Println(functions == 2 || aco.Engine().Name == "portable") // Yield, and the body
	// Output: true
}

func ExampleShared() {
	co := aco.New(func(co *aco.Coroutine[int, int], n int) { co.Yield(n + 1) }, aco.Shared())
	fmt.Println(co.Resume(1))
	// Output: 2 true
}

func ExampleStandalone() {
	co := aco.New(func(co *aco.Coroutine[int, int], n int) { co.Yield(n + 1) }, aco.Standalone())
	defer co.Close() // a standalone coroutine is a goroutine, which the collector does not free
	fmt.Println(co.Resume(1))
	// Output: 2 true
}

func ExampleAuto() {
	// A walk is suspended through other calls at each node, which is cheaper on a stack of its own.
	var walk func(co *aco.Coroutine[int, int], lo, hi int)
	walk = func(co *aco.Coroutine[int, int], lo, hi int) {
		if lo < hi {
			middle := (lo + hi) / 2
			walk(co, lo, middle)
			co.Yield(middle)
			walk(co, middle+1, hi)
		}
	}
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { walk(co, 0, 1000) }, aco.Auto())
	sum := 0
	for v := range co.All() {
		sum += v
	}
	fmt.Println(sum)
	// Output: 499500
}

func ExampleEngine() {
	switch info := aco.Engine(); info.Name {
	case "native", "portable":
		fmt.Println("an engine, because", info.Reason != "")
	}
	// Output: an engine, because true
}

func ExampleCoroutine() {
	// Each Resume hands a number in and gets the sum of all numbers back.
	sum := aco.New(func(co *aco.Coroutine[int, int], n int) {
		for total := n; ; {
			total += co.Yield(total)
		}
	})
	for n := 1; n <= 3; n++ {
		total, _ := sum.Resume(n)
		fmt.Println(total)
	}
	sum.Close()
	// Output:
	// 1
	// 3
	// 6
}

func ExampleOption() {
	body := func(co *aco.Coroutine[int, int], n int) { co.Yield(2 * n) }
	for _, kind := range []aco.Option{aco.Shared(), aco.Standalone(), aco.Auto()} {
		co := aco.New(body, kind)
		fmt.Println(co.Resume(21))
		co.Close()
	}
	// Output:
	// 42 true
	// 42 true
	// 42 true
}

func ExampleStatus() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { co.Yield(0) })
	for co.Status() != aco.Done {
		fmt.Println(co.Status())
		co.Resume(0)
	}
	// Output:
	// created
	// suspended
}

func ExampleEngineInfo() {
	info := aco.Engine()
	fmt.Println(info.GOARCH == runtime.GOARCH, info.GoVersion == runtime.Version())
	// Output: true true
}

func ExampleCheck() {
	for _, check := range aco.Engine().Checks {
		if !check.OK {
			fmt.Println(check.Name, "is", check.Got, "and not", check.Want)
		}
	}
	// Output:
}

func ExampleStatus_String() {
	fmt.Println(aco.Created, aco.Suspended, aco.Running, aco.Normal, aco.Done)
	// Output: created suspended running normal done
}
