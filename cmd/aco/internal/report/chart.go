package report

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco/cmd/aco/internal/torture"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Charts, as SVG whose colours are variables of a style sheet, so that they fit a light and a dark
// page. What is drawn in a stand-in colour gets the variable's name in place of the colour.

// standIn returns the colour that stands for variable number n.
func standIn(n int) color.RGBA { return color.RGBA{1, uint8(n), 1, 255} }

// The variables besides those of the peers, --p0 and on.
const (
	inkColour = 100 + iota
	softColour
	gridColour
)

var standIns = regexp.MustCompile(`#01([0-9A-F]{2})01`)

// variable returns the style sheet's name of a stand-in.
func variable(n int) string {
	switch n {
	case inkColour:
		return "--ink"
	case softColour:
		return "--soft"
	case gridColour:
		return "--grid"
	}
	return fmt.Sprintf("--p%d", n)
}

// palette is the style sheet of the colours, light and dark.
const palette = `--ink:#1f2328;--soft:#59636e;--grid:#d1d9e0;--page:#ffffff;--card:#f6f8fa;` +
	`--p0:#bc4c00;--p1:#0969da;--p2:#0a7d8c;--p3:#5b3fd1;--p4:#1a7f37;--p5:#57606a;--p6:#6e7781;--p7:#868f99;--p8:#a0397f;--p9:#9a6700;--p10:#5c7a00;--p11:#2f4f8f;--p12:#82071e;`
const darkPalette = `--ink:#e6edf3;--soft:#9198a1;--grid:#3d444d;--page:#0d1117;--card:#151b23;` +
	`--p0:#f0883e;--p1:#58a6ff;--p2:#39c5cf;--p3:#a594ff;--p4:#3fb950;--p5:#b1bac4;--p6:#9198a1;--p7:#768390;--p8:#e085c2;--p9:#d29922;--p10:#a5c940;--p11:#7d9ee8;--p12:#ff9d96;`

// drawn are the peers that charts may have, in their order: C libaco is measured by another program.
var drawn = append(workload.PeerNames(), "C libaco")

// peerColour returns the number of the variable that has a peer's colour.
func peerColour(peer string) int { return slices.Index(drawn, peer) }

const chartWidth = 360 // points, of any chart in the page

// A column of a bar chart, which lies on its side.
type column struct {
	label string
	value float64
	text  string // at its end
	peer  string
}

// chartFont is what charts are laid out with.
var chartFont = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 12}

// newPlot returns an empty plot in our colours and sizes.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	face := chartFont
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font, axis.Label.TextStyle.Font = face, face
		axis.Tick.Label.Color, axis.Label.TextStyle.Color = standIn(inkColour), standIn(softColour)
		axis.Color, axis.Tick.Color = standIn(gridColour), standIn(gridColour)
	}
	return p
}

// label returns the style of text at a point of a plot.
func label(p *plot.Plot, colour int, x text.XAlignment, y text.YAlignment) text.Style {
	s := p.X.Tick.Label
	s.Color, s.XAlign, s.YAlign = standIn(colour), x, y
	return s
}

// barChart draws horizontal bars, the first one on top, and if mark is above 0 a line there.
func barChart(width vg.Length, bars []column, mark float64, markText string) (string, error) {
	p := newPlot()
	p.HideX()
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width, p.Y.Tick.Length, p.Y.Padding = 0, 0, 0, 6
	largest := mark
	var names []string
	for _, b := range slices.Backward(bars) {
		largest = max(largest, b.value)
		names = append(names, b.label)
	}
	p.NominalY(names...)
	least := largest / 150 // a shorter bar can't be seen
	for i, b := range slices.Backward(bars) {
		chart, err := plotter.NewBarChart(plotter.Values{max(b.value, least)}, 14)
		if err != nil {
			return "", err
		}
		chart.XMin, chart.Horizontal, chart.LineStyle.Width, chart.Color = float64(len(bars)-1-i), true, 0, standIn(peerColour(b.peer))
		p.Add(chart)
	}
	var ends plotter.XYLabels
	for i := range bars {
		b := bars[len(bars)-1-i]
		ends.XYs = append(ends.XYs, plotter.XY{X: b.value, Y: float64(i)})
		ends.Labels = append(ends.Labels, b.text)
	}
	texts, err := plotter.NewLabels(ends)
	if err != nil {
		return "", err
	}
	for i := range texts.TextStyle {
		texts.TextStyle[i] = label(p, inkColour, 0, -0.4)
	}
	texts.Offset.X = 4
	top := float64(len(bars)) - 0.4
	if mark > 0 {
		line, err := plotter.NewLine(plotter.XYs{{X: mark, Y: -0.5}, {X: mark, Y: top}})
		if err != nil {
			return "", err
		}
		line.Color, line.Width = standIn(0), 1
		line.Dashes = []vg.Length{4, 3}
		above, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: mark, Y: top}}, Labels: []string{markText}})
		if err != nil {
			return "", err
		}
		above.TextStyle[0] = label(p, 0, -0.5, 0)
		above.Offset.Y = 3
		p.Add(line, above)
		top++ // room for the text
	}
	p.Add(texts)
	p.X.Min, p.X.Max = 0, largest*1.02
	p.Y.Min, p.Y.Max = -0.5, top
	return render(p, width, vg.Length(21*len(bars)+24), 3)
}

// A curve of a line chart.
type curve struct {
	peer   string
	points plotter.XYs
}

// lineChart draws curves with logarithmic axes, on which zero is where 1 is: x says which is meant.
func lineChart(x axis, yLabel string, curves []curve) (string, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = x.label, yLabel
	low, high := math.Inf(1), 0.0
	left, right := math.Inf(1), 0.0
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = standIn(gridColour), nil
	grid.Horizontal.Width = 0.5
	p.Add(grid)
	for _, c := range curves {
		for _, pt := range c.points {
			low, high = min(low, pt.Y), max(high, pt.Y)
			left, right = min(left, pt.X), max(right, pt.X)
		}
		line, points, err := plotter.NewLinePoints(c.points)
		if err != nil {
			return "", err
		}
		line.Color, line.Width = standIn(peerColour(c.peer)), 2
		points.Color, points.Radius, points.Shape = line.Color, 3, draw.CircleGlyph{}
		p.Add(line, points)
	}
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = decades{x.first}, decades{"1"}
	p.X.Min, p.X.Max = left, right*1.3
	p.Y.Min, p.Y.Max = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	return render(p, chartWidth, 240, 12)
}

// An axis has a label, and what is to be read at 1.
type axis struct{ label, first string }

// decades ticks at the powers of ten.
type decades struct{ first string }

func (d decades) Ticks(low, high float64) (ticks []plot.Tick) {
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		if v := math.Pow(10, e); v >= low*0.999 && v <= high*1.001 {
			tick := plot.Tick{Value: v, Label: humanize.Comma(int64(v))}
			if v == 1 {
				tick.Label = d.first
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// render draws a plot as an svg element, with some room on its right.
func render(p *plot.Plot, width, height, room vg.Length) (string, error) {
	c := vgsvg.New(width, height)
	p.Draw(draw.Crop(draw.New(c), 3, -room, 0, 0))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return "", err
	}
	s := b.String()
	at := strings.Index(s, "<svg")
	if at < 0 {
		return "", fmt.Errorf("no svg in %q", torture.Head(s, 100))
	}
	s = s[at:]
	s = svgSize.ReplaceAllString(s, `<svg role="img" `)
	s = svgFont.ReplaceAllString(s, "")
	s = svgText.ReplaceAllStringFunc(s, fixWidth)
	s = strings.ReplaceAll(s, "#000000", "var(--ink)")
	return standIns.ReplaceAllStringFunc(s, func(c string) string {
		var n int
		fmt.Sscanf(c, "#01%02X01", &n)
		return "var(" + variable(n) + ")"
	}), nil
}

// fixWidth gives a text element the width that the layout was made for, whatever font is found.
func fixWidth(element string) string {
	m := svgText.FindStringSubmatch(element)
	size, err := strconv.ParseFloat(m[2], 64)
	said := html.UnescapeString(m[3])
	if err != nil || strings.TrimSpace(said) == "" {
		return element
	}
	face := font.DefaultCache.Lookup(chartFont, vg.Length(size))
	return fmt.Sprintf(`<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" %s`, float64(face.Width(said)), strings.TrimPrefix(element, "<text "))
}

var (
	svgText = regexp.MustCompile(`(?s)<text ([^>]*font-size:([\d.]+)px[^>]*)>([^<]*)</text>`)
	svgSize = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*" `)
	svgFont = regexp.MustCompile(`font-family:[^;"]*;font-weight:[^;"]*;font-style:[^;"]*;|font-family:[^;"]*;`)
)

// alone makes a file of an svg element: with a title, colours for light and dark, a width that a wide page keeps to,
// and texts that the line at 1 does not strike through.
func alone(svg, title string) string {
	const family = `font-family:"Liberation Sans",Arial,Helvetica,sans-serif` // the measures of the layout
	svg = strings.Replace(svg, "<svg ", `<svg width="600" `, 1)
	return strings.Replace(svg, ">\n", ">\n<title>"+html.EscapeString(title)+"</title>\n<style>svg{"+palette+family+"}\n"+
		"text{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}\n"+
		"@media (prefers-color-scheme:dark){svg{"+darkPalette+"}}</style>\n", 1)
}
