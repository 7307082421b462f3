//go:build amd64 && linux

package native

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/frame"
	"github.com/goaco/aco/internal/release"
)

// docs/proof/premises.md names what these tests are for by its number.

// runtimeFunctions parses the runtime's source and returns who does what: the names of the functions
// in which a call "f()", an assignment "v =" or a name "a.b" occurs. It leaves out what is for other systems.
func runtimeFunctions(t *testing.T) map[string]map[string]bool {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime")
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	called := map[string]map[string]bool{}
	set := func(what, by string) {
		if called[what] == nil {
			called[what] = map[string]bool{}
		}
		called[what][by] = true
	}
	for _, name := range names {
		switch base := filepath.Base(name); {
		case strings.HasSuffix(base, "_test.go"):
			continue
		case base != "os_linux.go" && strings.HasPrefix(base, "os"), strings.Contains(base, "_windows"), strings.Contains(base, "_plan9"):
			continue // for another system
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(function, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					set(text(n.Fun)+"()", function.Name.Name)
				case *ast.AssignStmt:
					for _, l := range n.Lhs {
						set(text(l)+" =", function.Name.Name)
					}
				case *ast.SelectorExpr:
					set(text(n), function.Name.Name)
				case *ast.Ident:
					set(n.Name, function.Name.Name)
				}
				return true
			})
		}
	}
	return called
}

// P11, P13, P16, P18, P21, P22. What the proof assumes of the runtime's source: who else may hold up a
// goroutine, who changes the flags that the assembly tests, who writes below SP, what is scanned. A release in
// which another function does so has to be read anew.
func TestPremises(t *testing.T) {
	called := runtimeFunctions(t)
	for _, premise := range []struct {
		what string
		by   []string
	}{
		{"suspendG()", []string{"markroot", "traceAdvance"}},
		{"writeBarrier.enabled =", []string{"setGCPhase"}},
		{"setGCPhase()", []string{"gcMarkTermination", "gcStart"}},
		{"trace.enabled =", []string{"StartTrace", "traceAdvance"}},
		{"goroutineProfile.active =", []string{"goroutineProfileWithLabelsConcurrent"}},
		{"isShrinkStackSafe()", []string{"scanstack", "shrinkstack"}},
		{"ctxt.pushCall()", []string{"doSigPreempt"}}, // a handler that pushes a call on the goroutine's stack
		{"doSigPreempt()", []string{"sighandler"}},
		{"c.preparePanic()", []string{"sighandler"}}, // and another one: for a fault, which our assembly does not cause
	} {
		if got := slices.Sorted(maps.Keys(called[premise.what])); !slices.Equal(got, premise.by) {
			t.Errorf("%s by %v, want %v", premise.what, got, premise.by)
		}
	}
	for _, premise := range []struct {
		by   string
		what []string
	}{
		{"doSigPreempt", []string{"wantAsyncPreempt()", "isAsyncSafePoint()"}}, // before it pushes
		{"isAsyncSafePoint", []string{"abi.FuncFlagAsm", "abi.UnsafePointUnsafe", "stringslite.HasPrefix()"}},
		{"setsig", []string{"_SA_ONSTACK"}},
		{"scanstack", []string{"gp.sched.ctxt", "gp._defer", "gp._panic"}},
		{"copystack", []string{"adjustctxt()", "adjustdefers()", "adjustpanics()"}},
		{"findGoroutineLeaks", []string{"assertWorldStopped()"}},
		{"allGsSnapshotSortedForGC", []string{"gp.internalBlocked()"}},
	} {
		if strings.HasPrefix(runtime.Version(), "go1.25") && (premise.by == "findGoroutineLeaks" || premise.by == "allGsSnapshotSortedForGC") {
			continue // it has none
		}
		for _, what := range premise.what {
			if !called[what][premise.by] {
				t.Errorf("%s has no %s", premise.by, what)
			}
		}
	}
}

// eachFunction calls do with each function of this program, and its code.
func eachFunction(t *testing.T, do func(name string, f release.FuncInfo, code []byte)) {
	text := release.FindFunc(codes()[0]).Text()
	n := 0
	for pc := text; ; { // functions begin at multiples of 16
		f := release.FindFunc(pc)
		if f.Function == nil {
			break
		}
		end := pc + 16
		for next := release.FindFunc(end); next.Function == f.Function; next = release.FindFunc(end) {
			end += 16
		}
		do(runtime.FuncForPC(f.EntryPC()).Name(), f, unsafe.Slice((*byte)(unsafe.Pointer(at(f.EntryPC()))), end-f.EntryPC()))
		n++
		pc = end
	}
	if n < 1000 {
		t.Errorf("only %d functions", n)
	}
}

// P7. A function with a frame pushes BP first and makes it point there, so that the words it is saved in
// are a list of the frames. Where it does not, the decoder has to know or to refuse.
func TestFramePointersAreSaved(t *testing.T) {
	saves := []byte{0x55, 0x48, 0x89, 0xe5} // PUSHQ BP; MOVQ SP, BP
	eachFunction(t, func(name string, f release.FuncInfo, code []byte) {
		if f.Flag&release.FlagAsm != 0 {
			return
		}
		deepest := int32(0)
		for i := range code {
			deepest = max(deepest, f.Value(f.PCSP, f.EntryPC()+uintptr(i)))
		}
		if deepest == 0 {
			return
		}
		i := bytes.Index(code[:min(len(code), 64)], saves)
		if i < 0 {
			t.Errorf("%s saves no BP: % x", name, code[:min(len(code), 64)])
		} else if before, after := f.Value(f.PCSP, f.EntryPC()+uintptr(i)), f.Value(f.PCSP, f.EntryPC()+uintptr(i)+1); before != 0 || after != 8 {
			t.Errorf("%s has pushed %d bytes before BP and %d after", name, before, after)
		}
	})
}

// P7. And so it is in the frames of suspended coroutines, up to enter's.
func TestFramePointersAreLinked(t *testing.T) {
	if _, why := verify(); why != "" { // whatever engine is in use
		t.Fatal(why)
	}
	type node struct{ left, right *node }
	var walk func(n *node, f func())
	walk = func(n *node, f func()) {
		if n != nil {
			walk(n.left, f)
			f()
			walk(n.right, f)
		}
	}
	tree := &node{&node{&node{}, nil}, &node{}}
	for name, body := range map[string]func(yield func()){
		"plain":   func(yield func()) { yield() },
		"closure": func(yield func()) { n := 1; func() { yield(); n++ }(); runtime.KeepAlive(&n) },
		"panic": func(yield func()) {
			defer func() {
				if recover() != nil {
					yield()
				}
			}()
			panic(1)
		},
		"fault": func(yield func()) {
			defer func() {
				yield()
				if recover() != nil {
					yield()
				}
			}()
			var p *int
			*p = 1
		},
		"defers in a loop": func(yield func()) {
			for range 3 {
				defer yield()
			}
		},
		"range":     func(yield func()) { slices.Values([]int{1, 2})(func(int) bool { yield(); return true }) },
		"recursion": func(yield func()) { walk(tree, yield) },
		"library":   func(yield func()) { new(sync.Once).Do(yield) },
		"generic":   func(yield func()) { slices.SortFunc([]int{2, 1}, func(a, b int) int { yield(); return a - b }) },
		"method":    func(yield func()) { var y interface{ yield() } = yielder{yield}; defer y.yield(); f := y.yield; f() },
		"large frame": func(yield func()) {
			var a [1000]int
			yield()
			runtime.KeepAlive(&a)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := new(core)
			c.makeShared(coro.Shared)
			c.Main = func(c *coro.Core) {
				if !c.Ended() {
					defer coro.End()
					body(func() { leave((*core)(c)) })
				}
			}
			saved := 0
			for enter(c) {
				words := slices.Clone(unsafe.Slice((*uintptr)(c.Frames), c.layout().size/ptrSize))
				l, want, interrupted := c.layout(), c.layout().bp, false
				for off, pc := uintptr(0), l.pc; off < l.size; {
					fr := frame.At(pc, interrupted)
					if fr.FP != frame.None {
						if off+fr.FP != want {
							t.Fatalf("%s has saved BP at offset %d; the frame before says %d", runtime.FuncForPC(pc).Name(), off+fr.FP, want)
						}
						want = words[want/ptrSize] - c.Lo
						saved++
					}
					interrupted = fr.Sig
					off, pc = fr.Caller(words, off)
				}
				if want < l.size || want >= l.size+enterSize {
					t.Fatalf("main's leads to %d, outside of enter's frame at %d", want, l.size)
				}
				runtime.KeepAlive(c)
			}
			if saved < 3 {
				t.Errorf("only %d frames", saved)
			}
		})
	}
}

type yielder struct{ f func() }

func (y yielder) yield() { y.f() }

// P11. The assembly is known to be such, which keeps a goroutine in it from being preempted.
func TestAssemblyIsMarked(t *testing.T) {
	t1, t2 := codes(), pulledCodes()
	addresses := []uintptr{t1[0], t1[1], t1[2], t1[6], t2.next, t2.stop, t2.exitStack, t2.exitKept}
	for i, pc := range slices.Concat(addresses, t2.give[:], t2.exit[:]) {
		if release.FindFunc(pc).Flag&release.FlagAsm == 0 {
			t.Errorf("%s, address %d of the assembly, is not marked", runtime.FuncForPC(pc).Name(), i)
		}
	}
	if pc := reflect.ValueOf(TestAssemblyIsMarked).Pointer(); release.FindFunc(pc).Flag&release.FlagAsm != 0 {
		t.Error("a function in Go is marked")
	}
}

// A traceback in the midst of the assembly finds its caller: the assembler knows where SP is, or that it does not.
func TestAssemblyCanBeUnwound(t *testing.T) {
	n := 0
	eachFunction(t, func(name string, f release.FuncInfo, code []byte) {
		if f.Flag&release.FlagAsm == 0 || f.Flag&release.FlagSPWrite != 0 || !strings.HasPrefix(name, "github.com/goaco/aco/") {
			return
		}
		n++
		for i := range code {
			if pc := f.EntryPC() + uintptr(i); f.Value(f.PCSP, pc) < -1 { // -1 is behind its end
				t.Fatalf("%s: SP is taken to be above the return address at +%d", name, i)
			}
		}
	})
	if n < 8 {
		t.Errorf("only %d functions", n)
	}
}

// P14. No code is restarted from before a call when it is preempted: on amd64 none is restarted at all.
func TestNothingIsRestarted(t *testing.T) {
	const restart1, restartAtEntry = -3, -5 // internal/abi/symtab.go
	unsafePoints := 0
	eachFunction(t, func(name string, f release.FuncInfo, code []byte) {
		for i := range code {
			switch v := f.PCData(release.PCDataUnsafePoint, f.EntryPC()+uintptr(i)); {
			case restartAtEntry <= v && v <= restart1:
				t.Fatalf("%s is restarted when it is preempted at +%d", name, i)
			case v == -2:
				unsafePoints++
			}
		}
	})
	if unsafePoints == 0 {
		t.Error("the table was not found: it has no unsafe points")
	}
}

// P20. Memory that an object lies in which the collector keeps is not taken for stacks, and that of stacks
// not for objects.
func TestObjectsAndStacks(t *testing.T) {
	type span struct{ from, to uintptr }
	for round := range 4 {
		var kept []unsafe.Pointer
		for i := range 30000 {
			size := []int{8, 48, 120, 1024, 8192, 40000}[i%6]
			if b := make([]byte, size); i%(round+2) == 0 {
				kept = append(kept, unsafe.Pointer(&b[0]))
			}
		}
		runtime.GC()
		var wg sync.WaitGroup
		stacks := make(chan span, 2000)
		done := make(chan bool)
		for i := range cap(stacks) {
			wg.Add(1)
			go func() {
				grown(i % 100)
				_, floor, top, _, _, _ := look()
				stacks <- span{floor, top}
				<-done // all are alive at once
				wg.Done()
			}()
		}
		var all []span
		for range cap(stacks) {
			all = append(all, <-stacks)
		}
		runtime.GC()
		slices.SortFunc(kept, func(a, b unsafe.Pointer) int { return cmp.Compare(uintptr(a), uintptr(b)) })
		for _, s := range all {
			i, _ := slices.BinarySearchFunc(kept, s.from, func(p unsafe.Pointer, a uintptr) int { return cmp.Compare(uintptr(p), a) })
			if i < len(kept) && uintptr(kept[i]) < s.to {
				t.Fatalf("an object that is kept at %p is in a stack at [%#x, %#x)", kept[i], s.from, s.to)
			}
		}
		close(done)
		wg.Wait()
		runtime.KeepAlive(kept)
	}
}

//go:noinline
func grown(n int) int {
	var a [64]int
	if n == 0 {
		return len(a)
	}
	a[n%64] = grown(n - 1)
	return a[n%64]
}

// text returns an expression of names and dots as it is written.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	}
	return "?"
}
