package report

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// Parse checks that s is well-formed and returns how many elements of each name it has.
func Parse(t *testing.T, s string) map[string]int {
	n := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatalf("%v in %.300s", err, s)
		}
		if e, ok := token.(xml.StartElement); ok {
			n[e.Name.Local]++
		}
	}
}

// known is a report whose figures are known.
func known() *Report {
	r := New()
	for _, row := range workload.Rows {
		res := &measure.Result{Row: row.Name, What: row.What, Unit: row.UnitName(), Of: row}
		for i, p := range row.Peers {
			f := &measure.Figures{Peer: p.Name, N: 12345, Repeats: []float64{float64(100 - 10*i)}}
			if p.Suspended != nil {
				f.Bytes = -1
			}
			res.Peers = append(res.Peers, f)
		}
		res.Summarise()
		r.Rows = append(r.Rows, res)
	}
	return r
}

// The page has a chart of each kind, says where it was measured, and needs nothing from elsewhere.
func TestPage(t *testing.T) {
	r := known()
	r.Rows[0].Peers[0].Error = "a <b> & c"
	r.Rows = append(r.Rows, &measure.Result{Row: "skipped-row", Skipped: "there is no memory", Of: workload.Rows[0]})
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A switch", "Cost over call depth", "Cost over the number of coroutines", "A whole life", "Memory each",
		"Work: same-fringe", "Work: lexer", "Work: pipeline", "Work: merge", "Work: permutations", "Work: consumers",
		runtime.Version(), aco.Engine().Name + ": " + aco.Engine().Reason, r.CPU, "prefers-color-scheme: dark", "@media print", "default-src 'none'",
		"a &lt;b&gt; &amp; c", "skipped: there is no memory", "12,345"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	charts := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(charts) < 12 || len(charts) != strings.Count(page, "<figure>") {
		t.Errorf("%d charts in %d figures", len(charts), strings.Count(page, "<figure>"))
	}
	for _, c := range charts {
		if n := Parse(t, c); n["text"] < 4 || n["path"] < 2 {
			t.Errorf("a chart has %v", n)
		}
	}
	if m := regexp.MustCompile(`(?i)(src|href)="[^d]|@import|url\(|<script>|<link rel="stylesheet"|xmlns:xlink="[^h]`).FindString(page); m != "" {
		t.Errorf("the page refers to something: %q", m)
	}
	for _, m := range regexp.MustCompile(`https?://[^"<\s]*`).FindAllString(page, -1) {
		if !strings.HasPrefix(m, "http://www.w3.org/") { // the name of a namespace
			t.Errorf("the page names %s", m)
		}
	}
	if m := regexp.MustCompile(`#01[0-9A-Fa-f]{2}01|#000000|NaN|%!`).FindString(page); m != "" {
		t.Errorf("%q is left in the page", m)
	}
	data := regexp.MustCompile(`(?s)<script type="application/json" id="report">(.*?)</script>`).FindStringSubmatch(page)
	var back Report
	if err := json.Unmarshal([]byte(data[1]), &back); err != nil || len(back.Rows) != len(r.Rows) {
		t.Errorf("%v, %d rows in the page's data", err, len(back.Rows))
	}
}

// Any row is in a chart, by itself too. If there is none, the page says why.
func TestEachRowHasAChart(t *testing.T) {
	all := known().Rows
	for _, res := range all {
		r := New()
		r.Rows = []*measure.Result{res}
		if page, err := r.page(); err != nil || strings.Count(page, "<figure>") != 1 || strings.Contains(page, "There is no chart") {
			t.Errorf("%s: %v, %d charts", res.Row, err, strings.Count(page, "<figure>"))
		}
	}
	r := New()
	r.Rows = []*measure.Result{{Row: "one", Skipped: "there is no memory", Of: workload.Rows[0]}}
	if page, err := r.page(); err != nil || strings.Count(page, "<figure>") != 0 || !strings.Contains(page, "There is no chart, because") {
		t.Errorf("%v, %s", err, page)
	}
}

// A curve joins like with like: coroutines that have as many bytes of locals.
func TestCurves(t *testing.T) {
	for names, want := range map[string][]string{
		"one 1000":                  {"A switch", "Row: 1000"},
		"10 1000":                   {"Cost over the number of coroutines"},
		"1:40 1000:40":              {"Cost over the number of coroutines, 40 bytes each"},
		"1:40 1000:8":               {"Row: 1:40", "Row: 1000:8"},
		"1:8 1:40 1000:8 1000:40":   {"Cost over the number of coroutines, 8 bytes each", "Cost over the number of coroutines, 40 bytes each"},
		"1:120 2000000:120 depth-0": {"Cost over the number of coroutines, 120 bytes each", "Row: depth-0"},
	} {
		r := New()
		for _, name := range strings.Fields(names) {
			r.Rows = append(r.Rows, known().row(name))
		}
		figures, err := r.figures()
		var titles []string
		for _, f := range figures {
			titles = append(titles, f.Title)
		}
		if err != nil || !slices.Equal(titles, want) {
			t.Errorf("of %s: %v, %q, want %q", names, err, titles, want)
		}
	}
}

// C libaco is in the charts, in a colour that no other peer has.
func TestLibacoInCharts(t *testing.T) {
	r := New()
	for _, name := range []string{"one", "1:40", "1000:40"} {
		res := known().row(name)
		res.External("C libaco", func() (float64, error) { return 15, nil })
		res.Summarise()
		r.Rows = append(r.Rows, res)
	}
	page, err := r.page()
	if err != nil || strings.Count(page, `></i>C libaco<`) != 1 || !strings.Contains(page, ">C libaco</text>") {
		t.Errorf("%v, %s", err, page)
	}
	for _, p := range []string{palette, darkPalette} {
		colours := map[string]string{}
		for _, peer := range append(workload.PeerNames(), "C libaco") {
			m := regexp.MustCompile(variable(peerColour(peer)) + `:(#\w+);`).FindStringSubmatch(p)
			if m == nil || colours[m[1]] != "" {
				t.Fatalf("%s has the colour %q, as %s", peer, m, colours[m[1]])
			}
			colours[m[1]] = peer
		}
	}
}

// The page's table has a line with the name of each row, says of each figure what it is in, and can do
// without some columns on a narrow screen.
func TestPageTable(t *testing.T) {
	page, err := known().page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<tr><th colspan="7" class="name">walk <small>next of a recursive walk over a tree of 1,023 nodes</small></th></tr>`,
		`<tr><td class="name">aco</td><td class="more">12,345</td><td>90.0 ns</td><td class="more">90.0 ns</td><td class="more">0%</td><td>0</td><td>0.90</td></tr>`,
		`<tr><td class="name">aco</td><td class="more">12,345</td><td>90 B</td><td class="more">90 B</td>`,
		"@media screen and (max-width: 600px) {\n  .more { display: none; }",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// Every variable of a colour that the charts use is defined, light and dark.
func TestPalette(t *testing.T) {
	page, err := known().page()
	if err != nil {
		t.Fatal(err)
	}
	used := regexp.MustCompile(`var\((--\w+)\)`).FindAllStringSubmatch(page, -1)
	if len(used) < 100 {
		t.Errorf("%d uses", len(used))
	}
	for _, m := range used {
		for _, p := range []string{palette, darkPalette} {
			if !strings.Contains(p, m[1]+":#") {
				t.Errorf("%s is not in %s", m[1], p)
			}
		}
	}
}

// Each colour of a bar can be told from the page and from what is behind a chart, in light and in dark: as the
// guidelines for accessibility want it of pictures, by a contrast of at least 3.
func TestContrast(t *testing.T) {
	luminance := func(colour string) (l float64) {
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c = math.Pow((c+0.055)/1.055, 2.4); n < 11 {
				c = float64(n) / 255 / 12.92
			}
			l += weight * c
		}
		return l
	}
	for _, p := range []string{palette, darkPalette} {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`(--\w+):(#\w{6});`).FindAllStringSubmatch(p, -1) {
			colour[m[1]] = m[2]
		}
		for i := range drawn {
			for _, behind := range []string{"--page", "--card"} {
				a, b := luminance(colour[variable(i)]), luminance(colour[behind])
				if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 3 {
					t.Errorf("%s on %s, %s on %s: %.2f", drawn[i], behind, colour[variable(i)], colour[behind], contrast)
				}
			}
		}
	}
}

// Nothing of the picture is cut off, and the shortest bar can be seen.
func TestPictureIsWhole(t *testing.T) {
	svg, err := barChart(pictureWidth, []column{{"short", 0.0001, "0.00", "aco"}, {"long", 1.9, "1.90", "aco.Pull"}}, 1, "iter.Pull = 1")
	if err != nil {
		t.Fatal(err)
	}
	size := regexp.MustCompile(`viewBox="0 0 ([\d.]+) ([\d.]+)"`).FindStringSubmatch(svg)
	height, _ := strconv.ParseFloat(size[2], 64)
	texts := regexp.MustCompile(`<text [^>]*y="(-?[\d.]+)"`).FindAllStringSubmatch(svg, -1)
	for _, m := range texts { // counted upwards from the foot
		if y, _ := strconv.ParseFloat(m[1], 64); -y > height-9 || -y < 0 {
			t.Errorf("a text at %s of %v", m[1], size)
		}
	}
	var widths []float64
	for _, m := range regexp.MustCompile(`d="M([\d.]+),[\d.]+L[\d.]+,[\d.]+L([\d.]+),[^"]*" style="fill:var\(--p`).FindAllStringSubmatch(svg, -1) {
		left, _ := strconv.ParseFloat(m[1], 64)
		right, _ := strconv.ParseFloat(m[2], 64)
		widths = append(widths, right-left)
	}
	if len(texts) < 5 || len(widths) != 2 || min(widths[0], widths[1]) < 1.5 {
		t.Errorf("%d texts, bars of %v: %s", len(texts), widths, svg)
	}
}

// The picture has a bar for each row in which aco has a ratio: of what a program gets that asks for nothing else, even
// where another peer is quicker, and of its best peer where that was not measured.
func TestPicture(t *testing.T) {
	svg, err := known().picture()
	if err != nil {
		t.Fatal(err)
	}
	if n := Parse(t, svg); n["svg"] != 1 || n["title"] != 1 || n["style"] != 1 {
		t.Errorf("%v", n)
	}
	for _, want := range []string{">Resume and Yield<", ">1,000 coroutines<", ">100,000 consumers<", "0.80 aco.Pull", "iter.Pull = 1", "prefers-color-scheme:dark"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if _, err := New().picture(); err == nil {
		t.Error("a picture of nothing")
	}
	r := known()
	r.Rows = r.Rows[:1]
	for _, c := range []struct{ other, want string }{{workload.Aco, "0.90 aco<"}, {"aco.Auto", "0.30 aco.Standalone<"}} {
		r.Rows[0].Peers = []*measure.Figures{{Peer: workload.IterPull, Repeats: []float64{10}}, {Peer: c.other, Repeats: []float64{9}},
			{Peer: "aco.Standalone", Repeats: []float64{3}}}
		r.Rows[0].Summarise()
		if svg, err := r.picture(); err != nil || !strings.Contains(svg, c.want) {
			t.Errorf("%s beside a quicker one: %v, %s", c.other, err, svg)
		}
	}
}

// A bar that is far too long for the picture is cut off, and says so and how long it is.
func TestLongBar(t *testing.T) {
	r := known()
	r.Rows = r.Rows[:2]
	for i, v := range []float64{2.04, 29.3} {
		r.Rows[i].Peers = []*measure.Figures{{Peer: workload.IterPull, Repeats: []float64{10}}, {Peer: workload.Aco, Repeats: []float64{10 * v}}}
		r.Rows[i].Summarise()
	}
	svg, err := r.picture()
	if err != nil || !strings.Contains(svg, "→ 2.0× aco<") || !strings.Contains(svg, "→ 29.3× aco<") {
		t.Errorf("%v, %s", err, svg)
	}
	var widths []string // of the bars: M left below, L left above, right above, right below
	for _, m := range regexp.MustCompile(`d="M([\d.]+),[\d.]+L[\d.]+,[\d.]+L([\d.]+),[^"]*" style="fill:var\(--p1\)`).FindAllStringSubmatch(svg, -1) {
		widths = append(widths, m[1]+" to "+m[2])
	}
	if len(widths) != 2 || widths[0] != widths[1] {
		t.Errorf("the bars are %q, in %s", widths, svg)
	}
}
