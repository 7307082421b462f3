package simtest_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/simtest"
)

// again runs one test of this binary, which does something only then, and returns what it prints.
func again(t *testing.T, test string, args ...string) (string, error) {
	t.Helper()
	args = append([]string{os.Args[0], "-test.run=^" + test + "$"}, args...)
	if emulator := os.Getenv("ACO_EXEC"); emulator != "" {
		args = append([]string{emulator}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "SIMTEST="+test)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Two processes race at one time: the model fails if the second one wins.
func race(s *sim.Sim) error {
	winner := ""
	for i := range 6 {
		s.Go(fmt.Sprint(i), func(p *sim.Proc) {
			p.Sleep(1)
			if winner == "" {
				winner = p.Name()
			}
		})
	}
	s.Run(context.Background())
	if winner == "5" {
		return fmt.Errorf("5 wins")
	}
	return nil
}

func TestFails(t *testing.T) {
	if os.Getenv("SIMTEST") == "TestFails" {
		simtest.Search(t, 1000, race)
	}
}

// A failure says how to replay it, and the replay fails in the same way and gives the same trace.
func TestReplay(t *testing.T) {
	out, err := again(t, "TestFails")
	m := regexp.MustCompile(`go test -run '\^TestFails\$' -sim.seed=(\d+)`).FindStringSubmatch(out)
	if err == nil || m == nil || !strings.Contains(out, "sim: seed "+m[1]+": 5 wins") {
		t.Fatal(err, out)
	}
	var traces []string
	for i := range 2 {
		file := filepath.Join(t.TempDir(), fmt.Sprint(i))
		out, err := again(t, "TestFails", "-sim.seed="+m[1], "-sim.trace="+file)
		if err == nil || !strings.Contains(out, "sim: seed "+m[1]+": 5 wins") {
			t.Error(err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		traces = append(traces, string(text))
	}
	if traces[0] != traces[1] || strings.Count(traces[0], "\n") < 20 {
		t.Errorf("two traces:\n%s\n%s", traces[0], traces[1])
	}
	if out, err := again(t, "TestFails", "-sim.seed=0"); err != nil { // a seed with which it does not fail
		t.Error(err, out)
	}
}

func TestStuck(t *testing.T) {
	if os.Getenv("SIMTEST") != "TestStuck" {
		return
	}
	s := sim.New()
	simtest.CheckLocks(s, 50*time.Millisecond)
	var mu sync.Mutex
	for range 2 {
		s.Go("p", func(p *sim.Proc) {
			mu.Lock()
			defer mu.Unlock()
			p.Sleep(1)
		})
	}
	s.Run(context.Background())
}

func TestCheckLocks(t *testing.T) {
	out, err := again(t, "TestStuck", "-test.timeout=60s")
	if err == nil || !strings.Contains(out, "sim: a process has waited 50ms for a lock of package sync") || !strings.Contains(out, "simtest_test.TestStuck") {
		t.Error(err, out)
	}
	s := sim.New() // a long step is no lock
	stop := simtest.CheckLocks(s, 5*time.Millisecond)
	s.At(1, func() { time.Sleep(50 * time.Millisecond) })
	s.Run(context.Background())
	stop()
}

func TestLink(t *testing.T) {
	s := sim.New()
	var got []string
	l := simtest.NewLink(s, func(v string) { got = append(got, fmt.Sprintf("%s at %g", v, s.Now())) })
	l.Send("plain")
	l.Delay = func() float64 { return 5 }
	s.At(1, func() { l.Send("late") })
	s.At(4, func() { l.Send("lost on the way") })
	s.At(8, func() { l.Cut = true })
	s.At(8.5, func() { l.Send("not sent") })
	s.At(10, func() { l.Cut = false; l.Duplicate = 1; l.Send("twice") })
	s.At(20, func() { l.Loss = 1; l.Send("lost") })
	s.Run(context.Background())
	if want := []string{"plain at 0", "late at 6", "twice at 15", "twice at 15"}; !slices.Equal(got, want) {
		t.Error(got)
	}
	n := 0
	s = sim.New()
	l2 := simtest.NewLink(s, func(int) { n++ })
	l2.Loss, l2.Duplicate = 0.25, 0.5
	for i := range 10_000 {
		l2.Send(i)
	}
	s.Run(context.Background())
	if want := 10_000 * 1.5 * 0.75; math.Abs(float64(n)-want) > 250 {
		t.Error(n, "arrived, about", want, "should have")
	}
	defer func() {
		if r := fmt.Sprint(recover()); !strings.HasPrefix(r, "sim: nil function") {
			t.Error(r)
		}
	}()
	simtest.NewLink[int](s, nil)
}

func ExampleLink() {
	s := sim.New(sim.Seed(1))
	inbox := sim.NewStore[string](s, "inbox", math.MaxInt)
	link := simtest.NewLink(s, func(v string) { inbox.TryPut(v) })
	link.Delay = func() float64 { return 2 }
	s.Go("sender", func(p *sim.Proc) { link.Send("hello") })
	s.Go("receiver", func(p *sim.Proc) {
		v, _ := inbox.Get(p)
		fmt.Println(v, "at", p.Now())
	})
	s.Run(context.Background())
	// Output: hello at 2
}
