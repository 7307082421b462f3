package aco_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// The same program runs shared, which is native where the native engine is in use, and
// standalone, on a goroutine; and everything that can be observed must be the same.

// execute runs the program that code makes and returns its trace. The first byte chooses
// from where it is resumed.
func execute(code []byte, opt aco.Option) string {
	if len(code) == 0 {
		return ""
	}
	var trace strings.Builder
	mode, code := int(code[0]), code[1:]
	co := aco.New(func(co *aco.Coroutine[int, int], first int) {
		p := &program{co: co, code: code, trace: &trace, steps: 60, exits: true}
		p.log("first %d", first)
		for len(p.code) > 0 && p.steps > 0 {
			p.block(0)
		}
		p.log("end")
	}, opt)
	resume := func(i int) {
		ended := false
		defer func() {
			if r := recover(); r != nil {
				fmt.Fprintln(&trace, "panic", r)
			} else if !ended {
				fmt.Fprintln(&trace, "exit")
			}
		}()
		v, ok := co.Resume(i)
		fmt.Fprintln(&trace, "resumed", v, ok, co.Status())
		ended = true
	}
	over := make(chan bool)
	go func() { // which a Goexit of the program ends
		defer close(over)
		for i := 0; i < 300 && co.Status() != aco.Done; i++ {
			if mode >= 4 && i == mode/4-1 { // suspended at any statement, or not yet begun
				closeLogged(co, &trace)
			}
			switch mode % 4 {
			case 0:
				resume(i)
			case 1:
				atDepth(i*7%23, func() { resume(i) })
			case 2: // a fresh goroutine, hence a fresh stack
				done := make(chan bool)
				go func() { defer close(done); resume(i) }()
				<-done
			case 3:
				use(i * 13 % 97)
				resume(i)
			}
		}
	}()
	<-over
	closeLogged(co, &trace)
	fmt.Fprintln(&trace, co.Status())
	return trace.String()
}

// closeLogged closes co, whose body may panic in the course of that.
func closeLogged(co *aco.Coroutine[int, int], trace *strings.Builder) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintln(trace, "panic in Close", r)
		}
	}()
	co.Close()
}

//go:noinline
func atDepth(n int, f func()) {
	var pad [40]byte
	if n > 0 {
		atDepth(n-1, f)
	} else {
		f()
	}
	pad[n%40]++
}

func compare(t *testing.T, code []byte) {
	t.Helper()
	shared := execute(code, aco.Shared())
	for kind, opt := range map[string]aco.Option{"standalone": aco.Standalone(), "auto": aco.Auto()} {
		other := execute(code, opt)
		if shared == other {
			continue
		}
		a, b := strings.Split(shared, "\n"), strings.Split(other, "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("program %q: line %d: shared %q, %s %q", code, i, a[i], kind, b[i])
			}
		}
		t.Fatalf("program %q: shared has %d lines, %s %d", code, len(a), kind, len(b))
	}
}

// TestDifferential compares ACO_DIFF random programs, 300 unless it is set.
func TestDifferential(t *testing.T) {
	n := 300
	if s := os.Getenv("ACO_DIFF"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range n {
		code := make([]byte, 4+r.IntN(60))
		for i := range code {
			code[i] = byte(r.Uint32())
		}
		compare(t, code)
	}
}

// TestStatements runs each statement by itself in each way of resuming.
func TestStatements(t *testing.T) {
	for mode := range 4 {
		for op := range statements {
			if op%16 == 15 {
				op += 3 * len(statements) // the same statement, by a byte that does not end the block
			}
			compare(t, []byte{byte(mode), byte(op), 7, 2, 10, 3, 8, 0, 0})
			compare(t, []byte{byte(mode), 10, 6, byte(op), 30, 2, byte(op), 3, 4, 5})
		}
		for kind := range byte(3) { // of one within, and one within that
			within := func(op byte) byte { return op + byte(len(statements)) } // the same statement, as above
			compare(t, []byte{byte(mode), within(15), kind, 5, 24, 7, 24, 9, 1, 2, 24, 3})
			compare(t, []byte{byte(mode), within(15), kind, 5, within(15), 2 - kind, 4, 24, 7, 11, 3, 24, 9, 24, 3})
		}
	}
}

func FuzzDifferential(f *testing.F) {
	f.Add([]byte("\x01\x0a\x05\x0b\x03\x16\x02"))
	f.Add([]byte("\x02\x0d\x02\x0c\x04\x14\x08\x03"))
	f.Fuzz(func(t *testing.T, code []byte) {
		if len(code) < 200 {
			compare(t, code)
		}
	})
}
