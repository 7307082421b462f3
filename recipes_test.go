package aco_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// The examples of docs/recipes.md. TestRecipes compares the two.

func Example_generator() {
	count := func(yield func(int) bool) { // an iter.Seq[int]: ordinary Go
		for i := 1; yield(i); i++ {
		}
	}
	next, stop := aco.Pull(count)
	defer stop()
	a, _ := next()
	b, _ := next()
	fmt.Println(a, b)
	// Output: 1 2
}

func Example_finalResult() {
	type progress struct {
		done, of int
	}
	var sum int // the result: set when Resume returns false
	work := aco.New(func(co *aco.Coroutine[struct{}, progress], _ struct{}) {
		for i := range 3 {
			sum += i
			co.Yield(progress{i + 1, 3})
		}
	})
	for p := range work.All() {
		fmt.Println(p.done, "of", p.of)
	}
	fmt.Println("the sum is", sum)
	// Output:
	// 1 of 3
	// 2 of 3
	// 3 of 3
	// the sum is 3
}

func Example_errorsBothWays() {
	type reply struct { // to the body
		text string
		err  error
	}
	type request struct { // from the body
		question string
		err      error
	}
	dialog := aco.New(func(co *aco.Coroutine[reply, request], _ reply) {
		r := co.Yield(request{question: "name?"})
		if r.err != nil {
			co.Yield(request{err: fmt.Errorf("no name: %w", r.err)})
			return
		}
		co.Yield(request{question: "hello " + r.text})
	})
	q, _ := dialog.Resume(reply{})
	fmt.Println(q.question)
	q, _ = dialog.Resume(reply{err: errors.New("disconnected")})
	fmt.Println(q.err)
	dialog.Close()
	// Output:
	// name?
	// no name: disconnected
}

func Example_cancellation() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	job := aco.New(func(co *aco.Coroutine[struct{}, int], _ struct{}) {
		defer fmt.Println("the file is closed") // runs when job is closed
		for i := 0; ; i++ {
			co.Yield(i)
		}
	})
	defer job.Close()
	for ctx.Err() == nil { // whoever resumes looks at the context
		if v, _ := job.Resume(struct{}{}); v == 2 {
			cancel()
		}
	}
	job.Close() // by the one who resumes, between two calls of Resume
	fmt.Println(job.Status())
	// Output:
	// the file is closed
	// done
}

func Example_timeLimit() {
	slow := aco.New(func(co *aco.Coroutine[struct{}, int], _ struct{}) {
		for sum := 0; ; sum++ {
			if sum%1000 == 0 {
				co.Yield(sum) // so that the one who resumes can look at the clock
			}
		}
	})
	defer slow.Close()
	slow.Resume(struct{}{})
	for deadline := time.Now().Add(time.Millisecond); time.Now().Before(deadline); {
		slow.Resume(struct{}{})
	}
	fmt.Println("time is up, and the body", slow.Status())
	// Output: time is up, and the body suspended
}

func Example_workThatBlocks() {
	type task = aco.Coroutine[string, func() string] // it yields what blocks, and gets the result
	one := aco.New(func(co *task, _ string) {
		text := co.Yield(func() string { return "read from a disk" })
		fmt.Println(text)
	})
	results := make(chan string)
	if block, ok := one.Resume(""); ok {
		go func() { results <- block() }() // meanwhile this goroutine may resume others
		one.Resume(<-results)
	}
	// Output: read from a disk
}

func Example_scheduler() {
	type task = aco.Coroutine[string, struct{}]
	tasks := map[string]*task{}
	for _, name := range []string{"a", "b"} {
		tasks[name] = aco.New(func(co *task, _ string) {
			for {
				message := co.Yield(struct{}{}) // waits until the scheduler has something for it
				fmt.Println(name, "gets", message)
			}
		})
		tasks[name].Resume("")
	}
	type event struct{ to, message string }
	events := make(chan event, 16) // from any goroutine; one goroutine runs all tasks
	go func() {
		defer close(events)
		events <- event{"b", "hello"}
		events <- event{"a", "bye"}
	}()
	for e := range events {
		tasks[e.to].Resume(e.message)
	}
	for _, t := range tasks {
		t.Close()
	}
	// Output:
	// b gets hello
	// a gets bye
}

func Example_whereTheyWait() {
	wait := func(co *aco.Coroutine[int, int]) { co.Yield(0) }
	var all []*aco.Coroutine[int, int]
	for range 1000 {
		co := aco.New(func(co *aco.Coroutine[int, int], _ int) { wait(co) })
		co.Resume(0)
		all = append(all, co)
	}
	places := map[string]int{} // how many wait through the same calls
	for _, co := range all {
		var pcs [16]uintptr
		calls := []string{}
		frames := runtime.CallersFrames(pcs[:co.Callers(pcs[:])])
		for f, more := frames.Next(); f.PC != 0; f, more = frames.Next() {
			calls = append(calls, f.Function)
			if !more {
				break
			}
		}
		places[strings.Join(calls, " < ")]++
	}
	for _, n := range places {
		fmt.Println(n, "at one place")
	}
	// Output: 1000 at one place
}

func Example_twoGoroutines() {
	var mu sync.Mutex // orders those who resume it
	total := aco.New(func(co *aco.Coroutine[int, int], sum int) {
		for {
			sum += co.Yield(sum)
		}
	})
	defer total.Close()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			total.Resume(10)
		})
	}
	group.Wait()
	sum, _ := total.Resume(0)
	fmt.Println(sum)
	// Output: 40
}

func Example_leakTest() {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) { co.Yield(1) }, aco.Standalone())
	co.Resume(0)
	waiting := func() int { // how many goroutines wait in that body
		stacks := make([]byte, 1<<22)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return bytes.Count(stacks, []byte("Example_leakTest.func1("))
	}
	fmt.Println("before Close:", waiting())
	co.Close()
	fmt.Println("after Close:", waiting())
	// Output:
	// before Close: 1
	// after Close: 0
}

// The page has the examples, word for word, and each of them.
func TestRecipes(t *testing.T) {
	page, err := os.ReadFile("docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("recipes_test.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		if m[1] != "go" {
			continue
		}
		n++
		if !strings.Contains(string(source), "\n\t"+strings.ReplaceAll(strings.TrimRight(m[2], "\n"), "\n", "\n\t")+"\n") &&
			!strings.Contains(strings.ReplaceAll(string(source), "\n\t", "\n"), "\n"+m[2]) {
			t.Errorf("recipes_test.go has no\n%s", m[2])
		}
	}
	if want := strings.Count(string(source), "\nfunc Example"); n != want {
		t.Errorf("%d blocks, %d examples", n, want)
	}
}
