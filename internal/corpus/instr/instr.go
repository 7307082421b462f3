// Package instr puts calls into Go source, without moving a line.
package instr

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// Options say what is inserted, and where.
type Options struct {
	Import     string                // of the package that is called, under the name corpus__
	Call       func(site int) string // what to insert at a site
	First      int                   // the number of the first site
	Statements bool                  // before each statement, and not only where functions and loops begin
	Main       string                // what main begins with, if not ""
}

// A function with one of these must not call what may be preempted, or grow the stack, or is called by who knows whom.
var untouchable = []string{"nosplit", "norace", "nowritebarrier", "nowritebarrierrec", "systemstack", "uintptrescapes",
	"uintptrkeepalive", "cgo_unsafe_args", "linkname", "registerparams"}

// Source returns the source of a file with calls in it, and at how many sites.
func Source(name string, src []byte, o Options) (out []byte, sites int, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, 0, err
	}
	e := &editor{Options: o, file: fset.File(file.Pos())}
	linked := map[string]bool{}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if f := strings.Fields(c.Text); len(f) >= 2 && f[0] == "//go:linkname" {
				linked[f[1]] = true
			}
		}
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		switch {
		case !ok: // the function literals of variables
			ast.Inspect(d, func(n ast.Node) bool {
				if f, ok := n.(*ast.FuncLit); ok {
					e.function(f.Body)
					return false
				}
				return true
			})
		case f.Body == nil || linked[f.Name.Name] || directed(f.Doc):
		default:
			if o.Main != "" && f.Recv == nil && f.Name.Name == "main" {
				e.insert(f.Body.Lbrace+1, o.Main)
			}
			e.function(f.Body)
		}
	}
	if len(e.all) == 0 {
		return src, 0, nil
	}
	e.all = append(e.all, insertion{e.file.Offset(file.Name.End()), fmt.Sprintf("; import corpus__ %q", o.Import)})
	slices.SortStableFunc(e.all, func(a, b insertion) int { return a.at - b.at })
	last := 0
	for _, in := range e.all {
		out = append(append(out, src[last:in.at]...), in.text...)
		last = in.at
	}
	return append(out, src[last:]...), e.sites, nil
}

func directed(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	return slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		name, ok := strings.CutPrefix(c.Text, "//go:")
		name, _, _ = strings.Cut(name, " ")
		return ok && slices.Contains(untouchable, name)
	})
}

type insertion struct {
	at   int
	text string
}

type editor struct {
	Options
	file  *token.File
	all   []insertion
	sites int
}

func (e *editor) insert(at token.Pos, text string) {
	e.all = append(e.all, insertion{e.file.Offset(at), " " + text + "; "})
}

func (e *editor) site(at token.Pos) {
	e.insert(at, e.Call(e.First+e.sites))
	e.sites++
}

// statements has a list of statements call, each or the first.
func (e *editor) statements(begin token.Pos, list []ast.Stmt, enters bool) {
	if e.Statements {
		for _, s := range list {
			if _, empty := s.(*ast.EmptyStmt); !empty {
				e.site(s.Pos())
				enters = false
			}
		}
	}
	if enters {
		e.site(begin)
	}
}

// function has a function's body, all that it contains included, call.
func (e *editor) function(body *ast.BlockStmt) {
	enters := map[*ast.BlockStmt]bool{body: true}
	cases := map[*ast.BlockStmt]bool{} // whose statements are clauses
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			enters[n.Body] = true
		case *ast.ForStmt:
			enters[n.Body] = true
		case *ast.RangeStmt:
			enters[n.Body] = true
		case *ast.SwitchStmt:
			cases[n.Body] = true
		case *ast.TypeSwitchStmt:
			cases[n.Body] = true
		case *ast.SelectStmt:
			cases[n.Body] = true
		case *ast.CaseClause:
			e.statements(n.Colon+1, n.Body, false)
		case *ast.CommClause:
			e.statements(n.Colon+1, n.Body, false)
		case *ast.BlockStmt:
			if !cases[n] {
				e.statements(n.Lbrace+1, n.List, enters[n])
			}
		}
		return true
	})
}
