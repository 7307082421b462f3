// Corpus runs code that was written for no coroutine inside of them: Go's own test programs, and the tests of packages of
// the standard library, rewritten so that they yield where functions and loops begin, and are resumed at other depths and
// by other goroutines each time. What they say must be what the plain ones do. scripts/corpus calls it.
//
//	corpus [flags] programs DIR   the programs of DIR, the test directory of a Go tree
//	corpus [flags] packages       tests of the standard library
//
// Go is the one that "go env GOROOT" names. The last line says how many results were the same, how many were not, and
// how many could not be compared. The status is 1 if one was not, and 2 if nothing could be done.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	how    = flag.String("how", "entry", "where they yield: entry (functions and loops), statement, or inlined (as entry, with Yield inlined)")
	flags  = flag.String("gcflags", "", "for the compiler, for all packages")
	modes  = flag.String("modes", "shared hop gc,standalone,auto hop", "how they run: words of each mode")
	match  = flag.String("run", "", "only programs or packages that match")
	sample = flag.Int("sample", 1, "only one program in so many")
	limit  = flag.Duration("limit", time.Minute, "for one run")
	dir    = flag.String("work", "", "keep everything here")
)

// A mode is a way to run.
type mode struct {
	name string
	env  []string
}

// plain is the environment without coroutines that goes with a mode.
func (m mode) plain() []string {
	var env []string
	for _, e := range m.env {
		if !strings.HasPrefix(e, "CORPUS_") {
			env = append(env, e)
		}
	}
	return append(env, "CORPUS_KIND=off")
}

func parseModes(s string) (all []mode) {
	for _, name := range strings.Split(s, ",") {
		m := mode{name: name, env: []string{"CORPUS_REFUSED=1"}}
		for _, word := range strings.Fields(name) {
			switch word {
			case "shared", "standalone", "auto":
				m.env = append(m.env, "CORPUS_KIND="+word)
			case "hop":
				m.env = append(m.env, "CORPUS_HOP=1")
			case "gc":
				m.env = append(m.env, "CORPUS_GC=50", "GOGC=5", "GODEBUG=clobberfree=1,gccheckmark=1")
			case "gc1":
				m.env = append(m.env, "CORPUS_GC=200", "GOGC=1", "GODEBUG=clobberfree=1")
			default:
				fail(fmt.Errorf("-modes: what is %q?", word))
			}
		}
		all = append(all, m)
	}
	return all
}

//go:embed allowed.txt
var allowedText string

// allowed has, for what may differ, the reason.
var allowed = map[string]string{}

func main() {
	flag.Parse()
	for _, line := range strings.Split(strings.TrimSpace(allowedText), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, why, ok := strings.Cut(line, "\t")
		if !ok {
			fail(fmt.Errorf("allowed.txt: %q has no reason", line))
		}
		allowed[name] = why
	}
	if *dir == "" {
		temp, err := os.MkdirTemp("", "corpus")
		fail(err)
		*dir = temp
		defer os.RemoveAll(temp)
	}
	abs, err := filepath.Abs(*dir)
	fail(err)
	*dir = abs
	root, err := exec.Command("go", "env", "GOROOT").Output()
	fail(err)
	t := &tally{modes: parseModes(*modes), only: regexp.MustCompile(*match), goroot: strings.TrimSpace(string(root))}
	switch {
	case flag.Arg(0) == "programs" && flag.NArg() == 2:
		t.programs(flag.Arg(1))
	case flag.Arg(0) == "packages" && flag.NArg() == 1:
		t.packages()
	default:
		flag.Usage()
		os.Exit(2)
	}
	fmt.Printf("%d the same, %d differ, %d not compared, %d allowed to differ; %d yields, %d refused\n", t.same, t.differ, t.skipped, t.allowed, t.yields, t.refused)
	switch {
	case t.differ > 0:
		os.Exit(1)
	case t.same == 0 || t.yields == 0:
		fail(errors.New("nothing was compared"))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(2)
	}
}

// A tally is what has been found.
type tally struct {
	modes  []mode
	only   *regexp.Regexp
	goroot string

	mu                             sync.Mutex
	same, differ, skipped, allowed int
	yields, refused                int
}

// counts reads what package drive has counted in a run.
func (t *tally) counts(file string) {
	b, _ := os.ReadFile(file)
	os.Remove(file)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, line := range strings.Split(string(b), "\n") {
		var yields, refused int
		fmt.Sscan(line, &yields, &refused)
		t.yields, t.refused = t.yields+yields, t.refused+refused
	}
}

func (t *tally) say(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Printf(format+"\n", args...)
}

// each calls f with each of all, as many at a time as there are processors.
func each[T any](all []T, f func(T)) {
	jobs := make(chan T)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				f(j)
			}
		}()
	}
	for _, j := range all {
		jobs <- j
	}
	close(jobs)
	wg.Wait()
}

// run runs a command for at most so long, and returns what it said.
func run(limit time.Duration, in string, env []string, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = in, append(os.Environ(), env...), 5*time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = errors.New("too long")
	}
	return out, err
}

// brief is the beginning of s, in a line.
func brief(s []byte) string {
	s, _, _ = bytes.Cut(s, []byte("\n\n"))
	s = bytes.ReplaceAll(s, []byte("\n"), []byte(" | "))
	return string(s[:min(len(s), 300)])
}

// keep writes a log, and returns where.
func keep(name string, log []byte) string {
	name = filepath.Join(*dir, strings.NewReplacer("/", "_", " ", "-").Replace(name)+".log")
	os.WriteFile(name, log, 0o666)
	return name
}

func compilerFlags() []string {
	if *flags == "" {
		return nil
	}
	return []string{"-gcflags=all=" + *flags}
}

func sameEnd(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func sorted[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
