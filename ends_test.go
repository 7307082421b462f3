package aco_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// How a coroutine ends when it is closed: each test is a row of the contract, on each kind of stack.

// through calls f in n+1 frames, which defer nothing.
//
//go:noinline
func through(n int, f func()) {
	if n > 0 {
		through(n-1, f)
		deepest++
		return
	}
	f()
	deepest++
}

var deepest int

// closing suspends a coroutine that runs body, closes it, and returns what its deferred functions have logged,
// and how Close ended.
func closing(t *testing.T, k kind, body func(co *intCo, log func(format string, args ...any))) string {
	t.Helper()
	var order []string
	log := func(format string, args ...any) { order = append(order, fmt.Sprintf(format, args...)) }
	co := aco.New(func(co *intCo, _ int) {
		body(co, log)
		log("returned")
	}, k.opt)
	if _, ok := co.Resume(0); !ok {
		t.Fatal("it ended before it was closed")
	}
	end := endOf(t, co.Close) // on a goroutine that a Goexit would end, which is not stopped at the border
	wantStatus(t, co, aco.Done)
	wantResume(t, co, 0, 0, false)
	return strings.Join(append(order, end), ", ")
}

func TestCloseUnwinds(t *testing.T) {
	type log = func(format string, args ...any)
	for _, c := range []struct {
		name, want string
		body       func(co *intCo, log log)
	}{
		{"nothing deferred", "return", func(co *intCo, log log) { co.Yield(1) }},
		{"innermost first", "c, b, a, return", func(co *intCo, log log) {
			defer log("a")
			func() {
				defer log("b")
				defer log("c")
				co.Yield(1)
				log("Yield returned")
			}()
			log("its caller goes on")
		}},
		{"beneath frames that defer nothing", "c 3, b 2, return", func(co *intCo, log log) {
			outer := 2
			through(2, func() {
				defer func() { log("b %d", outer) }()
				inner := 3
				through(3, func() {
					defer func() {
						deepen(1000) // it moves
						runtime.GC()
						through(2, func() { log("c %d", inner) })
					}()
					through(5, func() { co.Yield(1) })
				})
			})
		}},
		{"beneath wide frames", "w 1, v 8, return", func(co *intCo, log log) {
			var v [300]int
			defer func() { log("v %d", v[7]) }()
			v[7] = 8
			func() {
				w := [300]int{1}
				defer func() { log("w %d", w[0]) }()
				through(2, func() { co.Yield(len(w)) })
			}()
		}},
		{"recover", "recovered <nil>, outer <nil>, return", func(co *intCo, log log) {
			defer func() { log("outer %v", recover()) }()
			func() {
				defer func() { log("recovered %v", recover()) }()
				co.Yield(1)
			}()
		}},
		{"recover in a loop", "return", func(co *intCo, log log) {
			for {
				func() {
					defer func() { _ = recover() }()
					co.Yield(1)
				}()
			}
		}},
		{"defers in a loop", "3, 2, 1, 0, return", func(co *intCo, log log) {
			for i := range 4 {
				defer log("%d", i)
			}
			co.Yield(1)
		}},
		{"yield in a deferred function", "a, b, c, return", func(co *intCo, log log) {
			defer log("c")
			defer func() {
				defer log("b")
				log("a")
				co.Yield(2)
				log("Yield returned")
			}()
			co.Yield(1)
		}},
		{"yields in each of many", strings.Repeat("x, ", 300) + "return", func(co *intCo, log log) {
			for range 300 {
				defer func() {
					log("x")
					co.Yield(2)
				}()
			}
			co.Yield(1)
		}},
		{"yield in a function that a deferred one recovers for", "a, nil, b, return", func(co *intCo, log log) {
			defer log("b")
			defer func() {
				log("a")
				defer func() {
					if recover() == nil {
						log("nil")
					}
				}()
				co.Yield(2)
			}()
			co.Yield(1)
		}},
		{"panic that is recovered", "late, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() { log("%v", panicOf(func() { panic("late") })) }()
			co.Yield(1)
		}},
		{"panic that an outer one recovers", "late, end, return", func(co *intCo, log log) {
			defer log("end")
			func() {
				defer func() { log("%v", recover()) }()
				defer func() { panic("late") }()
				co.Yield(1)
			}()
			log("its caller goes on")
		}},
		{"panic", "end, panic late", func(co *intCo, log log) {
			defer log("end")
			defer func() { panic("late") }()
			co.Yield(1)
		}},
		{"panic and another", "end, panic later", func(co *intCo, log log) {
			defer log("end")
			defer func() { panic("later") }()
			defer func() { panic("late") }()
			co.Yield(1)
		}},
		{"panic, and a yield", "end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() { co.Yield(2) }()
			defer func() { panic("late") }()
			co.Yield(1)
		}},
		{"a yield, and a panic", "end, panic late", func(co *intCo, log log) {
			defer log("end")
			defer func() { panic("late") }()
			defer func() { co.Yield(2) }()
			co.Yield(1)
		}},
		{"fault", "end, panic runtime error: invalid memory address or nil pointer dereference", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				var nowhere *int
				*nowhere = 1
			}()
			co.Yield(1)
		}},
		{"Goexit", "a, end, return", func(co *intCo, log log) {
			defer log("end")
			defer runtime.Goexit()
			defer log("a")
			co.Yield(1)
		}},
		{"while it panics", "a, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				defer log("a")
				co.Yield(1)
				log("Yield returned")
			}()
			panic("early")
		}},
		{"while it panics, and panics again", "end, panic late", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				defer func() { panic("late") }()
				co.Yield(1)
			}()
			panic("early")
		}},
		{"while it panics, and recovers", "<nil>, <nil>, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() { log("%v", recover()) }()
			defer func() {
				defer func() { log("%v", recover()) }()
				co.Yield(1)
			}()
			panic("early")
		}},
		{"after it has recovered", "end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				_ = recover()
				co.Yield(1)
				log("Yield returned")
			}()
			panic("early")
		}},
		{"while it exits", "a, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				defer log("a")
				co.Yield(1)
			}()
			runtime.Goexit()
		}},
		{"deep", "below, end, return", func(co *intCo, log log) {
			defer log("end")
			var down func(n int) int
			down = func(n int) int {
				if n == 0 {
					defer log("below")
					return co.Yield(1)
				}
				return down(n-1) + 1
			}
			down(1000)
			log("its caller goes on")
		}},
		{"coroutines in a deferred function", "5, inner closed, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				inner := aco.New(func(inner *intCo, _ int) {
					defer log("inner closed")
					inner.Yield(5)
				})
				v, _ := inner.Resume(0)
				log("%d", v)
				inner.Close()
			}()
			co.Yield(1)
		}},
		{"an inner one that panics", "inner, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				log("%v", panicOf(func() { aco.New(func(*intCo, int) { panic("inner") }).Resume(0) }))
			}()
			co.Yield(1)
		}},
		{"an inner one that panics through", "end, panic inner", func(co *intCo, log log) {
			defer log("end")
			defer func() { aco.New(func(*intCo, int) { panic("inner") }).Resume(0) }()
			co.Yield(1)
		}},
		{"an inner one that exits", "end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() {
				aco.New(func(*intCo, int) { runtime.Goexit() }).Resume(0)
				log("Resume returned")
			}()
			co.Yield(1)
		}},
		{"recovered twice", "late, later, 2, 1, return", func(co *intCo, log log) {
			defer log("1")
			defer log("2")
			func() {
				defer func() { log("%v", recover()) }()
				defer func() { panic("later") }()
				through(2, func() {
					defer func() {
						deepen(1000) // the record moves
						log("%v", recover())
					}()
					defer func() { panic("late") }()
					co.Yield(1)
				})
			}()
			log("its caller goes on")
		}},
		{"some of many", "8, 6, 4, 2, return", func(co *intCo, log log) {
			n := deepest &^ 1 // is not known to the compiler
			defer log("%d", n&1+2)
			if n%2 == 1 {
				defer log("3")
			}
			defer log("4")
			if n%2 == 1 {
				defer log("5")
			}
			defer log("6")
			if n%2 == 0 {
				defer log("8")
			}
			if co.Yield(1); n%2 == 0 {
				defer log("9")
			}
		}},
		{"with results", "3, return", func(co *intCo, log log) {
			f := func() (v int) {
				defer func() { log("%d", v) }()
				v = 3
				through(1, func() { v = co.Yield(1) })
				return 4
			}
			log("%d", f())
		}},
		{"on a grown stack", "233, end, return", func(co *intCo, log log) {
			defer log("end")
			defer func() { log("%d", use(1000)) }()
			co.Yield(1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				if got := closing(t, k, c.body); got != c.want {
					t.Errorf("%s\nwant %s", got, c.want)
				}
			})
		})
	}
}

// optimized reports whether this test was built as usual, and not with -gcflags=-N.
func optimized() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && !slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-gcflags" && strings.Contains(s.Value, "-N") })
}

// A deferred function that is nil faults when it is run, and the others are run. Where the runtime itself unwinds, Go 1.27 and earlier
// lose the record of a Goexit then if the stack moves.
func TestCloseRunsNil(t *testing.T) {
	if aco.Engine().Name != "native" || !optimized() {
		t.Skip("the runtime unwinds on the portable engine, and where each deferred function has a record")
	}
	for _, c := range []struct {
		name, want string
		recovers   bool
	}{
		{"panic", "deepened, outer <nil>, panic runtime error: invalid memory address or nil pointer dereference", false},
		{"recovered", "deepened, recovered runtime error: invalid memory address or nil pointer dereference, outer <nil>, return", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := closing(t, kind{opt: aco.Shared()}, func(co *intCo, log func(format string, args ...any)) {
				var nowhere func()
				defer func() { log("outer <nil>") }()
				through(2, func() {
					defer func() {
						if c.recovers {
							log("recovered %v", recover())
						}
					}()
					through(2, func() {
						defer func() {
							deepen(1000)
							runtime.GC()
							log("deepened")
						}()
						defer nowhere()
						co.Yield(1)
					})
				})
			})
			if got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// While a panic goes on that has left Close, the one that called it can be suspended, although its resumer panics, or exits, as well.
func TestYieldAfterClosePanicked(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for _, end := range []func(){func() { panic("early") }, runtime.Goexit} {
			var outer *intCo
			elsewhere(func() {
				defer func() { _ = recover() }()
				defer func() {
					outer = aco.New(func(outer *intCo, _ int) {
						inner := aco.New(func(inner *intCo, _ int) {
							defer func() { panic("late") }()
							inner.Yield(1)
						}, k.opt)
						wantResume(t, inner, 0, 1, true)
						defer func() {
							if r := recover(); r != "late" {
								t.Errorf("panic %v", r)
							}
						}()
						defer func() { outer.Yield(2) }()
						inner.Close()
					}, k.opt)
					wantResume(t, outer, 0, 2, true)
				}()
				end()
			})
			atDepth(7, func() { wantResume(t, outer, 0, 0, false) })
		}
	})
}

// Close ends what it is called on, and nothing of its caller's: neither its deferred functions, nor its panics.
func TestCloseLeavesItsCallerAlone(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		var order []string
		wantPanic(t, "mine", func() {
			defer func() { order = append(order, "first") }()
			for i := range 2 {
				defer func() { order = append(order, fmt.Sprint("second ", i)) }()
			}
			defer func() {
				co := aco.New(func(co *intCo, _ int) {
					for range 2 {
						defer func() {
							order = append(order, fmt.Sprint("body ", recover()))
							co.Yield(1)
						}()
					}
					co.Yield(1)
				}, k.opt)
				co.Resume(0)
				co.Close()
				order = append(order, "closed")
			}()
			panic("mine")
		})
		if got := strings.Join(order, ", "); got != "body <nil>, body <nil>, closed, second 1, second 0, first" {
			t.Errorf("ran: %s", got)
		}
		recovered := func() (value any) { // a panic that has left Close is recovered as any other
			defer func() { value = recover() }()
			co := aco.New(func(co *intCo, _ int) {
				defer func() { panic("late") }()
				co.Yield(1)
			}, k.opt)
			co.Resume(0)
			co.Close()
			return nil
		}
		for range 3 {
			if got := recovered(); got != "late" {
				t.Errorf("recovered %v", got)
			}
		}
	})
}

// A body closes itself, at any depth: its deferred functions run, and Resume returns.
func TestCloseBySelf(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for _, c := range []struct {
			name, want string
			body       func(co *intCo, log func(string))
		}{
			{"at once", "end", func(co *intCo, log func(string)) { co.Close() }},
			{"after a yield", "end", func(co *intCo, log func(string)) { co.Yield(1); co.Close() }},
			{"deep", "below end", func(co *intCo, log func(string)) {
				var down func(n int)
				down = func(n int) {
					if n == 0 {
						defer log("below")
						co.Yield(1)
						co.Close()
						log("return")
					}
					down(n - 1)
				}
				down(500)
			}},
			{"recovering", "nil end", func(co *intCo, log func(string)) {
				for {
					func() {
						defer func() {
							if recover() == nil {
								log("nil")
							}
						}()
						co.Close()
					}()
				}
			}},
			{"in a deferred function", "a end", func(co *intCo, log func(string)) {
				defer func() {
					log("a")
					co.Close()
				}()
				panic("early")
			}},
			{"twice", "end", func(co *intCo, log func(string)) {
				defer co.Close()
				co.Close()
			}},
			{"and yielding", "a end", func(co *intCo, log func(string)) {
				defer func() {
					defer log("a")
					co.Yield(2)
					log("Yield returned")
				}()
				co.Yield(1)
				co.Close()
			}},
			{"after an inner one", "end", func(co *intCo, log func(string)) {
				inner := aco.New(func(inner *intCo, _ int) { inner.Yield(1) })
				inner.Resume(0)
				co.Close()
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				var order []string
				log := func(s string) { order = append(order, s) }
				co := aco.New(func(co *intCo, _ int) {
					defer log("end")
					c.body(co, log)
					log("returned")
				}, k.opt)
				end := endOf(t, func() {
					for ok := true; ok; {
						_, ok = co.Resume(0)
					}
				})
				wantStatus(t, co, aco.Done)
				if got := strings.Join(order, " "); end != "return" || got != c.want {
					t.Errorf("%s, and %s; want %s", got, end, c.want)
				}
			})
		}
		t.Run("panicking", func(t *testing.T) {
			co := aco.New(func(co *intCo, _ int) {
				defer func() { panic("late") }()
				co.Close()
			}, k.opt)
			wantPanic(t, "late", func() { co.Resume(0) })
			wantStatus(t, co, aco.Done)
		})
		t.Run("All", func(t *testing.T) {
			co := aco.New(func(co *intCo, _ int) {
				for i := 0; ; i++ {
					if i == 3 {
						co.Close()
					}
					co.Yield(i)
				}
			}, k.opt)
			if got := slices.Collect(co.All()); !slices.Equal(got, []int{0, 1, 2}) {
				t.Errorf("All yields %v", got)
			}
		})
	})
}

// Nobody but the body closes what runs: not what it has resumed, nor another goroutine.
func TestCloseOfRunning(t *testing.T) {
	const message = "aco: close of a running coroutine"
	eachKind(t, func(t *testing.T, k kind) {
		eachKind(t, func(t *testing.T, in kind) {
			co := aco.New(func(co *intCo, _ int) {
				done := make(chan any)
				go func() { done <- panicOf(co.Close) }()
				if got := <-done; got != message {
					t.Errorf("another goroutine: panic %v", got)
				}
				inner := aco.New(func(inner *intCo, _ int) {
					wantPanic(t, message, co.Close)
					inner.Yield(1)
					wantPanic(t, message, co.Close)
				}, in.opt)
				wantResume(t, inner, 0, 1, true)
				wantResume(t, inner, 0, 0, false)
				co.Yield(2)
			}, k.opt)
			wantResume(t, co, 0, 2, true)
			wantResume(t, co, 0, 0, false)
		})
	})
}

// A coroutine whose frames are somewhere else by then, or on another goroutine, is closed in the same way.
func TestCloseElsewhere(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for i := range 50 {
			var order []int
			co := aco.New(func(co *intCo, _ int) {
				var down func(n int)
				down = func(n int) {
					for j := range n % 3 {
						defer func() { order = append(order, n, j); co.Yield(n) }()
					}
					if co.Yield(n); n < 20 {
						down(n + 1)
					}
				}
				down(0)
			}, k.opt)
			for range i % 15 {
				co.Resume(0)
			}
			done := make(chan bool)
			go func() {
				defer close(done)
				atDepth(i*7%23, co.Close)
			}()
			<-done
			wantStatus(t, co, aco.Done)
			var want []int
			for n := i%15 - 1; n >= 0; n-- {
				for j := n%3 - 1; j >= 0; j-- {
					want = append(want, n, j)
				}
			}
			if !slices.Equal(order, want) {
				t.Fatalf("after %d: %v, want %v", i%15, order, want)
			}
		}
	})
}
