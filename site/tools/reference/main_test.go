package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"p.go": "// Package p is one.\n//\n//\tx := 1\n//\n// See [T.M]:\n//\n//\tgo run .\npackage p\n\n// V is a value.\nvar V = 1\n\n" +
			"// T is a type.\ntype T struct{}\n\n// M does nothing.\nfunc (T) M() {}\n\nfunc hidden() {}\n",
		"p_test.go": "package p_test\n\nimport \"fmt\"\n\nfunc ExampleV() {\n\tfmt.Println(p.V)\n\t// Output: 1\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run(dir, "example.org/p", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# Package p\n", "import \"example.org/p\"", "See [T.M](#T.M):", "```go\nx := 1\n```\n", "\n\tgo run .\n", "### V {#V}", "*Example:*\n\n```go\nfmt.Println(p.V)\n```",
		"prints\n\n```text\n1\n```", "## type T {#T}", "### func M {#T.M}", "- [`func (T) M()`](#T.M)",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "hidden") {
		t.Error("what is not exported is there")
	}
}
