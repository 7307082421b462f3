// Package inlined has the analyzer of acovet.
//
// The compiler inlines calls bottom-up, over a list of functions that it makes before (cmd/compile/internal/inline/
// interleaved: DevirtualizeAndInlinePackage). Where it inlines a function that contains a function literal, it reads
// the body anew (noder/reader.go: unifiedInlineCall, funcLit), and the copy of the literal is a new function, which is
// not on that list: nothing is inlined into it. So if the literal is the body of a coroutine, Yield is called in it.
// The analyzer finds functions that contain such a literal and are cheap enough to be inlined.
package inlined

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Analyzer reports functions that are inlined together with the body of a coroutine.
var Analyzer = &analysis.Analyzer{
	Name:      "acoinlined",
	Doc:       "report functions that are inlined with a coroutine's body in them, so that Yield is not inlined there",
	URL:       "https://pkg.go.dev/github.com/goaco/aco/cmd/acovet/inlined",
	Run:       run,
	FactTypes: []analysis.Fact{(*inlinable)(nil)},
}

const acoPath = "github.com/goaco/aco"

// An inlinable is the fact that a function may be inlined, and what it costs the function that calls it.
type inlinable struct{ Cost int }

func (*inlinable) AFact()           {}
func (f *inlinable) String() string { return fmt.Sprintf("inlinable, cost %d", f.Cost) }

func run(pass *analysis.Pass) (any, error) {
	e := &estimator{pass: pass, decls: map[*types.Func]*ast.FuncDecl{}, known: map[*types.Func]int{}}
	for _, file := range pass.Files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				if fn, ok := pass.TypesInfo.Defs[d.Name].(*types.Func); ok {
					e.decls[fn] = d
				}
			}
		}
	}
	for fn, d := range e.decls {
		cost := e.cost(fn)
		if cost > budget {
			continue
		}
		if fn.Name() != "init" && fn.Name() != "_" {
			pass.ExportObjectFact(fn, &inlinable{cost})
		}
		if yields := yieldInLiteral(pass.TypesInfo, d.Body); yields != nil && mayBeCalled(pass, fn) {
			pass.Report(analysis.Diagnostic{
				Pos: d.Name.Pos(), End: d.Name.End(),
				Message: fmt.Sprintf("%s is inlined into its callers, and Yield is then not inlined into the coroutine's body: "+
					"a switch takes twice the time; put //go:noinline before %[1]s, or give the body a name", fn.Name()),
				Related: []analysis.RelatedInformation{{Pos: yields.Pos(), End: yields.End(), Message: "this Yield is called"}},
				SuggestedFixes: []analysis.SuggestedFix{{
					Message:   "put //go:noinline before " + fn.Name(),
					TextEdits: []analysis.TextEdit{{Pos: d.Type.Func, End: d.Type.Func, NewText: directive(d)}},
				}},
			})
		}
	}
	return nil, nil
}

// mayBeCalled reports whether a call of fn is seen, or may be in another package. What is called through a variable
// alone, as a test is, is not inlined.
func mayBeCalled(pass *analysis.Pass, fn *types.Func) bool {
	if fn.Exported() && pass.Pkg.Name() != "main" && !strings.HasSuffix(pass.Fset.Position(fn.Pos()).Filename, "_test.go") {
		return true
	}
	for _, file := range pass.Files {
		for n := range ast.Preorder(file) {
			if call, ok := n.(*ast.CallExpr); ok && callee(pass.TypesInfo, call) == fn {
				return true
			}
		}
	}
	return false
}

// directive returns the line that keeps a function from being inlined, apart from a comment before it.
func directive(d *ast.FuncDecl) []byte {
	if d.Doc != nil && !strings.HasPrefix(d.Doc.List[len(d.Doc.List)-1].Text, "//go:") {
		return []byte("//\n//go:noinline\n")
	}
	return []byte("//go:noinline\n")
}

// yieldInLiteral returns a call of Yield in a function literal within body, or nil.
func yieldInLiteral(info *types.Info, body *ast.BlockStmt) (found ast.Node) {
	depth := 0
	var stack []bool
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			if stack[len(stack)-1] {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		_, literal := n.(*ast.FuncLit)
		if literal {
			depth++
		}
		stack = append(stack, literal)
		if call, ok := n.(*ast.CallExpr); ok && depth > 0 && found == nil {
			if fn := callee(info, call); fn != nil && fn.Name() == "Yield" && fn.Pkg() != nil && fn.Pkg().Path() == acoPath && fn.Signature().Recv() != nil {
				found = call
			}
		}
		return true
	})
	return found
}

// callee returns the function or method that a call calls, if that is known.
func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	var id *ast.Ident
	switch f := ast.Unparen(fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	fn, _ := info.Uses[id].(*types.Func)
	if fn == nil {
		return nil
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return nil
	}
	return fn.Origin()
}
