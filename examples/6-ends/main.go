// Lesson 6: how a coroutine ends: by return, by panic, by Close.
package main

import (
	"errors"
	"fmt"

	"github.com/goaco/aco"
)

type step = aco.Coroutine[int, string]

func main() {
	// An error is a value like any other: yield it.
	type result struct {
		line string
		err  error
	}
	reader := aco.New(func(co *aco.Coroutine[int, result], _ int) {
		co.Yield(result{line: "first line"})
		co.Yield(result{err: errors.New("disk on fire")})
	})
	for r := range reader.All() {
		fmt.Printf("read %q, error %v\n", r.line, r.err)
	}

	// A panic leaves Resume in the resumer, who may recover it.
	broken := aco.New(func(co *step, _ int) {
		defer fmt.Println("  broken cleans up")
		panic("a bug in the body")
	})
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		broken.Resume(0)
	}()
	fmt.Println("broken is", broken.Status())

	// Close unwinds the body from where it has yielded: deferred calls run.
	open := aco.New(func(co *step, _ int) {
		defer fmt.Println("  the file is closed")
		for {
			co.Yield("a line")
		}
	})
	open.Resume(0)
	open.Close()
	fmt.Println("open is", open.Status())

	// A body ends itself, from any depth, by closing its own coroutine.
	var find func(co *step, n int)
	find = func(co *step, n int) {
		if n == 3 {
			co.Yield("found")
			co.Close()
		}
		find(co, n+1)
	}
	for v := range aco.New(find).All() {
		fmt.Println(v)
	}

	// Resuming what is done is no mistake: it says so.
	v, ok := open.Resume(0)
	fmt.Printf("%q %v\n", v, ok)
}
