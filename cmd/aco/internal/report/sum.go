package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// What a run comes to, in three lines.

// few is how many rows need no sum.
const few = 3

// sum returns three lines: how aco does without options, where it is slower than iter.Pull, and what a suspended
// coroutine takes. It returns none if few rows have both, and leaves out what was not measured.
func (r *Report) sum() (lines []string) {
	var ratios []float64
	var slower []string
	for _, row := range r.Rows {
		f := byDefault(row)
		if f == nil || f.Ratio == 0 || row.Unit != "ns" {
			continue
		}
		ratios = append(ratios, f.Ratio)
		if f.Ratio > 1 {
			said := fmt.Sprintf("%s %.2f", row.Row, f.Ratio)
			if best := row.Best(); best.Min < f.Min {
				said += fmt.Sprintf(" (%s %.2f)", best.Peer, best.Ratio)
			}
			slower = append(slower, said)
		}
	}
	if len(ratios) <= few {
		return nil
	}
	slices.Sort(ratios)
	faster := len(ratios) - len(slower)
	lines = append(lines, fmt.Sprintf("faster    aco's default takes less time than iter.Pull in %d of %d rows; the middle ratio is %.2f, the least %.2f",
		faster, len(ratios), ratios[len(ratios)/2], ratios[0]))
	lines = append(lines, "slower    in "+cmp.Or(strings.Join(slower, ", "), "none of them"))
	if row := r.row("memory"); row != nil {
		if f, pulled := byDefault(row), row.Figures(workload.IterPull); f != nil && f.Min > 0 && pulled != nil && pulled.Min > 0 {
			lines = append(lines, fmt.Sprintf("memory    a suspended coroutine takes %.0f bytes; iter.Pull's takes %.0f", f.Min, pulled.Min))
		}
	}
	return lines
}

// byDefault returns the figures of what a program gets that asks for nothing else: aco.Pull where the row has it, or
// else aco.New, or aco.Push.
func byDefault(row *measure.Result) *measure.Figures {
	for _, name := range []string{workload.AcoPull, workload.Aco, workload.AcoPush} {
		if f := row.Figures(name); f != nil && f.Error == "" && f.Min > 0 {
			return f
		}
	}
	return nil
}
