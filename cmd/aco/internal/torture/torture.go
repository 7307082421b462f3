// Package torture tries to break the engine.
//
// Random programs (programs.go) run on coroutines of each kind, resumed by
// several goroutines, at random depth, with collections and garbage in between, and what they do is
// compared with what the same programs do when they are simply called. It runs in a process of its
// own, so that a fault that ends the process can be reported.
package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
)

// Outcome is the outcome of a torture.
type Outcome struct {
	Seed        uint64
	Length      string
	Programs    int
	Switches    int
	Interrupted bool
	Fault       string `json:",omitempty"`
}

func (t *Outcome) Print(w io.Writer) {
	verdict := "every one as when called"
	if t.Interrupted {
		fmt.Fprintf(w, "torture     %s, seed %d: interrupted\n", t.Length, t.Seed)
		return
	}
	if t.Fault != "" {
		verdict = "FAULT\n" + t.Fault
	}
	fmt.Fprintf(w, "torture     %s, seed %d: %d programs, %d switches: %s\n", t.Length, t.Seed, t.Programs, t.Switches, verdict)
}

// Run runs the torture in a process of its own and returns its outcome. An error means that it
// could not be run.
func Run(length time.Duration, seed uint64, stderr io.Writer) (*Outcome, error) {
	if seed == 0 {
		seed = rand.Uint64()
	}
	t := &Outcome{Seed: seed, Length: length.String()}
	ctx, cancel := signal.NotifyContext(context.Background(), self.Interrupts...)
	defer cancel()
	limit, cancelLimit := context.WithTimeout(ctx, 3*length+time.Minute)
	defer cancelLimit()
	cmd, err := self.Command(limit, "torture", length.String(), strconv.FormatUint(seed, 10))
	if err != nil {
		return nil, err
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if _, err := cmd.StdinPipe(); err != nil { // nothing comes through it, but an end when this process has gone
		return nil, err
	}
	err = during(stderr, "torture", length, cmd.Run)
	if err != nil { // an interrupt reaches both processes, the child's end perhaps first
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Interrupted = true
	case limit.Err() != nil:
		t.Fault = fmt.Sprintf("it did not end within %v", 3*length+time.Minute)
	case errors.As(err, &failed):
		t.Fault = fmt.Sprintf("%v\n%s", err, Head(said.String(), 20000))
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(out.Bytes(), t); err != nil {
			return nil, fmt.Errorf("the torture said %q: %w", out.String(), err)
		}
	}
	return t, nil
}

// Head returns the beginning of s.
func Head(s string, n int) string { return s[:min(n, len(s))] }

// during shows on a terminal how much of length has passed while f runs.
func during(w io.Writer, what string, length time.Duration, f func() error) error {
	shown := terminal.NewBar(w, what, int64(length))
	defer shown.End()
	ended := make(chan error)
	go func() { ended <- f() }()
	start := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			shown.Set(int64(time.Since(start)), what)
		case err := <-ended:
			return err
		}
	}
}

// RunAndPrint carries out the hidden command torture with LENGTH SEED: it runs the torture in this process and
// prints its outcome. The process ends when its standard input does.
func RunAndPrint(args []string, w io.Writer) error {
	if len(args) != 2 {
		return errors.New("torture: want LENGTH SEED")
	}
	length, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	go func() { // nobody is left who would read what was found
		io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	return json.NewEncoder(w).Encode(tortureHere(length, seed, runProgram))
}

// tortureHere tortures for so long. called is what runs a program without a coroutine.
func tortureHere(length time.Duration, seed uint64, called func(seed uint64) *trace) *Outcome {
	t := &Outcome{Seed: seed, Length: length.String()}
	var mutex sync.Mutex // of t
	end := time.Now().Add(length)
	benches := make([]workbench, 32)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(seed, uint64(g)))
			for time.Now().Before(end) {
				b := &benches[r.IntN(len(benches))]
				b.Lock()
				programs, switches, fault := b.work(r, called)
				b.Unlock()
				if r.IntN(200) == 0 {
					runtime.GC()
				}
				mutex.Lock()
				t.Programs += programs
				t.Switches += switches
				if fault != "" && t.Fault == "" {
					t.Fault = fault
				}
				stop := t.Fault != ""
				mutex.Unlock()
				if stop {
					return
				}
			}
		}()
	}
	wg.Wait()
	return t
}

// A workbench holds a program that runs on coroutines of each kind, and whoever has its mutex
// resumes them.
type workbench struct {
	sync.Mutex
	seed uint64
	want *trace
	cos  []*onCoroutine
}

var tortureKinds = []struct {
	name string
	opt  aco.Option
}{{"shared", aco.Shared()}, {"standalone", aco.Standalone()}, {"auto", aco.Auto()}}

// work takes the program some steps further, or begins another.
func (b *workbench) work(r *rand.Rand, called func(uint64) *trace) (programs, switches int, fault string) {
	if b.cos == nil {
		b.seed = r.Uint64()
		b.want = called(b.seed)
		for _, kind := range tortureKinds {
			b.cos = append(b.cos, newOnCoroutine(b.seed, kind.opt))
		}
		programs++
	}
	steps := 1 + r.IntN(8)
	alive := false
	for i, c := range b.cos {
		step := func() {
			for range steps {
				if !c.step() {
					break
				}
				switches++
			}
		}
		switch r.IntN(4) {
		case 0:
			atDepth(r.IntN(100), step)
		case 1:
			done := make(chan struct{})
			go func() {
				defer close(done)
				step()
			}()
			<-done
		case 2:
			grow(r.IntN(100))
			step()
		default:
			step()
		}
		if c.co.Status() != aco.Done {
			alive = true
			if !c.trace.beginningOf(b.want) {
				fault = b.differ(i)
			}
		} else if !c.trace.same(b.want) {
			fault = b.differ(i)
		}
	}
	switch {
	case !alive:
		b.cos = nil
	case r.IntN(60) == 0: // closed, or, if shared, dropped
		for i, c := range b.cos {
			if i > 0 || r.IntN(2) == 0 {
				c.close()
			}
		}
		b.cos = nil
	}
	return programs, switches, fault
}

// differ describes a difference.
func (b *workbench) differ(i int) string {
	return fmt.Sprintf("program %d on a %s coroutine did\n%v\nand when called\n%v", b.seed, tortureKinds[i].name, b.cos[i].trace, b.want)
}

// atDepth calls f from n calls further down.
//
//go:noinline
func atDepth(n int, f func()) {
	if n > 0 {
		atDepth(n-1, f)
		return
	}
	f()
}
