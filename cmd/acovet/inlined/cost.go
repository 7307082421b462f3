package inlined

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// What a function costs the compiler's inliner, as cmd/compile/internal/inline: hairyVisitor counts it: one for each
// node, and more for calls and function literals. The nodes here are those of the source; where the compiler adds
// some, such as the dictionary of a generic function, they are counted too. A test compares with the compiler.

const (
	budget      = 80 // a function that costs more is not inlined: inlineMaxBudget
	callCost    = 57 // of a call that is not inlined: inlineExtraCallCost
	paramCost   = 17 // of a call of a parameter: inlineParamCallCost
	literalCost = 15 // of a function literal
	never       = 1 << 20
)

// An estimator counts functions of a package.
type estimator struct {
	pass  *analysis.Pass
	decls map[*types.Func]*ast.FuncDecl
	known map[*types.Func]int
}

// cost returns what fn costs, or never if it can't be inlined.
func (e *estimator) cost(fn *types.Func) int {
	if c, ok := e.known[fn]; ok {
		return c
	}
	d := e.decls[fn]
	if d == nil {
		var f inlinable
		if fn.Pkg() != e.pass.Pkg && e.pass.ImportObjectFact(fn, &f) {
			return f.Cost
		}
		return never
	}
	e.known[fn] = never // a function that calls itself
	if d.Body == nil || forbidden(d) {
		return never
	}
	c := &counter{e: e, generic: fn.Signature().TypeParams() != nil || fn.Signature().RecvTypeParams() != nil, params: map[types.Object]bool{}}
	for v := range fn.Signature().Params().Variables() {
		c.params[v] = true
	}
	c.block(d.Body)
	e.known[fn] = c.sum
	return c.sum
}

// forbidden reports whether a directive keeps a function from being inlined.
func forbidden(d *ast.FuncDecl) bool {
	if d.Doc == nil {
		return false
	}
	for _, c := range d.Doc.List {
		for _, directive := range []string{"//go:noinline", "//go:uintptrescapes", "//go:uintptrkeepalive", "//go:yeswritebarrierrec"} {
			if strings.TrimSpace(c.Text) == directive {
				return true
			}
		}
	}
	return false
}

// A counter sums up a function's nodes.
type counter struct {
	e       *estimator
	generic bool
	params  map[types.Object]bool
	sum     int
}

func (c *counter) block(b *ast.BlockStmt) {
	for _, s := range b.List {
		c.stmt(s)
	}
}

// stmt counts a statement with all that is in it.
func (c *counter) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.GoStmt, *ast.DeferStmt:
		c.sum += never
	case *ast.BlockStmt:
		c.block(s)
	case *ast.ExprStmt:
		c.expr(s.X)
	case *ast.LabeledStmt:
		c.sum++
		c.stmt(s.Stmt)
	case *ast.DeclStmt, *ast.EmptyStmt:
		c.children(s)
	case *ast.AssignStmt:
		c.sum++
		if s.Tok == token.DEFINE { // the declarations
			c.sum += len(s.Lhs)
		}
		c.exprs(s.Lhs)
		c.exprs(s.Rhs)
	case *ast.RangeStmt:
		if t, ok := c.e.pass.TypesInfo.TypeOf(s.X).Underlying().(*types.Signature); ok && t != nil { // its body is a function literal
			c.sum += 1 + callCost + literalCost + 1
			c.expr(s.X)
			return
		}
		c.sum++
		c.children(s)
	default:
		c.sum++
		c.children(s)
	}
}

// children counts what is in a statement.
func (c *counter) children(s ast.Stmt) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case ast.Expr:
			c.expr(n)
			return false
		case ast.Stmt:
			if n == s {
				return true
			}
			c.stmt(n)
			return false
		}
		return true
	})
}

func (c *counter) exprs(list []ast.Expr) {
	for _, x := range list {
		c.expr(x)
	}
}

// expr counts an expression with all that is in it.
func (c *counter) expr(x ast.Expr) {
	info := c.e.pass.TypesInfo
	if tv, ok := info.Types[x]; ok && (tv.Value != nil || tv.IsType()) {
		if tv.Value != nil {
			c.sum++
		}
		return
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		c.expr(x.X)
	case *ast.FuncLit:
		c.sum += literalCost + 1
	case *ast.CallExpr:
		c.call(x)
	case *ast.SelectorExpr:
		c.sum++
		if _, ok := info.Selections[x]; ok { // or else it is a name of a package
			c.expr(x.X)
		}
	case *ast.CompositeLit:
		c.sum++
		for _, elt := range x.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				c.sum++
				elt = kv.Value
			}
			c.expr(elt)
		}
	case *ast.StarExpr:
		c.sum++
		c.expr(x.X)
	case *ast.UnaryExpr:
		c.sum++
		c.expr(x.X)
	case *ast.BinaryExpr:
		c.sum++
		c.expr(x.X)
		c.expr(x.Y)
	case *ast.IndexExpr:
		c.sum++
		c.expr(x.X)
		c.expr(x.Index)
	case *ast.IndexListExpr:
		c.sum++
		c.expr(x.X)
	case *ast.SliceExpr:
		c.sum++
		c.expr(x.X)
		for _, i := range []ast.Expr{x.Low, x.High, x.Max} {
			if i != nil {
				c.expr(i)
			}
		}
	case *ast.TypeAssertExpr:
		c.sum++
		c.expr(x.X)
	case nil:
	default:
		c.sum++
	}
}

// call counts a call.
func (c *counter) call(x *ast.CallExpr) {
	info := c.e.pass.TypesInfo
	fun := ast.Unparen(x.Fun)
	if info.Types[fun].IsType() { // a conversion that changes nothing costs nothing
		c.exprs(x.Args)
		return
	}
	c.sum++
	c.exprs(x.Args)
	if id, ok := fun.(*ast.Ident); ok {
		if b, ok := info.Uses[id].(*types.Builtin); ok {
			switch b.Name() {
			case "recover":
				c.sum += never
			case "panic":
				c.sum++
			}
			return
		}
	}
	fn := callee(info, x)
	if fn == nil {
		extra := callCost
		if id, ok := fun.(*ast.Ident); ok && c.params[info.Uses[id]] {
			extra = paramCost
		}
		c.sum += extra
		c.expr(fun)
		return
	}
	sig := fn.Signature()
	if sel, ok := fun.(*ast.SelectorExpr); ok && sig.Recv() != nil {
		c.expr(sel.X)
	} else {
		c.sum++ // the name
	}
	for i, arg := range x.Args { // conversions to interfaces
		if i < sig.Params().Len() && types.IsInterface(sig.Params().At(i).Type()) && !types.IsInterface(info.TypeOf(arg)) {
			if _, ok := sig.Params().At(i).Type().(*types.TypeParam); !ok {
				c.sum++
			}
		}
	}
	if sig.Variadic() && len(x.Args) < sig.Params().Len() {
		c.sum++ // nil
	}
	if sig.TypeParams() != nil || sig.RecvTypeParams() != nil { // the dictionary: its address, or an element of the caller's own
		c.sum += 2
		if c.generic {
			c.sum += 2
		}
	}
	if cost := c.e.cost(fn); cost <= budget {
		c.sum += cost
	} else {
		c.sum += callCost
	}
}
