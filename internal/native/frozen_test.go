//go:build (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// P28. A function that nobody may stop, not even where its frame is made, calls none but such functions: the first
// instructions of another one would be a safepoint.
func TestAlone(t *testing.T) {
	type call struct{ by, what string }
	named := map[string]bool{}
	var calls []call
	for _, name := range []string{"frozen.go", "pulled.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Doc == nil {
				continue
			}
			pragmas := ""
			for _, c := range f.Doc.List {
				pragmas += c.Text + "\n"
			}
			if !strings.Contains(pragmas, "//go:linkname "+f.Name.Name+" runtime.goaco_") {
				continue
			}
			named[f.Name.Name] = true
			if !strings.Contains(pragmas, "//go:nosplit\n") || !strings.Contains(pragmas, "//go:norace\n") {
				t.Errorf("%s is not nosplit, or looked at by the race detector", f.Name.Name)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if name := calledBy(n.Fun); name != "" {
						calls = append(calls, call{f.Name.Name, name})
					}
				case *ast.IndexExpr, *ast.SliceExpr:
					// An index that the compiler can't tell to be in range is looked at, and if it is not a panic is called, which
					// is nothing that goes on.
				case *ast.DeferStmt, *ast.GoStmt, *ast.FuncLit, *ast.SelectStmt, *ast.SendStmt:
					t.Errorf("%s has a statement that the runtime does", f.Name.Name)
				}
				return true
			})
		}
	}
	for _, a := range append(alone, alonePulled...) {
		if a.named && !named[a.name] {
			t.Errorf("%s has no name in package runtime", a.name)
		}
	}
	if len(named) != 9 || len(calls) < 10 {
		t.Errorf("found %d functions and %d calls", len(named), len(calls))
	}
	for _, c := range calls {
		if !named[c.what] && c != (call{"keepRaw", "p.clearPointers"}) { // which is last: the value is where the collector sees it
			t.Errorf("%s calls %s", c.by, c.what)
		}
	}
}

// calledBy returns the name of a function that is called; "" if it is a conversion, or what the compiler has no call for.
func calledBy(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		switch f.Name {
		case "uintptr", "uint8", "uint32", "uint64", "int", "len", "max", "min":
			return ""
		}
		return f.Name
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		if ok && x.Name == "unsafe" {
			return ""
		}
		if ok {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	case *ast.ParenExpr: // a conversion to a pointer
		return ""
	}
	return "?"
}

// Nor does one that nobody may stop but where its frame is made call a function that may move the stack, however it is built: with "-l
// -d=checkptr" even one that only converts a pointer calls others. What wake calls at the end, it calls when all is in place.
func TestAloneCallsNosplit(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	nosplit, calls := map[string]bool{}, map[string][]string{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if f.Body == nil || f.Doc != nil && slices.ContainsFunc(f.Doc.List, func(c *ast.Comment) bool { return c.Text == "//go:nosplit" }) {
				nosplit[f.Name.Name] = true
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					called := calledBy(call.Fun)
					calls[f.Name.Name] = append(calls[f.Name.Name], called[strings.LastIndexByte(called, '.')+1:])
				}
				return true
			})
		}
	}
	looked := 0
	for _, a := range append(alone, alonePulled...) {
		for _, called := range calls[a.name] {
			looked++
			if called != "" && !nosplit[called] && !(a.name == "wake" && (called == "woken" || called == "cutTo")) {
				t.Errorf("%s calls %s", a.name, called)
			}
		}
	}
	if looked < 10 {
		t.Errorf("found %d calls", looked)
	}
}
