package aco_test

import (
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the documentation says about files and code is looked up in the files and the code.

// pages returns the text of each page of the documentation.
func pages(t *testing.T) map[string]string {
	texts := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (path != "." && path[0] == '.' || strings.Contains(path, "/.")) {
			return filepath.SkipDir // such as the site that is made of the pages
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil || len(texts) < 10 {
		t.Fatal(len(texts), "pages,", err)
	}
	return texts
}

var (
	fence    = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	pageLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	title    = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	other    = regexp.MustCompile(`[^\w\- ]`)
)

// anchors returns the names that the titles of a page can be linked by.
func anchors(text string) map[string]bool {
	names := map[string]bool{"": true}
	for _, m := range title.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		name := strings.ToLower(other.ReplaceAllString(m[1], ""))
		names[strings.ReplaceAll(name, " ", "-")] = true
	}
	return names
}

func TestLinks(t *testing.T) {
	texts := pages(t)
	for page, text := range texts {
		for _, m := range pageLink.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			} else if filepath.Ext(target) == ".md" && !anchors(texts[target])[anchor] {
				t.Errorf("%s links to %s: there is no such title", page, m[1])
			}
		}
	}
}

// wrap makes a program of a block of statements.
func wrap(block string) string {
	used := ""
	for _, m := range regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`).FindAllStringSubmatch(block, -1) {
		used += strings.Repeat("_, ", strings.Count(m[1], ",")) + "_ = " + m[1] + "\n"
	}
	return "package main\nimport \"fmt\"\nimport \"github.com/goaco/aco\"\n" +
		"func seq(yield func(int) bool) {}\nfunc main() {\n" + block + used + "}\n"
}

// Each block of Go is a program of examples, whose output is tested, or compiles.
func TestCodeBlocks(t *testing.T) {
	programs := ""
	files, err := filepath.Glob("examples/*/main.go")
	if err != nil || len(files) != 8 {
		t.Fatal(len(files), "programs,", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		programs += string(text)
	}
	for page, text := range pages(t) {
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			block := m[2]
			if m[1] != "go" || strings.Contains(programs, block) || page == "docs/recipes.md" { // see TestRecipes
				continue
			}
			if !strings.HasPrefix(block, "package ") {
				block = wrap(block)
			}
			file := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(file, []byte(block), 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("go", "build", "-o", os.DevNull, file).CombinedOutput(); err != nil {
				t.Errorf("a block of %s does not compile: %s\n%s", page, out, block)
			}
		}
	}
}

// Each lesson shows the program that it tells to run, and what it prints.
func TestLessons(t *testing.T) {
	texts := pages(t)
	files, _ := filepath.Glob("examples/*/main.go")
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		page := texts["docs/tutorial/"+name+".md"]
		program, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		test, err := os.ReadFile(filepath.Join(filepath.Dir(file), "main_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		_, out, _ := strings.Cut(string(test), "// Output:\n")
		out = strings.TrimSuffix(out, "}\n")
		out = regexp.MustCompile(`(?m)^\t// ?`).ReplaceAllString(out, "")
		blocks := fence.FindAllStringSubmatch(page, -1)
		if len(blocks) != 2 || blocks[0][2] != string(program) || blocks[1][2] != out ||
			!strings.Contains(page, "go run ./examples/"+name+"\n") {
			t.Errorf("docs/tutorial/%s.md and examples/%s differ", name, name)
		}
	}
}

// instructions returns the lines of each function, macro and table of assembly, without comments.
func instructions(text string) map[string]string {
	begin := regexp.MustCompile(`^(?:TEXT ·(\w+)|#define (\w+)|DATA ·(\w+)|GLOBL ·(\w+))`)
	comment := regexp.MustCompile(`\s*//.*`)
	pieces, name := map[string]string{}, ""
	for _, line := range strings.Split(text, "\n") {
		if m := begin.FindStringSubmatch(line); m != nil {
			name = m[1] + m[2] + m[3] + m[4]
		}
		line = strings.Join(strings.Fields(comment.ReplaceAllString(line, "")), " ")
		if name != "" && line != "" {
			pieces[name] += line + "\n"
		}
	}
	return pieces
}

// Each instruction of the assembly is quoted, and so explained, once, and nothing else is.
func TestAssemblyIsExplained(t *testing.T) {
	texts := pages(t)
	for arch, chapters := range map[string][]string{
		"amd64": {"05-assembly", "09-handover"},
		"386":   {"13-386", "16-handover-386"},
		"arm64": {"14-arm64", "15-handover-arm64"},
	} {
		quoted := ""
		for _, chapter := range chapters {
			for _, m := range fence.FindAllStringSubmatch(texts["docs/design/"+chapter+".md"], -1) {
				if m[1] == "asm" {
					quoted += m[2]
				}
			}
		}
		told := instructions(quoted)
		files, err := filepath.Glob("internal/native/*_" + arch + ".[hs]")
		if err != nil || len(files) < 2 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for name, code := range instructions(string(text)) {
				if regexp.MustCompile(`^(C|X|SCHED)_`).MatchString(name) {
					continue // another name of a field
				}
				if told[name] != code {
					t.Errorf("%s: %s differs:\n%s\nthe chapters have\n%s", file, name, code, told[name])
				}
				delete(told, name)
			}
		}
		for name := range told {
			t.Errorf("%s: %s is explained, and not there", arch, name)
		}
	}
}

// What the chapters on the design say is in a file is in that file.
func TestNames(t *testing.T) {
	place := regexp.MustCompile("`([\\w.]+)`(?:, `([\\w.]+)`)? in `(\\w+\\.(?:go|s|h))`")
	file := regexp.MustCompile("`(\\w+(?:\\.go|\\.s|\\.h)|scripts/\\w+)`")
	n := 0
	for page, text := range pages(t) {
		if !strings.HasPrefix(page, "docs/design/") {
			continue
		}
		text = strings.Join(strings.Fields(text), " ")
		find := func(name string) string {
			found, _ := filepath.Glob("internal/*/" + name)
			sources := ""
			for _, file := range append(found, name) {
				source, _ := os.ReadFile(file)
				sources += string(source)
			}
			if sources == "" {
				t.Errorf("%s names %s, which is not there", page, name)
			}
			return sources
		}
		for _, m := range file.FindAllStringSubmatch(text, -1) {
			find(m[1])
		}
		for _, m := range place.FindAllStringSubmatch(text, -1) {
			for _, name := range m[1:3] {
				name = name[strings.LastIndex(name, ".")+1:]
				if !regexp.MustCompile(`\b` + name + `\b`).MatchString(find(m[3])) {
					t.Errorf("%s says that %s is in %s", page, name, m[3])
				}
				n++
			}
		}
	}
	if n < 30 {
		t.Error(n, "names of functions")
	}
}

// Each premise of the proof says which tests or checks would fail if it were false, and they are there.
func TestPremisesAreTested(t *testing.T) {
	page, err := os.ReadFile("docs/proof/premises.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := ""
	for _, pattern := range []string{"*_test.go", "internal/*/*.go", "internal/*/*/*.go", "scripts/*", "models/*"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			source, _ := os.ReadFile(file)
			sources += string(source)
		}
	}
	premises := strings.Split(string(page), "\n**P")[1:]
	if len(premises) < 25 {
		t.Error("only", len(premises), "premises")
	}
	for i, premise := range premises {
		name, _, _ := strings.Cut(premise, ".")
		if name != strconv.Itoa(i+1) {
			t.Errorf("P%s comes where P%d should", name, i+1)
		}
		_, tests, ok := strings.Cut(strings.Join(strings.Fields(premise), " "), " Test: ")
		if !ok {
			t.Errorf("P%s says no test", name)
		}
		for _, m := range regexp.MustCompile("`([\\w./=]+)`").FindAllStringSubmatch(tests, -1) {
			if !strings.Contains(sources, strings.TrimPrefix(m[1], "scripts/")) {
				t.Errorf("P%s names %s, which is not there", name, m[1])
			}
		}
	}
}

// Each drawing was made of the text beside it, or of a measurement, and is shown on a page.
func TestDrawings(t *testing.T) {
	shown := ""
	for _, text := range pages(t) {
		shown += text
	}
	files, err := filepath.Glob("docs/img/*")
	if err != nil || len(files) < 12 {
		t.Fatal(len(files), "files,", err)
	}
	for _, file := range files {
		base := strings.TrimSuffix(file, filepath.Ext(file))
		if !strings.Contains(shown, "/"+filepath.Base(base)+".svg)") {
			t.Errorf("no page shows %s.svg", base)
		}
		if base := filepath.Base(file); base == "bench.svg" || base == "aconet.svg" { // made by scripts/report and by aconet/bench
			continue
		}
		text, err1 := os.ReadFile(base + ".txt")
		svg, err2 := os.ReadFile(base + ".svg")
		if err1 != nil || err2 != nil {
			t.Errorf("%s: %v, %v", file, err1, err2)
		} else if !strings.Contains(string(svg), fmt.Sprintf("%x", sha256.Sum256(text))) {
			t.Errorf("%s.svg is stale: run scripts/drawings", base)
		}
	}
}

// Each exported function, method, type and variable has an example.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names, examples := []string{}, map[string]bool{}
	add := func(test bool, name string) {
		if rest, ok := strings.CutPrefix(name, "Example"); ok && test {
			examples[rest] = true
		} else if !test && ast.IsExported(name[strings.LastIndex(name, "_")+1:]) {
			names = append(names, name)
		}
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		test := strings.HasSuffix(file, "_test.go")
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					typ := d.Recv.List[0].Type
					if star, ok := typ.(*ast.StarExpr); ok {
						typ = star.X
					}
					if generic, ok := typ.(*ast.IndexListExpr); ok {
						typ = generic.X
					}
					name = typ.(*ast.Ident).Name + "_" + name
				}
				add(test, name)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						add(test, s.Name.Name)
					case *ast.ValueSpec:
						if d.Tok == token.VAR {
							add(test, s.Names[0].Name)
						}
					}
				}
			}
		}
	}
	if len(names) < 20 {
		t.Error(names)
	}
	for _, name := range names {
		if !examples[name] {
			t.Error("there is no Example" + name)
		}
	}
}

// The command's module asks for the version of this one that the changelog begins with, and has no replace, which
// would forbid to install it.
func TestCommandCanBeInstalled(t *testing.T) {
	named := map[string]string{"CHANGELOG.md": `(?m)\A# Changelog\n\n## (v\S+?)(?:,.*)?$`, "go.work": `(?m)^replace github.com/goaco/aco (v\S+) => \./$`,
		"cmd/aco/go.mod": `(?m)^\tgithub.com/goaco/aco (v\S+)$`}
	versions := map[string]bool{}
	for file, pattern := range named {
		text, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil || !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).Match(m[1]) {
			t.Errorf("%s names no version: %q", file, m)
			continue
		}
		versions[string(m[1])] = true
		if strings.HasSuffix(file, "go.mod") && strings.Contains(string(text), "replace") {
			t.Errorf("%s replaces a module", file)
		}
	}
	if len(versions) != 1 {
		t.Errorf("versions %v", versions)
	}
}
