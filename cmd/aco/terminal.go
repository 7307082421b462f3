package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// What is printed on a terminal fits its width, and may be coloured.

// terminal returns the terminal that w is, or nil.
func terminal(w io.Writer) *os.File {
	if o, ok := w.(*output); ok {
		w = o.w
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// onTerminal reports whether w is a terminal.
func onTerminal(w io.Writer) bool { return terminal(w) != nil }

// inColour reports whether what is written to w may be coloured.
func inColour(w io.Writer) bool {
	return onTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columns returns the width of the terminal that w is, or 0.
func columns(w io.Writer) int {
	f := terminal(w)
	if f == nil {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// wrap breaks a line of more than width columns, between words if it can, and indents what follows.
func wrap(line string, indent, width int) string {
	if indent > width/2 {
		indent = 0
	}
	var wrapped strings.Builder
	rest := []rune(line)
	for width > 0 && len(rest) > width {
		cut := width
		for cut > indent && rest[cut] != ' ' {
			cut--
		}
		if cut == indent {
			cut = width
		}
		wrapped.WriteString(strings.TrimRight(string(rest[:cut]), " ") + "\n")
		rest = []rune(strings.Repeat(" ", indent) + strings.TrimLeft(string(rest[cut:]), " "))
	}
	return wrapped.String() + string(rest)
}
