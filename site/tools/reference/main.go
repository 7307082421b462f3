// The reference command writes the documentation of a Go package as a page of Markdown, with its
// examples. Its arguments are the package's folder and its import path.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the documentation of the package in dir, with the import path, to out.
func run(dir, path string, out io.Writer) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, path)
	if err != nil {
		return err
	}
	w := &writer{fset: fset, p: p, all: doc.Examples(files...)}
	w.page()
	_, err = out.Write(w.out.Bytes())
	return err
}

type writer struct {
	fset *token.FileSet
	p    *doc.Package
	all  []*doc.Example
	out  bytes.Buffer
}

// page writes the page. A heading's id is what a link in a doc comment calls it.
func (w *writer) page() {
	fmt.Fprintf(&w.out, "# Package %s\n\n```go\nimport %q\n```\n\n", w.p.Name, w.p.ImportPath)
	w.text(w.p.Doc)
	w.examples(w.p.Examples)

	w.out.WriteString("## Index\n\n")
	link := func(id, text string) { fmt.Fprintf(&w.out, "- [`%s`](#%s)\n", text, id) }
	for _, f := range w.p.Funcs {
		link(f.Name, w.line(f.Decl))
	}
	for _, t := range w.p.Types {
		link(t.Name, "type "+t.Name)
		for _, f := range t.Funcs {
			link(f.Name, w.line(f.Decl))
		}
		for _, m := range t.Methods {
			link(t.Name+"."+m.Name, w.line(m.Decl))
		}
	}
	w.out.WriteByte('\n')

	w.values("Constants", w.p.Consts)
	w.values("Variables", w.p.Vars)
	if len(w.p.Funcs) > 0 {
		w.out.WriteString("## Functions\n\n")
	}
	for _, f := range w.p.Funcs {
		w.function(f.Name, f)
	}
	for _, t := range w.p.Types {
		fmt.Fprintf(&w.out, "## type %s {#%s}\n\n", t.Name, t.Name)
		w.code(t.Decl)
		w.text(t.Doc)
		for _, v := range append(t.Consts, t.Vars...) {
			w.code(v.Decl)
			w.text(v.Doc)
		}
		w.examples(t.Examples)
		for _, f := range t.Funcs {
			w.function(f.Name, f)
		}
		for _, m := range t.Methods {
			w.function(t.Name+"."+m.Name, m)
		}
	}
}

func (w *writer) values(title string, values []*doc.Value) {
	if len(values) > 0 {
		fmt.Fprintf(&w.out, "## %s\n\n", title)
	}
	for _, v := range values {
		fmt.Fprintf(&w.out, "### %s {#%s}\n\n", strings.Join(v.Names, ", "), v.Names[0])
		w.code(v.Decl)
		w.text(v.Doc)
		for _, e := range w.all { // go/doc gives examples to functions and types only
			if e.Name == v.Names[0] {
				w.examples([]*doc.Example{e})
			}
		}
	}
}

// headings returns the id of the heading that each constant and variable is below.
func (w *writer) headings() map[string]string {
	ids := map[string]string{}
	add := func(id string, values []*doc.Value) {
		for _, v := range values {
			for _, name := range v.Names {
				ids[name] = cmp.Or(id, v.Names[0])
			}
		}
	}
	add("", w.p.Consts)
	add("", w.p.Vars)
	for _, t := range w.p.Types {
		add(t.Name, t.Consts)
		add(t.Name, t.Vars)
	}
	return ids
}

func (w *writer) function(id string, f *doc.Func) {
	fmt.Fprintf(&w.out, "### func %s {#%s}\n\n", f.Name, id)
	w.code(f.Decl)
	w.text(f.Doc)
	w.examples(f.Examples)
}

func (w *writer) text(text string) {
	markdown := w.p.Printer()
	markdown.DocLinkBaseURL = "https://pkg.go.dev"
	markdown.DocLinkURL = func(link *comment.DocLink) string {
		if id, ok := w.headings()[link.Name]; ok && link.ImportPath == "" && link.Recv == "" {
			return "#" + id
		}
		return link.DefaultURL(markdown.DocLinkBaseURL)
	}
	markdown.HeadingLevel = 3
	d := w.p.Parser().Parse(text)
	for _, block := range d.Content {
		if code, ok := block.(*comment.Code); ok && statements(code.Text) {
			fmt.Fprintf(&w.out, "```go\n%s```\n\n", code.Text)
			continue
		}
		one := *d
		one.Content = []comment.Block{block}
		w.out.Write(markdown.Markdown(&one))
		w.out.WriteByte('\n')
	}
	w.out.WriteByte('\n')
}

// statements reports whether the text is of Go's statements, such as can be highlighted.
func statements(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+text+"}", 0)
	return err == nil
}

func (w *writer) source(node any) string {
	var b bytes.Buffer
	if err := format.Node(&b, w.fset, node); err != nil {
		panic(err)
	}
	return b.String()
}

// line returns a function's head as one line.
func (w *writer) line(f *ast.FuncDecl) string {
	return strings.Join(strings.Fields(w.source(f)), " ")
}

func (w *writer) code(node any) { fmt.Fprintf(&w.out, "```go\n%s\n```\n\n", w.source(node)) }

var braces = regexp.MustCompile(`(?s)^\{\n(.*)\n?\}$`)

func (w *writer) examples(examples []*doc.Example) {
	for _, e := range examples {
		title := "Example"
		if e.Suffix != "" {
			title += ": " + e.Suffix
		}
		code := w.source(&printer.CommentedNode{Node: e.Code, Comments: e.Comments})
		if m := braces.FindStringSubmatch(code); m != nil {
			code = strings.ReplaceAll(strings.TrimPrefix(m[1], "\t"), "\n\t", "\n")
		}
		if i := strings.Index(code, "// Output:"); i >= 0 {
			code = code[:i]
		}
		fmt.Fprintf(&w.out, "*%s:*\n\n```go\n%s\n```\n\n", title, strings.TrimSpace(code))
		w.text(e.Doc)
		if e.Output != "" {
			fmt.Fprintf(&w.out, "prints\n\n```text\n%s\n```\n\n", strings.TrimSpace(e.Output))
		}
	}
}
