//go:build gc && amd64 && linux && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the proof assumes of the runtime's source: who else may hold up a goroutine, and who
// changes the flags that the assembly tests. A release in which another function does so has to be
// read anew.
func TestPremises(t *testing.T) {
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
		if strings.HasSuffix(name, "_test.go") {
			continue
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
				}
				return true
			})
		}
	}
	for _, premise := range []struct {
		what string
		by   []string
	}{
		{"suspendG()", []string{"markroot", "traceAdvance"}},
		{"writeBarrier.enabled =", []string{"setGCPhase"}},
		{"trace.enabled =", []string{"StartTrace", "traceAdvance"}},
		{"goroutineProfile.active =", []string{"goroutineProfileWithLabelsConcurrent"}},
		{"isShrinkStackSafe()", []string{"scanstack", "shrinkstack"}},
	} {
		if got := slices.Sorted(maps.Keys(called[premise.what])); !slices.Equal(got, premise.by) {
			t.Errorf("%s by %v, want %v", premise.what, got, premise.by)
		}
	}
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
