package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/goaco/aco"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// What a run found, as a table for people and as JSON for programs.

// A report is the outcome of a run.
type report struct {
	Engine      aco.EngineInfo
	GOOS        string
	CPUs        int
	Interrupted bool
	Rows        []*result
}

// A result is a row of the benchmark with its figures.
type result struct {
	Row   string
	What  string
	Peers []*figures
	row   *row
}

// figures are what was measured of one peer, in nanoseconds an operation.
type figures struct {
	Peer    string
	Min     float64
	Median  float64
	Spread  float64 // (maximum - minimum) / minimum
	Ratio   float64 // Min divided by iter.Pull's
	Allocs  float64 // an operation
	Repeats []float64
	Error   string `json:",omitempty"`
}

func newReport() *report {
	return &report{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU()}
}

// head prints what is being measured, and where.
func (r *report) head(w io.Writer) {
	fmt.Fprintf(w, "engine %s (%s); %s %s/%s, %d CPUs\n", r.Engine.Name, r.Engine.Reason,
		r.Engine.GoVersion, r.GOOS, r.Engine.GOARCH, r.CPUs)
}

// table prints a line a peer: the figures of one operation, and its ratio to iter.Pull's.
func (r *report) table(w io.Writer) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"row", "peer", "min ns", "median", "spread", "allocs", "× iter.Pull"})
	right := table.ColumnConfig{Align: text.AlignRight, AlignHeader: text.AlignRight}
	var columns []table.ColumnConfig
	for n := 3; n <= 7; n++ {
		right.Number = n
		columns = append(columns, right)
	}
	t.SetColumnConfigs(columns)
	for _, row := range r.Rows {
		name := row.Row
		for _, f := range row.Peers {
			if f.Error != "" {
				t.AppendRow(table.Row{name, f.Peer, f.Error})
				continue
			}
			t.AppendRow(table.Row{name, f.Peer, fmt.Sprintf("%.1f", f.Min), fmt.Sprintf("%.1f", f.Median),
				fmt.Sprintf("%.0f%%", 100*f.Spread), fmt.Sprintf("%.3g", f.Allocs), fmt.Sprintf("%.2f", f.Ratio)})
			name = ""
		}
	}
	t.Render()
	if r.Interrupted {
		fmt.Fprintln(w, "interrupted: the rows above are complete, the rest is missing")
	}
}
