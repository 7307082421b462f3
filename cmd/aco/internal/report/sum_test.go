package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/measure"
)

// figured returns a row with these figures, a peer and its least time each.
func figured(name, unit string, figures ...any) *measure.Result {
	row := &measure.Result{Row: name, Unit: unit}
	base := figures[1].(float64)
	for i := 0; i < len(figures); i += 2 {
		v := figures[i+1].(float64)
		row.Peers = append(row.Peers, &measure.Figures{Peer: figures[i].(string), Min: v, Ratio: v / base})
	}
	return row
}

// Three lines say what a run comes to: by what one gets without options, with each row where that is slower.
func TestSum(t *testing.T) {
	r := &Report{Rows: []*measure.Result{
		figured("one", "ns", "iter.Pull", 100.0, "aco", 20.0),
		figured("pull", "ns", "iter.Pull", 100.0, "aco.Pull", 30.0, "channel", 200.0),
		figured("walk", "ns", "iter.Pull", 100.0, "aco.Pull", 110.0, "aco.Standalone", 25.0),
		figured("depth-100", "ns", "iter.Pull", 100.0, "aco", 170.0, "aco.Standalone", 200.0),
		figured("floor", "ns", "iter.Pull", 100.0, "state-machine", 1.0),
		figured("memory", "bytes", "iter.Pull", 2600.0, "aco", 320.0),
	}}
	want := []string{
		"faster    aco's default takes less time than iter.Pull in 2 of 4 rows; the middle ratio is 1.10, the least 0.20",
		"slower    in walk 1.10 (aco.Standalone 0.25), depth-100 1.70",
		"memory    a suspended coroutine takes 320 bytes; iter.Pull's takes 2600",
	}
	if got := r.sum(); !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	r.Rows[3].Peers[1].Ratio, r.Rows[2].Peers[1].Ratio = 0.9, 0.9
	if got := r.sum(); got[1] != "slower    in none of them" {
		t.Error(got)
	}
	r.Rows = r.Rows[:2]
	if got := r.sum(); got != nil {
		t.Errorf("of two rows: %q", got)
	}
}

// Into a pipe each line is complete, and nothing is drawn.
func TestPlainTable(t *testing.T) {
	var b strings.Builder
	r := known()
	r.Table(&b)
	if strings.ContainsAny(b.String(), "│┌─\x1b") {
		t.Errorf("it draws: %s", b.String())
	}
	n := 0
	for line := range strings.Lines(b.String()) {
		if f := strings.Fields(line); f[0] == "pull" && slices.Contains([]string{"iter.Pull", "aco.Pull", "channel", "buffered"}, f[1]) {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d lines of the row pull in %s", n, b.String())
	}
}
