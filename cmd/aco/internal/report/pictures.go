package report

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"gonum.org/v1/plot/plotter"
)

// The pictures of a report: a page with charts, and one picture of the ratios.

// pictures are the files that are to be written. They are opened before anything is measured, and keep
// what is in them until there is something to write.
type pictures struct{ html, svg *target }

// A target is a file to write to.
type target struct {
	*os.File
	empty bool // we have made it, and written nothing
}

// OpenPictures opens those files whose names are not empty.
func OpenPictures(html, svg string) (p pictures, err error) {
	open := func(name string) *target {
		if name == "" || err != nil {
			return nil
		}
		f, e := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		made := e == nil
		if errors.Is(e, fs.ErrExist) {
			f, e = os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644) // also where a link leads to
		}
		if e != nil {
			err = fmt.Errorf("can't write the report: %w", e)
			return nil
		}
		return &target{f, made}
	}
	p.html, p.svg = open(html), open(svg)
	if err == nil && p.html != nil && p.svg != nil {
		a, errA := p.html.Stat()
		b, errB := p.svg.Stat()
		if errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b) {
			err = errors.New("-html and -svg: want two files")
		}
	}
	if err != nil {
		p.Close()
	}
	return p, err
}

// Close closes the files, and removes those that were made for nothing.
func (p pictures) Close() {
	for _, f := range []*target{p.html, p.svg} {
		if f == nil {
			continue
		}
		f.Close()
		if f.empty {
			os.Remove(f.Name())
		}
	}
}

// Draw writes the files, closes them, and says so.
func (p pictures) Draw(r *Report, said io.Writer) error {
	for _, file := range []struct {
		f    *target
		make func(*Report) (string, error)
	}{{p.html, (*Report).page}, {p.svg, (*Report).picture}} {
		if file.f == nil {
			continue
		}
		s, err := file.make(r)
		if err == nil {
			if info, e := file.f.Stat(); e == nil && info.Mode().IsRegular() {
				err = file.f.Truncate(0)
			}
		}
		if err == nil {
			file.f.empty = false
			_, err = io.WriteString(file.f, s)
		}
		if err == nil {
			err = file.f.Close()
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(said, "wrote", file.f.Name())
	}
	return nil
}

// row returns the result of a row, or nil if it was not measured.
func (r *Report) row(name string) *measure.Result {
	i := slices.IndexFunc(r.Rows, func(res *measure.Result) bool { return res.Row == name && res.Skipped == "" })
	if i < 0 {
		return nil
	}
	return r.Rows[i]
}

// pictureWidth is such that texts can be read on a phone too.
const pictureWidth = 480

// longest is the ratio at which the picture cuts a bar off, for the others to be seen.
const longest = 1.5

// picture draws, for each row, what aco takes of iter.Pull's time by default. Where its default was not measured,
// its best peer stands in.
func (r *Report) picture() (string, error) {
	var bars []column
	for _, res := range r.Rows {
		f := byDefault(res)
		if f == nil {
			f = res.Best()
		}
		if f != nil && f.Ratio > 0 && res.Unit == "ns" {
			text := fmt.Sprintf("%.2f %s", f.Ratio, f.Peer)
			if f.Ratio > longest {
				text = fmt.Sprintf("→ %.1f× %s", f.Ratio, f.Peer)
			}
			bars = append(bars, column{cmp.Or(res.Of.Title, res.Row), min(f.Ratio, longest), text, f.Peer})
		}
	}
	if len(bars) == 0 {
		return "", fmt.Errorf("no picture: in no row have both iter.Pull and aco been measured")
	}
	svg, err := barChart(pictureWidth, bars, 1, "iter.Pull = 1")
	if err != nil {
		return "", err
	}
	return alone(svg, "Time of aco as a fraction of iter.Pull's; "+r.machine()), nil
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"colour":  func(peer string) template.CSS { return template.CSS("var(" + variable(peerColour(peer)) + ")") },
	"percent": func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) },
	"ratio": func(v float64) string {
		if v == 0 {
			return ""
		}
		return fmt.Sprintf("%.2f", v)
	},
	"count": func(v int) string {
		if v == 0 {
			return ""
		}
		return humanize.Comma(int64(v))
	},
}).Parse(pageText))

// A figure of the page is a chart with what belongs to it.
type figure struct {
	Title, Note string
	SVG         template.HTML
	Legend      []string // peers
}

// page makes the page: self-contained, without scripts.
func (r *Report) page() (string, error) {
	figures, err := r.figures()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = pageTemplate.Execute(&b, map[string]any{
		"Report": r, "Machine": r.machine(), "Figures": figures,
		"Light": template.CSS(palette), "Dark": template.CSS(darkPalette), "Peers": workload.PeerWhat,
	})
	return b.String(), err
}

// figures draws what the measured rows allow. Each row that has figures is in one of the charts.
func (r *Report) figures() (figures []figure, err error) {
	shown := map[*measure.Result]bool{}
	add := func(title, note string, svg string, e error, legend ...string) {
		if e != nil && err == nil {
			err = e
		}
		figures = append(figures, figure{title, note, template.HTML(svg), legend})
	}
	bars := func(title, note string, results ...*measure.Result) {
		var all []column
		for _, res := range results {
			if res == nil {
				continue
			}
			for _, f := range res.Peers {
				if f.Min > 0 && f.Error == "" && !slices.ContainsFunc(all, func(b column) bool { return b.peer == f.Peer }) {
					all = append(all, column{f.Peer, f.Min, res.Figure(f.Min), f.Peer})
					shown[res] = true
				}
			}
		}
		slices.SortStableFunc(all, func(a, b column) int { return peerColour(a.peer) - peerColour(b.peer) })
		if len(all) > 0 {
			svg, e := barChart(chartWidth, all, 0, "")
			add(title, note, svg, e)
		}
	}
	curves := func(title, note string, x axis, at map[string]float64) {
		var all []curve
		var legend []string
		for _, peer := range drawn {
			c := curve{peer: peer}
			var of []*measure.Result
			for _, res := range r.Rows {
				if x, ok := at[res.Row]; ok {
					if f := res.Figures(peer); f != nil && f.Min > 0 && f.Error == "" {
						c.points = append(c.points, plotter.XY{X: x, Y: f.Min})
						of = append(of, res)
					}
				}
			}
			if len(c.points) > 1 {
				slices.SortFunc(c.points, func(a, b plotter.XY) int { return int(a.X - b.X) })
				all, legend = append(all, c), append(legend, peer)
				for _, res := range of {
					shown[res] = true
				}
			}
		}
		if len(all) > 0 {
			svg, e := lineChart(x, "ns a switch and back", all)
			add(title, note, svg, e, legend...)
		}
	}
	bars("A switch", "ns for one value: the resumer hands over to the coroutine and gets control back", r.row("one"), r.row("pull"))
	curves("Cost over call depth", "ns a switch and back when the coroutine is suspended so many calls down", axis{"calls", "0"},
		map[string]float64{"depth-0": 1, "depth-10": 10, "depth-100": 100, "depth-1000": 1000})
	curves("Cost over the number of coroutines", "ns a switch and back when so many are resumed in turn", axis{"coroutines", "1"},
		map[string]float64{"10": 10, "1000": 1000, "10000": 10000, "100000": 100000})
	var sizes []string // bytes of locals
	for _, res := range r.Rows {
		if _, size, ok := strings.Cut(res.Row, ":"); ok && !slices.Contains(sizes, size) {
			sizes = append(sizes, size)
		}
	}
	for _, size := range sizes {
		at := map[string]float64{}
		for _, res := range r.Rows {
			if strings.HasSuffix(res.Row, ":"+size) {
				at[res.Row] = float64(res.Of.Batch)
			}
		}
		curves("Cost over the number of coroutines, "+size+" bytes each",
			"ns a switch and back when so many are resumed in turn; those of iter.Pull have 120 bytes of locals", axis{"coroutines", "1"}, at)
	}
	bars("A whole life", "ns to create one, take three values, and end it", r.row("life"))
	bars("Memory each", "bytes of heap and stacks, suspended with 120 bytes of locals", r.row("memory"))
	bars("Memory each, 100 calls deep", "bytes of heap and stacks, suspended 100 calls down", r.row("memory-100"))
	for _, res := range r.Rows {
		if res.IsWork() && res.Skipped == "" {
			bars("Work: "+res.Row, "ns a value: "+res.What, res)
		}
	}
	for _, res := range r.Rows {
		if !shown[res] {
			bars("Row: "+res.Row, res.What, res)
		}
	}
	return figures, err
}
