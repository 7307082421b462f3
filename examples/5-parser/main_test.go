package main

import (
	"strings"
	"testing"
)

// An error is where it is, however long the text goes on after it.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "column 1: found the end, want a number",
		"1+":                                 "column 3: found the end, want a number",
		"(1 ? 2)":                            "column 4: found \"?\", want a closing bracket",
		"1+*" + strings.Repeat("+(2*3)", 99): "column 3: found \"*\", want a number",
		strings.Repeat("(", 1000):            "column 1001: found the end",
	} {
		if _, err := compute(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
}

func Example() {
	main()
	// Output:
	// 2+3*4 = 14
	// 2*(3+4)*10 = 140
	// ((1+1))*21 = 42
	// 2*(3+4: column 7: found the end, want a closing bracket
	// 2*)3: column 3: found ")", want a number or an opening bracket
	// 2 3: column 3: found "3", want an operator
}
