package workload

import (
	"bytes"
	"iter"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// What the rows batch and kway suspend is wide: 500 to 2,000 bytes of frames.
func TestWideFrames(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Skip("only the native engine can tell how large frames are")
	}
	for name, seq := range map[string]func(func(int) bool){
		"batch": func(yield func(int) bool) {
			batched(batchOf, records)(func(b []int, _ error) bool { return yield(b[0]) })
		},
		"kway": func(yield func(int) bool) { everyEighth(1)(func(v int, _ error) bool { return yield(v) }) },
	} {
		c := aco.New(func(c *Co, _ int) {
			seq(func(v int) bool {
				c.Yield(v)
				return true
			})
		})
		c.Resume(0)
		if n := c.Footprint(); n < 500 || n > 2000 {
			t.Errorf("%s suspends %d bytes", name, n)
		}
		c.Close()
	}
}

// stuck is a way to pull that hands over the first value again and again, as one that lost its place would.
func stuck[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	var first V
	for v := range seq {
		first = v
		break
	}
	return func() (V, bool) { return first, true }, func() {}
}

func stuck2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	var k K
	var v V
	for k, v = range seq {
		break
	}
	return func() (K, V, bool) { return k, v, true }, func() {}
}

// A way that hands over wrong values is found by each of the rows that pull.
func TestWrongValuesAreFound(t *testing.T) {
	runs := func(run func(int), _ func()) func() { return func() { run(100) } }
	for name, use := range map[string]func(){
		"pull-string": runs(pullingStrings(stuck[string])),
		"pull-struct": runs(pullingLexemes(stuck[lexeme], lexemes)),
		"pull-range":  runs(pullingLexemes(stuck[lexeme], through(lexemes))),
		"pull2-error": runs(pullingErrors(stuck2[int, error])),
		"pull2-bytes": runs(pullingBytes(stuck2[[]byte, error])),
		"life-error":  runs(livesOfErrors(stuck2[*lexeme, error])),
		"batch-4":     func() { takeBatches(stuck2[[]int, error], 4) },
		"lexer-states-18": func() {
			takeLexemes(func(seq iter.Seq[lexeme]) (func() (lexeme, bool), func()) {
				next, stop := iter.Pull(seq)
				next()
				return next, stop
			}, stateLine, 18)
		},
		"kway-steady": func() {
			run, _ := steadyKways(stuck2[int, error])()
			run(10)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: wrong values were not found", name)
				}
			}()
			use()
		}()
	}
}

// Every peer of a row of work computes the same, each time anew.
func TestWorkIsTheSame(t *testing.T) {
	works := 0
	for _, r := range Rows {
		var want []int
		for _, p := range r.Peers {
			if p.Work == nil {
				continue
			}
			works++
			once, stop := p.Work()
			var got []int
			for range 7 {
				got = append(got, once())
			}
			stop()
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) || slices.Max(got) == 0 && slices.Min(got) == 0 {
				t.Errorf("%s: %s computed %v, %s %v", r.Name, p.Name, got, r.Peers[0].Name, want)
			}
		}
	}
	if works < 40 {
		t.Errorf("%d peers do work", works)
	}
}

// The work's checksums are of the right values: of those, they depend on each and on their order.
func TestMix(t *testing.T) {
	sum := func(values ...int) (sum int) {
		for _, v := range values {
			sum = mix(sum, v)
		}
		return sum
	}
	if sum(1, 2, 3) == sum(1, 3, 2) || sum(1, 2, 3) == sum(1, 2, 4) || sum(1, 2) == sum(1, 2, 2) {
		t.Error("different values have the same sum")
	}
}

// The ways to pull a sequence that are not the standard library's do what that does.
func TestPulls(t *testing.T) {
	type pull = func(iter.Seq[int]) (func() (int, bool), func())
	for name, p := range map[string]pull{
		"iter.Pull": iter.Pull[int], "channelPull": channelPull[int], "condPull": condPull[int],
		"channelAhead": channelAhead, "bufferedAhead": bufferedAhead,
	} {
		for _, values := range []int{0, 1, 5} {
			for taken := range values + 3 {
				before := runtime.NumGoroutine()
				ended := make(chan bool, 1)
				next, stop := p(func(yield func(int) bool) {
					defer func() { ended <- true }()
					for i := 0; i < values && yield(i); i++ {
					}
				})
				for i := range taken {
					if v, ok := next(); ok != (i < values) || ok && v != i || !ok && v != 0 {
						t.Errorf("%s of %d values: the %dth is %d, %v", name, values, i, v, ok)
					}
				}
				stop()
				if v, ok := next(); ok && taken > 0 && name != "channelAhead" && name != "bufferedAhead" {
					t.Errorf("%s: %d after stop", name, v)
				}
				stop()
				if taken > 0 {
					<-ended
				}
				for i := 0; runtime.NumGoroutine() > before; i++ {
					if i == 1000 {
						t.Fatalf("%s of %d values, %d taken: a goroutine is left", name, values, taken)
					}
					time.Sleep(time.Millisecond)
				}
			}
		}
	}
}

// The state machine's permutations are those of the recursion, and are all there are.
func TestPermutations(t *testing.T) {
	g := permutations(4)
	var want []string
	for p := range g.seq {
		want = append(want, string([]byte{byte('0' + p[0]), byte('0' + p[1]), byte('0' + p[2]), byte('0' + p[3])}))
	}
	next := g.machine()
	for i := 0; ; i++ {
		p, ok := next()
		if !ok {
			if i != 24 {
				t.Errorf("the state machine makes %d", i)
			}
			break
		}
		if s := string([]byte{byte('0' + p[0]), byte('0' + p[1]), byte('0' + p[2]), byte('0' + p[3])}); s != want[i] {
			t.Errorf("%d: %s, want %s", i, s, want[i])
		}
	}
	slices.Sort(want)
	if n := len(slices.Compact(want)); n != 24 {
		t.Errorf("%d different ones, want 24", n)
	}
}

// Resume and Yield are inlined into what is measured, as into a program's functions. The compiler does not
// do so in a very large function, such as that which sets up the rows, nor in a closure of a function that is
// inlined itself.
func TestResumeIsInlined(t *testing.T) {
	program := filepath.Join(t.TempDir(), "aco")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/goaco/aco/cmd/aco").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("go", "tool", "objdump", "-s", `^github\.com/goaco/aco/cmd/aco/internal/(workload|million)\.`, program).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"resuming", "resumingMany", "coroutineLives", "resumingConsumers", "standaloneWalks"} {
		if !bytes.Contains(out, []byte("/internal/workload."+f)) {
			t.Errorf("there is no %s", f)
		}
	}
	called := 0 // where the row one-called says so, which otherwise would measure something else
	for _, m := range regexp.MustCompile(`(?m)^ *(\w+\.go:\d+)\t.*CALL .*aco\.\(\*Coroutine.*\)\.(Resume|Yield)\(SB\)`).FindAllSubmatch(out, -1) {
		file, _, _ := strings.Cut(string(m[1]), ":")
		if file == "called.go" {
			called++
			continue
		}
		if !slices.Contains([]string{"resting.go"}, file) { // which are not timed
			t.Errorf("%s calls %s", m[1], m[2])
		}
	}
	if called != 1 {
		t.Errorf("called.go calls Yield %d times", called)
	}
}
