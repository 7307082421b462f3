package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/goaco/aco"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/shirou/gopsutil/v4/cpu"
)

// What a run found, as a table for people and as JSON and Go's benchmark format for programs.

// A report is the outcome of a run.
type report struct {
	Engine      aco.EngineInfo
	GOOS        string
	CPU         string // what the processor calls itself
	CPUs        int
	GOMAXPROCS  int
	Quick       bool
	Interrupted bool
	Rows        []*result
}

// A result is a row of the benchmark with its figures.
type result struct {
	Row     string
	What    string
	Unit    string // of the figures: ns, or bytes
	Skipped string `json:",omitempty"` // why it was not measured
	Peers   []*figures
	row     *row
	chosen  []string // the peers to measure, or nil for all
}

// figures are what was measured of one peer, of an operation.
type figures struct {
	Peer    string
	N       int // operations a repeat; 0 if another program measures it
	Min     float64
	Median  float64
	Spread  float64 // (maximum - minimum) / minimum
	Ratio   float64 // Min divided by iter.Pull's; 0 if that was not measured
	Allocs  float64 // below 0 if unknown
	Bytes   float64 // allocated; below 0 if unknown
	Repeats []float64
	Error   string `json:",omitempty"`
}

func newReport() *report {
	r := &report{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0)}
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		r.CPU = strings.TrimSpace(info[0].ModelName)
	}
	return r
}

// peers returns those that are to be measured.
func (r *result) peers() (peers []peer) {
	for _, p := range r.row.peers {
		if r.chosen == nil || slices.Contains(r.chosen, p.name) {
			peers = append(peers, p)
		}
	}
	return peers
}

// peer returns the figures of the peer of that name, or nil.
func (r *result) peer(name string) *figures {
	for _, f := range r.Peers {
		if f.Peer == name {
			return f
		}
	}
	return nil
}

// add adds a repeat's figure, or what went wrong.
func (f *figures) add(v float64, err error) {
	if err != nil {
		f.Error = err.Error()
		return
	}
	f.Repeats = append(f.Repeats, v)
}

// external adds a figure of a peer that another program measures.
func (r *result) external(name string, measure func() (float64, error)) {
	f := r.peer(name)
	if f == nil {
		f = &figures{Peer: name, Allocs: -1, Bytes: -1}
		r.Peers = append(r.Peers, f)
	}
	f.add(measure())
}

// summarise works out minimum, median, spread and ratios.
func (r *result) summarise() {
	base := math.NaN()
	for _, f := range r.Peers {
		if len(f.Repeats) == 0 {
			continue
		}
		s := slices.Sorted(slices.Values(f.Repeats))
		f.Min, f.Median = s[0], s[len(s)/2]
		f.Spread = (s[len(s)-1] - s[0]) / s[0]
		f.Allocs = math.Round(f.Allocs*100) / 100
		f.Bytes = math.Round(f.Bytes*10) / 10
		if f.Peer == iterPull {
			base = f.Min
		}
	}
	for _, f := range r.Peers {
		if r := f.Min / base; r > 0 && !math.IsInf(r, 0) {
			f.Ratio = r
		}
	}
}

// Processors says what was measured on, and how many Go used if that is not all.
func (r *report) Processors() string {
	s := fmt.Sprintf("%d × %s", r.CPUs, cmp.Or(r.CPU, "CPU"))
	if r.GOMAXPROCS != r.CPUs {
		s += fmt.Sprintf(", GOMAXPROCS=%d", r.GOMAXPROCS)
	}
	return s
}

// machine says where it was measured.
func (r *report) machine() string {
	return fmt.Sprintf("%s, %s, %s/%s", r.Processors(), r.Engine.GoVersion, r.GOOS, r.Engine.GOARCH)
}

// head prints what is being measured, and where.
func (r *report) head(w io.Writer) {
	fmt.Fprintln(w, wrap(fmt.Sprintf("engine %s (%s); %s", r.Engine.Name, r.Engine.Reason, r.machine()), 0, columns(w)))
}

// table prints a line a peer: the figures of one operation, and its ratio to iter.Pull's. Below it is
// what is missing.
func (r *report) table(w io.Writer) {
	if len(r.Rows) > 0 {
		fmt.Fprintln(w, r.fitting(columns(w), inColour(w)))
	}
	for _, line := range r.missing() {
		fmt.Fprintln(w, wrap(line, 2, columns(w)))
	}
}

var header = table.Row{"row", "peer", "n", "min", "median", "spread", "allocs", "× iter.Pull"}

// spared are the columns that a narrow table goes without, the first one first. Without its column the
// name of a row is on a line of its own.
var spared = []string{"n", "median", "row", "spread", "allocs"}

// fitting returns the table with the most in it that fits into a width, or the narrowest. 0 is any width.
func (r *report) fitting(width int, colour bool) string {
	s := r.layout(true, nil, colour)
	for n := 0; text.LongestLineLen(s) > width && width > 0 && n <= len(spared); n++ {
		s = r.layout(false, spared[:n], colour)
	}
	return s
}

// layout returns the table with borders or not, and without some columns.
func (r *report) layout(borders bool, without []string, colour bool) string {
	paint := func(_ text.Colors, s string) string { return s }
	if colour {
		text.EnableColors()
		paint = func(c text.Colors, s string) string { return c.Sprint(s) }
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	if !borders {
		t.Style().Options = table.OptionsNoBordersAndSeparators
		t.Style().Box.PaddingLeft, t.Style().Box.PaddingRight = "", "  "
		t.SuppressTrailingSpaces()
	}
	t.AppendHeader(header)
	var columns []table.ColumnConfig
	for i, name := range header {
		c := table.ColumnConfig{Number: i + 1, Hidden: slices.Contains(without, name.(string))}
		if i >= 2 {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		columns = append(columns, c)
	}
	t.SetColumnConfigs(columns)
	for _, row := range r.Rows {
		name, indent := paint(text.Colors{text.Bold}, row.Row), ""
		if slices.Contains(without, "row") {
			t.AppendRow(table.Row{"", name})
			indent = "  "
		}
		if row.Skipped != "" {
			t.AppendRow(table.Row{name, indent + "skipped"})
		}
		for _, f := range row.Peers {
			if f.Error != "" {
				t.AppendRow(table.Row{name, indent + f.Peer, "", "failed"})
				name = ""
				continue
			}
			cells := table.Row{name, indent + f.Peer, f.N, row.Figure(f.Min), row.Figure(f.Median), fmt.Sprintf("%.0f%%", 100*f.Spread), f.Allocations(), ""}
			if f.N == 0 {
				cells[2] = ""
			}
			if f.Ratio > 0 {
				colour := text.Colors{}
				switch {
				case f.Peer == iterPull || !strings.HasPrefix(f.Peer, acoShared):
				case f.Ratio < 1:
					colour = text.Colors{text.FgGreen}
				default:
					colour = text.Colors{text.FgRed}
				}
				cells[7] = paint(colour, fmt.Sprintf("%.2f", f.Ratio))
			}
			t.AppendRow(cells)
			name = ""
		}
	}
	return t.Render()
}

// missing says what is not among the figures, and why.
func (r *report) missing() (lines []string) {
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

// Figure formats a figure of the row, with its unit.
func (r *result) Figure(v float64) string {
	switch {
	case r.Unit == bytesEach:
		return fmt.Sprintf("%.0f B", v)
	case v >= 1000:
		return fmt.Sprintf("%.0f ns", v)
	}
	return fmt.Sprintf("%.1f ns", v)
}

// Allocations formats the number of allocations, if it is known.
func (f *figures) Allocations() string {
	if f.Allocs < 0 {
		return ""
	}
	return fmt.Sprintf("%.3g", f.Allocs)
}

// goFormat prints a line a repeat, in the format of go test -bench.
func (r *report) goFormat(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "goos: %s\ngoarch: %s\npkg: github.com/goaco/aco/cmd/aco\ncpu: %s\nengine: %s\n", r.GOOS, r.Engine.GOARCH, r.CPU, r.Engine.Name)
	for _, row := range r.Rows {
		each, allocs := "ns/op", "allocs/op"
		if row.Unit == bytesEach {
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
