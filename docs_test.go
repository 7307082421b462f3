package aco_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the documentation says about files and code is looked up in the files and the code.

// pages returns the text of each page of the documentation.
func pages(t *testing.T) map[string]string {
	texts := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
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
			if m[1] != "go" || strings.Contains(programs, block) {
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
