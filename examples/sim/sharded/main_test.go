package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
)

// Three parts, merged in any order, give what one part gives.
func TestParts(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	if err := runPart(0, 1, whole); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for i := range 3 {
		parts = append([]string{filepath.Join(dir, fmt.Sprint(i))}, parts...)
		if err := runPart(i, 3, parts[0]); err != nil {
			t.Fatal(err)
		}
	}
	var one, three bytes.Buffer
	if err := mergeParts(&one, []string{whole}); err != nil {
		t.Fatal(err)
	}
	if err := mergeParts(&three, parts); err != nil {
		t.Fatal(err)
	}
	if one.String() != three.String() || one.Len() < 50 {
		t.Errorf("one part gives\n%s three give\n%s", &one, &three)
	}
	if err := mergeParts(&three, append(parts, parts[0])); err == nil {
		t.Error("a part is merged twice")
	}
	if err := mergeParts(&three, nil); err == nil {
		t.Error("nothing is merged")
	}
}
