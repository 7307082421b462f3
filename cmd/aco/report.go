package main

import (
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
	N       int // operations a repeat
	Min     float64
	Median  float64
	Spread  float64 // (maximum - minimum) / minimum
	Ratio   float64 // Min divided by iter.Pull's; 0 if that was not measured
	Allocs  float64
	Bytes   float64 // allocated
	Repeats []float64
	Error   string `json:",omitempty"`
}

func newReport() *report {
	r := &report{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU()}
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
		f = &figures{Peer: name}
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

// machine says where it was measured.
func (r *report) machine() string {
	return fmt.Sprintf("%d × %s, %s, %s/%s", r.CPUs, r.CPU, r.Engine.GoVersion, r.GOOS, r.Engine.GOARCH)
}

// head prints what is being measured, and where.
func (r *report) head(w io.Writer) {
	fmt.Fprintf(w, "engine %s (%s); %s\n", r.Engine.Name, r.Engine.Reason, r.machine())
}

// table prints a line a peer: the figures of one operation, and its ratio to iter.Pull's.
func (r *report) table(w io.Writer) {
	paint := func(_ text.Colors, s string) string { return s }
	if inColour(w) {
		text.EnableColors()
		paint = func(c text.Colors, s string) string { return c.Sprint(s) }
	}
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"row", "peer", "n", "min ns", "median", "spread", "allocs", "× iter.Pull"})
	right := table.ColumnConfig{Align: text.AlignRight, AlignHeader: text.AlignRight}
	var columns []table.ColumnConfig
	for n := 3; n <= 8; n++ {
		right.Number = n
		columns = append(columns, right)
	}
	t.SetColumnConfigs(columns)
	for _, row := range r.Rows {
		name := paint(text.Colors{text.Bold}, row.Row)
		if row.Skipped != "" {
			t.AppendRow(table.Row{name, "skipped: " + row.Skipped})
		}
		for _, f := range row.Peers {
			if f.Error != "" {
				t.AppendRow(table.Row{name, f.Peer, "", f.Error})
				continue
			}
			cells := table.Row{name, f.Peer, f.N, row.Figure(f.Min), row.Figure(f.Median), fmt.Sprintf("%.0f%%", 100*f.Spread), "", ""}
			if row.Unit == "ns" {
				cells[6] = fmt.Sprintf("%.3g", f.Allocs)
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
	t.Render()
	if r.Interrupted {
		fmt.Fprintln(w, "interrupted: the rows above are complete, the rest is missing")
	}
}

// Figure formats a figure of the row.
func (r *result) Figure(v float64) string {
	if r.Unit == bytesEach {
		return fmt.Sprintf("%.0f B", v)
	}
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}

// goFormat prints a line a repeat, in the format of go test -bench.
func (r *report) goFormat(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "goos: %s\ngoarch: %s\npkg: github.com/goaco/aco/cmd/aco\ncpu: %s\nengine: %s\n", r.GOOS, r.Engine.GOARCH, r.CPU, r.Engine.Name)
	for _, row := range r.Rows {
		if row.Skipped != "" {
			fmt.Fprintf(&b, "# %s skipped: %s\n", row.Row, row.Skipped)
		}
		for _, f := range row.Peers {
			if f.Error != "" {
				fmt.Fprintf(&b, "# %s %s: %s\n", row.Row, f.Peer, f.Error)
			}
			for _, v := range f.Repeats {
				fmt.Fprintf(&b, "BenchmarkAco/row=%s/peer=%s-%d\t%d\t", row.Row, strings.ReplaceAll(f.Peer, " ", "-"), runtime.GOMAXPROCS(0), max(1, f.N))
				if row.Unit == bytesEach {
					fmt.Fprintf(&b, "%.1f B/coroutine\n", v)
				} else {
					fmt.Fprintf(&b, "%.2f ns/op\t%.1f B/op\t%.2f allocs/op\n", v, f.Bytes, f.Allocs)
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
