package aco_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
)

// Two goroutines that resume one coroutine with no order between them make a mistake. Who comes second is told so, and nothing
// is lost: each step of the body is one Resume that has returned.
func TestTwoAtOnce(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it: see TestTwoAtOnceIsReported")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	together := func(t *testing.T, resume func() bool, steps *int) {
		const times = 50000
		var wg sync.WaitGroup
		var lock sync.Mutex
		resumed, refused := 0, map[any]int{}
		for range 3 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range times {
					r := panicOf(func() {
						if !resume() {
							t.Error("it has ended")
						}
					})
					lock.Lock()
					if r == nil {
						resumed++
					} else {
						refused[r]++
					}
					lock.Unlock()
				}
			}()
		}
		wg.Wait()
		second := refused["aco: resume of a running coroutine"]
		if resumed != *steps || resumed+second != 3*times {
			t.Errorf("%d resumed and %v refused, and the body made %d steps", resumed, refused, *steps)
		}
	}
	eachKind(t, func(t *testing.T, k kind) {
		steps := 0
		co := aco.New(func(co *intCo, _ int) {
			var a [3]int
			for {
				steps++
				yieldBelow(co, a[:], steps/100%3)
			}
		}, k.opt)
		together(t, func() bool {
			_, ok := co.Resume(1)
			return ok
		}, &steps)
		wantStatus(t, co, aco.Suspended)
		co.Close()
	})
	if aco.Engine().Name == "native" { // iter.Pull has other words for it
		t.Run("Pull", func(t *testing.T) {
			steps := 0
			next, stop := aco.Pull(func(yield func(int) bool) {
				for again := true; again; again = yield(steps) {
					steps++
				}
				steps--
			})
			together(t, func() bool {
				_, ok := next()
				return ok
			}, &steps)
			stop()
		})
	}
}

// Nor does one of two goroutines that pull at once get half of a value.
func TestNoValueIsTorn(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it: see TestTwoAtOnceIsReported")
	}
	if aco.Engine().Name != "native" {
		t.Skip("iter.Pull lets the program fail")
	}
	if runtime.GOARCH == "386" {
		t.Skip("Pull goes through a coroutine of New there, whose values two at once may mix: see the limits")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	eachKind(t, func(t *testing.T, k kind) {
		if !k.native {
			return // it goes through a coroutine of New here, too
		}
		type five struct{ a, b, c, d, e int }
		next, stop := aco.Pull(func(yield func(five) bool) {
			for i := 0; yield(five{i, i, i, i, i}); i++ {
			}
		}, k.opt)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for range 300000 {
					panicOf(func() {
						if v, ok := next(); !ok || v != (five{v.a, v.a, v.a, v.a, v.a}) {
							t.Error(v, ok)
						}
					})
				}
			})
		}
		wg.Wait()
		stop()
	})
}

// A next that comes when another goroutine's has just ended the sequence says that it has ended, or is told that it came second.
func TestNextComesLate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it: see TestTwoAtOnceIsReported")
	}
	if aco.Engine().Name != "native" {
		t.Skip("iter.Pull has other words for it")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	eachKind(t, func(t *testing.T, k kind) {
		for range rounds(20000) {
			next, stop := aco.Pull(func(yield func(int) bool) { yield(1) }, k.opt)
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					for range 6 {
						r := panicOf(func() {
							if v, ok := next(); ok != (v == 1) && k.native && runtime.GOARCH != "386" { // or it goes through a coroutine of New
								t.Error(v, ok)
							}
						})
						if r != nil && r != "aco: resume of a running coroutine" {
							t.Error(r)
						}
					}
				})
			}
			wg.Wait()
			stop()
		}
	})
}

// rounds returns n, or less where each takes long.
func rounds(n int) int {
	if testing.Short() || os.Getenv("ACO_EXEC") != "" {
		return n / 10
	}
	return n
}

// The same while it begins, and while it moves to a goroutine of its own: its worker is about to run it then, and nobody else may.
func TestFirstAtOnce(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it: see TestTwoAtOnceIsReported")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	eachKind(t, func(t *testing.T, k kind) {
		for round := range rounds(1000) {
			steps, resumed := 0, 0
			var step, end func()
			if round%2 == 0 || aco.Engine().Name != "native" { // iter.Pull has other words for it
				co := aco.New(func(co *intCo, _ int) {
					var wide [128]int // so that one of Auto moves
					for {
						steps++
						yieldBelow(co, wide[:], steps%3)
					}
				}, k.opt)
				step, end = func() { co.Resume(0) }, co.Close
			} else {
				next, stop := aco.Pull(func(yield func(int) bool) {
					var wide [128]int
					for more := true; more; more = yield(wide[steps%128]) {
						wide[steps*7%128] = steps
						steps++
					}
					steps--
				}, k.opt)
				step, end = func() { next() }, stop
			}
			begin := make(chan bool)
			var wg sync.WaitGroup
			var lock sync.Mutex
			for range 3 {
				wg.Go(func() {
					<-begin
					for range 20 {
						r := panicOf(step)
						lock.Lock()
						if r == nil {
							resumed++
						} else if r != "aco: resume of a running coroutine" {
							t.Error(r)
						}
						lock.Unlock()
					}
				})
			}
			close(begin)
			wg.Wait()
			if resumed != steps {
				t.Fatalf("%d resumed, and the body made %d steps", resumed, steps)
			}
			end()
		}
	})
}

// Of many that close one coroutine, and resume it, one ends it.
func TestCloseAtOnce(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector reports it")
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(procs, 4)))
	eachKind(t, func(t *testing.T, k kind) {
		for round := range rounds(2000) {
			ended, begun := 0, 0
			co := aco.New(func(co *intCo, _ int) {
				begun++
				defer func() { ended++ }()
				for {
					co.Yield(1)
				}
			}, k.opt)
			if round%2 == 0 {
				co.Resume(0)
			}
			begin := make(chan bool)
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					exits := true
					defer func() {
						if exits {
							t.Error("Close has ended the goroutine that called it")
						}
					}()
					<-begin
					for range 10 {
						r := panicOf(func() {
							if i == round%4 {
								co.Close()
							} else {
								co.Resume(0)
							}
						})
						if r != nil && r != "aco: close of a running coroutine" && r != "aco: resume of a running coroutine" {
							t.Error(r)
						}
					}
					exits = false
				})
			}
			close(begin)
			wg.Wait()
			for tries := 0; co.Status() != aco.Done; tries++ { // it may have been running each time
				if tries > 0 {
					t.Fatal("it is Suspended, and Close does not end it")
				}
				co.Close()
			}
			if ended != begun || ended > 1 {
				t.Fatalf("the body began %d times and ended %d times", begun, ended)
			}
		}
	})
}

// The zero Coroutine is told from one that New has made.
func TestZero(t *testing.T) {
	for range 2 { // before the engine has been chosen, and afterwards
		var co aco.Coroutine[int, string]
		for name, f := range map[string]func(){
			"Resume":    func() { co.Resume(1) },
			"Yield":     func() { co.Yield("") },
			"Close":     co.Close,
			"Status":    func() { co.Status() },
			"Footprint": func() { co.Footprint() },
			"Callers":   func() { co.Callers(make([]uintptr, 1)) },
			"Stack":     func() { co.Stack() },
			"All": func() {
				for range co.All() {
				}
			},
		} {
			if r := panicOf(f); r != "aco: coroutine was not made by New" {
				t.Errorf("%s: panic %v", name, r)
			}
		}
		aco.Engine()
	}
}

// go vet finds a copy of a coroutine, which costs no byte, and the race detector two that resume one at once.
func TestToolsFindMisuse(t *testing.T) {
	if n := unsafe.Sizeof(aco.Coroutine[int, int]{}); n > 80 && !aco.Engine().Checked { // what the allocator gives anyhow
		t.Errorf("a Coroutine[int, int] has %d bytes", n)
	}
	goTool, err := exec.LookPath("go")
	if err != nil || os.Getenv("ACO_EXEC") != "" {
		t.Skip("there is no go command here")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tool := func(source, want string, args ...string) {
		t.Helper()
		tmp := t.TempDir() // a module of its own: a folder in ours would be seen by what builds all of it meanwhile
		module := "module misuse\n\ngo 1.25\n\nrequire github.com/goaco/aco v0.0.0\n\nreplace github.com/goaco/aco => " + dir + "\n"
		for name, text := range map[string]string{"go.mod": module, "main.go": source} {
			if err := os.WriteFile(filepath.Join(tmp, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(goTool, append(args, ".")...)
		cmd.Dir = tmp
		cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
		out, _ := cmd.CombinedOutput()
		if strings.Contains(string(out), "-race requires cgo") || strings.Contains(string(out), "-race is not supported") {
			return
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("go %s says nothing of %q:\n%s", args[0], want, out)
		}
	}
	const body = "aco.New(func(co *aco.Coroutine[int, int], _ int) { for { co.Yield(1) } })"
	tool("package main\nimport \"github.com/goaco/aco\"\nfunc main() { co := "+body+"\ncopied := *co\ncopied.Close() }\n", "copies lock value", "vet")
	tool("package main\nimport \"github.com/goaco/aco\"\nfunc main() { co := "+body+"\nco.Resume(1)\nc := make(chan bool)\n"+
		"resume := func() { defer func() { recover() }(); co.Resume(1) }\n"+ // who comes second comes again: the detector may miss one
		"for range 2 { go func() { for range 100 { resume() }; c <- true }() }\n<-c\n<-c }\n", "DATA RACE", "run", "-race")
}

// A panic, and a Goexit, through very many nested coroutines: each level finds its place at once, or this would take minutes.
func TestNestedDeep(t *testing.T) {
	levels := 100000
	if testing.Short() || os.Getenv("ACO_EXEC") != "" || raceEnabled || aco.Engine().Name != "native" || unsafe.Sizeof(uintptr(0)) == 4 {
		levels = 2000 // goroutines, or too little memory
	}
	eachKind(t, func(t *testing.T, k kind) {
		if !k.native {
			return // as slow as goroutines are
		}
		for _, end := range []func(){func() { panic("x") }, runtime.Goexit} {
			ended := 0
			var nested func(d int) *intCo
			nested = func(d int) *intCo {
				return aco.New(func(co *intCo, _ int) {
					defer func() { ended++ }()
					if d == 1 {
						end()
					}
					nested(d - 1).Resume(0)
				}, k.opt)
			}
			if how := endOf(t, func() { nested(levels).Resume(0) }); how != "panic x" && how != "Goexit" {
				t.Error(how)
			}
			if ended != levels {
				t.Errorf("%d ended", ended)
			}
		}
	})
}
