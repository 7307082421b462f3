package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/printer"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A function is one that the premises rely on, or a variable.
type function struct {
	name     string // such as "runtime/stack.go: copystack"
	hash     string // of its text without comments, and however it is formatted
	text     string
	premises string // what relies on it
}

// functions returns them in the order of their names.
func (tc *toolchain) functions() ([]function, error) {
	var out []function
	for _, in := range functions {
		wanted := map[string]bool{}
		for _, name := range strings.Fields(in.names) {
			wanted[name] = true
		}
		names, err := filepath.Glob(filepath.Join(tc.root, "src", filepath.FromSlash(in.pkg), "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			base := filepath.Base(name)
			if strings.HasSuffix(base, "_test.go") || elsewhere(base) {
				continue
			}
			file, err := tc.parse(name)
			if err != nil {
				return nil, err
			}
			add := func(name string, n ast.Node) {
				var b bytes.Buffer
				printer.Fprint(&b, tc.fset, n)
				sum := sha256.Sum256([]byte(strings.Join(strings.Fields(b.String()), " ")))
				out = append(out, function{in.pkg + "/" + base + ": " + name, fmt.Sprintf("%x", sum[:6]), b.String() + "\n", in.premises})
			}
			for _, d := range file.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					name, typ := d.Name.Name, ""
					if d.Recv != nil {
						var b bytes.Buffer
						printer.Fprint(&b, tc.fset, d.Recv.List[0].Type)
						typ = strings.TrimPrefix(b.String(), "*") + "."
					}
					if !wanted[name] && !wanted[typ+name] {
						continue
					}
					name = typ + name
					plain := *d
					plain.Doc = nil
					add(name, &plain)
				case *ast.GenDecl:
					for _, s := range d.Specs {
						if v, ok := s.(*ast.ValueSpec); ok && wanted[v.Names[0].Name] {
							plain := *v
							plain.Doc, plain.Comment = nil, nil
							add(v.Names[0].Name, &plain)
						}
					}
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b function) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// elsewhere reports whether a file is for a system or an architecture that the native engine does not serve.
func elsewhere(base string) bool {
	words := strings.Split(strings.TrimSuffix(base, ".go"), "_")
	for _, w := range words[1:] {
		switch w {
		case "plan9", "solaris", "illumos", "aix", "js", "wasip1", "wasm", "arm", "loong64", "mips", "mipsx", "mips64x", "ppc64x", "ppc64", "riscv64", "s390x":
			return true
		}
	}
	return slices.Contains([]string{"os_aix", "os3_solaris", "os3_plan9"}, words[0])
}

// printChanges prints how the functions of two releases differ, and reports whether they do.
func printChanges(from, to string) (differ bool, err error) {
	var sides [2]map[string]function
	var all []string
	for i, release := range []string{from, to} {
		tc, err := findToolchain(release)
		if err != nil {
			return false, err
		}
		fs, err := tc.functions()
		if err != nil {
			return false, err
		}
		sides[i] = map[string]function{}
		for _, f := range fs {
			sides[i][f.name] = f
			all = append(all, f.name)
		}
	}
	slices.Sort(all)
	same := 0
	for _, name := range slices.Compact(all) {
		a, b := sides[0][name], sides[1][name]
		if a.hash == b.hash {
			same++
			continue
		}
		differ = true
		switch {
		case a.hash == "":
			fmt.Printf("new: %s (%s)\n", name, b.premises)
		case b.hash == "":
			fmt.Printf("gone: %s (%s)\n", name, a.premises)
		default:
			fmt.Printf("changed: %s (%s)\n", name, b.premises)
		}
		if err := printDiff(os.Stdout, a.text, b.text); err != nil {
			return false, err
		}
	}
	fmt.Printf("%s and %s: %d functions are the same\n", from, to, same)
	return differ, nil
}

// printDiff prints the difference of two texts as diff does.
func printDiff(w io.Writer, a, b string) error {
	dir, err := os.MkdirTemp("", "gen")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"old": a, "new": b} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	cmd := exec.Command("diff", "-u", "--label", "old", "--label", "new", "old", "new")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, os.Stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 { // 1: they differ
		return err
	}
	return nil
}
