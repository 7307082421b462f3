//go:build go1.27

package aco_test

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// leaks returns how many goroutines that have that function on their stacks the runtime takes for leaked:
// they wait for what nobody else has.
func leaks(t *testing.T, function string) (n int) {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutineleak").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	for _, record := range strings.Split(b.String(), "\n\n") {
		if strings.Contains(record, function+"+") {
			m := regexp.MustCompile(`(?m)^(\d+) @`).FindStringSubmatch(record)
			if m == nil {
				t.Fatalf("a record without a count: %s", record)
			}
			count, _ := strconv.Atoi(m[1])
			n += count
		}
	}
	return n
}

// The functions that are looked for in the profile.

//go:noinline
func waitForEver(c chan int) { <-c }

//go:noinline
func waitInBody(c chan int) { <-c }

//go:noinline
func resumeAndWait(co *intCo) { co.Resume(0) }

var leakKinds = map[string]aco.Option{"shared": aco.Shared(), "standalone": aco.Standalone(), "auto": aco.Auto()}

// A goroutine that waits inside a body is reported if nobody can end that, once, and else not.
func TestLeakInside(t *testing.T) {
	if !child(t) { // what leaks stays
		return
	}
	for name, kind := range leakKinds {
		t.Run(name, func(t *testing.T) {
			before := leaks(t, "waitInBody")
			known := make(chan int)
			waits := make(chan bool, 2)
			for _, c := range []chan int{known, make(chan int)} {
				go func() {
					resumeAndWait(aco.New(func(co *intCo, _ int) {
						waits <- true
						waitInBody(c)
					}, kind))
				}()
			}
			<-waits
			<-waits
			for range 100 { // until they wait
				if leaks(t, "waitInBody") > before {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if n := leaks(t, "waitInBody") - before; n != 1 {
				t.Errorf("%d leaks, want the one whose channel nobody has", n)
			}
			close(known)
		})
	}
}

// What only a suspended coroutine has, is not lost as long as somebody has the coroutine.
func TestLeakBeside(t *testing.T) {
	if !child(t) {
		return
	}
	for name, kind := range leakKinds {
		t.Run(name, func(t *testing.T) {
			before := leaks(t, "waitForEver")
			co := aco.New(func(co *intCo, _ int) {
				c := make(chan int)
				go waitForEver(c)
				for co.Yield(1) >= 0 {
				}
				close(c)
			}, kind)
			co.Resume(0)
			for range 20 {
				if n := leaks(t, "waitForEver") - before; n != 0 {
					t.Fatalf("%d leaks, but a suspended coroutine has the channel", n)
				}
				co.Resume(0)
			}
			if co.Resume(-1); leaks(t, "waitForEver") != before {
				t.Error("a leak, but the channel was closed")
			}
		})
	}
	// Nobody has it once the coroutine is dropped, which native shared ones may be. Where it has a goroutine of
	// its own, that is there for ever, and so is what it has: as with iter.Pull.
	t.Run("dropped", func(t *testing.T) {
		before := leaks(t, "waitForEver")
		func() {
			co := aco.New(func(co *intCo, _ int) {
				c := make(chan int)
				go waitForEver(c)
				co.Yield(1)
				close(c)
			}, aco.Shared())
			co.Resume(0)
		}()
		want := 0
		if aco.Engine().Name == "native" {
			want = 1
		}
		n := 0
		for range 100 {
			if n = leaks(t, "waitForEver") - before; n == want && want == 1 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if n != want {
			t.Errorf("%d leaks, want %d", n, want)
		}
	})
}

// While goroutines leak, and are looked for all the time, coroutines go on.
func TestLeaksAreSoughtMeanwhile(t *testing.T) {
	if !child(t) {
		return
	}
	for name, kind := range leakKinds {
		t.Run(name, func(t *testing.T) {
			before := leaks(t, "waitForEver")
			done := make(chan string)
			for range 4 {
				go func() {
					sum, want := 0, 0
					for i := range 300 {
						go waitForEver(make(chan int))
						co := aco.New(func(co *intCo, n int) {
							var local [20]int
							for k := range local {
								local[k] = n + k
								n = co.Yield(local[k])
							}
						}, kind)
						for k := range 20 {
							v, _ := co.Resume(i)
							sum, want = sum+v, want+i+k
						}
						if _, ok := co.Resume(0); ok {
							done <- "it did not end"
							return
						}
					}
					if sum != want {
						done <- fmt.Sprintf("the sum is %d, want %d", sum, want)
						return
					}
					done <- ""
				}()
			}
			for left := 4; left > 0; {
				select {
				case failed := <-done:
					if left--; failed != "" {
						t.Error(failed)
					}
				default:
					leaks(t, "waitForEver")
				}
			}
			n := 0
			for range 1000 { // until the last ones wait
				if n = leaks(t, "waitForEver") - before; n == 1200 {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if n != 1200 {
				t.Errorf("%d leaks, want 1200", n)
			}
		})
	}
}
