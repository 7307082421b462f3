// Package terminal has what belongs to a terminal: what is printed there fits its width and may be coloured, and a bar
// shows how far something has come.
package terminal

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// An output is where the command prints. It keeps the first error of a write, which tables and help
// don't return.
type output struct {
	w   io.Writer
	err error
}

// NewOutput returns an output that prints to w.
func NewOutput(w io.Writer) *output { return &output{w: w} }

// Failed returns the first error of a write, or nil.
func (o *output) Failed() error { return o.err }

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

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

// Is reports whether w is a terminal.
func Is(w io.Writer) bool { return terminal(w) != nil }

// InColour reports whether what is written to w may be coloured.
func InColour(w io.Writer) bool {
	return Is(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Columns returns the width of the terminal that w is, or 0.
func Columns(w io.Writer) int {
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

// Wrap breaks a line of more than width columns, between words if it can, and indents what follows.
func Wrap(line string, indent, width int) string {
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
