// Package report says what was measured, as a table for people, as JSON and in Go's benchmark format for programs,
// and as pages and pictures.
package report

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/shirou/gopsutil/v4/cpu"
)

// A Report is the outcome of a run.
type Report struct {
	Engine      aco.EngineInfo
	GOOS        string
	CPU         string // what the processor calls itself
	CPUs        int
	GOMAXPROCS  int
	Quick       bool
	Interrupted bool
	Rows        []*measure.Result
}

// New returns the report of a run that has not begun.
func New() *Report {
	r := &Report{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0)}
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		r.CPU = strings.TrimSpace(info[0].ModelName)
	}
	return r
}

// Processors says what was measured on, and how many Go used if that is not all.
func (r *Report) Processors() string {
	s := fmt.Sprintf("%d × %s", r.CPUs, cmp.Or(r.CPU, "CPU"))
	if r.GOMAXPROCS != r.CPUs {
		s += fmt.Sprintf(", GOMAXPROCS=%d", r.GOMAXPROCS)
	}
	return s
}

// machine says where it was measured.
func (r *Report) machine() string {
	return fmt.Sprintf("%s, %s, %s/%s", r.Processors(), r.Engine.GoVersion, r.GOOS, r.Engine.GOARCH)
}

// Head prints what is being measured, and where.
func (r *Report) Head(w io.Writer) {
	fmt.Fprintln(w, terminal.Wrap(fmt.Sprintf("engine %s (%s); %s", r.Engine.Name, r.Engine.Reason, r.machine()), 0, terminal.Columns(w)))
}

// Table prints a line a peer: the figures of one operation, and its ratio to iter.Pull's. Below it is
// what is missing, and what it comes to. Into a file or a pipe it prints no lines of a drawing, and each
// line names its row.
func (r *Report) Table(w io.Writer) {
	switch {
	case len(r.Rows) == 0:
	case terminal.Is(w):
		fmt.Fprintln(w, r.fitting(terminal.Columns(w), terminal.InColour(w)))
	default:
		fmt.Fprintln(w, r.plain())
	}
	for _, line := range r.missing() {
		fmt.Fprintln(w, terminal.Wrap(line, 2, terminal.Columns(w)))
	}
	for _, line := range r.sum() {
		fmt.Fprintln(w, terminal.Wrap(line, 10, terminal.Columns(w)))
	}
}

var header = table.Row{"row", "peer", "n", "min", "median", "spread", "allocs", "× iter.Pull"}

// spared are the columns that a narrow table goes without, the first one first. Without its column the
// name of a row is on a line of its own.
var spared = []string{"n", "median", "row", "spread", "allocs"}

// fitting returns the table with the most in it that fits into a width, or the narrowest. 0 is any width.
func (r *Report) fitting(width int, colour bool) string {
	s := r.layout(look{borders: true, colour: colour})
	for n := 0; text.LongestLineLen(s) > width && width > 0 && n <= len(spared); n++ {
		s = r.layout(look{without: spared[:n], colour: colour})
	}
	return s
}

// plain returns the table for other programs: a line is a peer's, and needs no other line.
func (r *Report) plain() string { return r.layout(look{everyName: true}) }

// A look says how a table is laid out.
type look struct {
	borders   bool
	colour    bool
	everyName bool     // the row's name is in each of its lines, not in the first one alone
	without   []string // columns
}

// layout returns the table.
func (r *Report) layout(look look) string {
	paint := func(_ text.Colors, s string) string { return s }
	if look.colour {
		text.EnableColors()
		paint = func(c text.Colors, s string) string { return c.Sprint(s) }
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	if !look.borders {
		t.Style().Options = table.OptionsNoBordersAndSeparators
		t.Style().Box.PaddingLeft, t.Style().Box.PaddingRight = "", "  "
		t.SuppressTrailingSpaces()
	}
	t.AppendHeader(header)
	var columns []table.ColumnConfig
	for i, name := range header {
		c := table.ColumnConfig{Number: i + 1, Hidden: slices.Contains(look.without, name.(string))}
		if i >= 2 {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		columns = append(columns, c)
	}
	t.SetColumnConfigs(columns)
	for _, row := range r.Rows {
		name, indent := paint(text.Colors{text.Bold}, row.Row), ""
		again := func() {
			if !look.everyName {
				name = ""
			}
		}
		if slices.Contains(look.without, "row") {
			t.AppendRow(table.Row{"", name})
			indent = "  "
		}
		if row.Skipped != "" {
			t.AppendRow(table.Row{name, indent + "skipped"})
		}
		for _, f := range row.Peers {
			if f.Error != "" {
				t.AppendRow(table.Row{name, indent + f.Peer, "", "failed"})
				again()
				continue
			}
			cells := table.Row{name, indent + f.Peer, f.N, row.Figure(f.Min), row.Figure(f.Median), fmt.Sprintf("%.0f%%", 100*f.Spread), f.Allocations(), ""}
			if f.N == 0 {
				cells[2] = ""
			}
			if f.Ratio > 0 {
				colour := text.Colors{}
				switch {
				case f.Peer == workload.IterPull || !strings.HasPrefix(f.Peer, workload.Aco):
				case f.Ratio < 1:
					colour = text.Colors{text.FgGreen}
				default:
					colour = text.Colors{text.FgRed}
				}
				cells[7] = paint(colour, fmt.Sprintf("%.2f", f.Ratio))
			}
			t.AppendRow(cells)
			again()
		}
	}
	return t.Render()
}

// missing says what is not among the figures, and why.
func (r *Report) missing() (lines []string) {
	for _, row := range r.Rows {
		if row.Skipped != "" {
			lines = append(lines, row.Row+" skipped: "+row.Skipped)
		}
		for _, f := range row.Peers {
			if f.Error != "" {
				lines = append(lines, row.Row+" "+f.Peer+": "+f.Error)
			}
		}
	}
	switch {
	case r.Interrupted && len(r.Rows) == 0:
		lines = append(lines, "interrupted: no row is complete")
	case r.Interrupted:
		lines = append(lines, "interrupted: the rows above are complete, the rest is missing")
	}
	return lines
}

// GoFormat prints a line a repeat, in the format of go test -bench.
func (r *Report) GoFormat(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "goos: %s\ngoarch: %s\npkg: github.com/goaco/aco/cmd/aco\ncpu: %s\nengine: %s\n", r.GOOS, r.Engine.GOARCH, r.CPU, r.Engine.Name)
	for _, row := range r.Rows {
		each, allocs := "ns/op", "allocs/op"
		if row.Unit == workload.Bytes {
			each, allocs = "B/coroutine", "allocs/coroutine"
		}
		for _, f := range row.Peers {
			for _, v := range f.Repeats {
				fmt.Fprintf(&b, "BenchmarkAco/row=%s/peer=%s-%d\t%d\t%.2f %s", row.Row, strings.ReplaceAll(f.Peer, " ", "-"), r.GOMAXPROCS, max(1, f.N), v, each)
				if f.Bytes >= 0 {
					fmt.Fprintf(&b, "\t%.1f B/op", f.Bytes)
				}
				if f.Allocs >= 0 {
					fmt.Fprintf(&b, "\t%.2f %s", f.Allocs, allocs)
				}
				b.WriteByte('\n')
			}
		}
	}
	for _, line := range r.missing() {
		fmt.Fprintf(&b, "# %s\n", strings.ReplaceAll(line, "\n", "\n# "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
