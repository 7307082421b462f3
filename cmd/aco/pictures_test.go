package main

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// parse checks that s is well-formed and returns how many elements of each name it has.
func parse(t *testing.T, s string) map[string]int {
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
func known() *report {
	r := newReport()
	for _, row := range rows {
		res := &result{Row: row.name, What: row.what, Unit: row.unitName(), row: row}
		for i, p := range row.peers {
			f := &figures{Peer: p.name, N: 12345, Repeats: []float64{float64(100 - 10*i)}}
			if p.suspended != nil {
				f.Bytes = -1
			}
			res.Peers = append(res.Peers, f)
		}
		res.summarise()
		r.Rows = append(r.Rows, res)
	}
	return r
}

// The page has a chart of each kind, says where it was measured, and needs nothing from elsewhere.
func TestPage(t *testing.T) {
	r := known()
	r.Rows[0].Peers[0].Error = "a <b> & c"
	r.Rows = append(r.Rows, &result{Row: "skipped-row", Skipped: "there is no memory", row: rows[0]})
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
		if n := parse(t, c); n["text"] < 4 || n["path"] < 2 {
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
	var back report
	if err := json.Unmarshal([]byte(data[1]), &back); err != nil || len(back.Rows) != len(r.Rows) {
		t.Errorf("%v, %d rows in the page's data", err, len(back.Rows))
	}
}

// Any row is in a chart, by itself too. If there is none, the page says why.
func TestEachRowHasAChart(t *testing.T) {
	all := known().Rows
	for _, res := range all {
		r := newReport()
		r.Rows = []*result{res}
		if page, err := r.page(); err != nil || strings.Count(page, "<figure>") != 1 || strings.Contains(page, "There is no chart") {
			t.Errorf("%s: %v, %d charts", res.Row, err, strings.Count(page, "<figure>"))
		}
	}
	r := newReport()
	r.Rows = []*result{{Row: "one", Skipped: "there is no memory", row: rows[0]}}
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
		r := newReport()
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
	r := newReport()
	for _, name := range []string{"one", "1:40", "1000:40"} {
		res := known().row(name)
		res.external("C libaco", func() (float64, error) { return 15, nil })
		res.summarise()
		r.Rows = append(r.Rows, res)
	}
	page, err := r.page()
	if err != nil || strings.Count(page, `></i>C libaco<`) != 1 || !strings.Contains(page, ">C libaco</text>") {
		t.Errorf("%v, %s", err, page)
	}
	for _, p := range []string{palette, darkPalette} {
		colours := map[string]string{}
		for _, peer := range append(peerNames(), "C libaco") {
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

// The picture has a bar for each row in which aco has a ratio, with its best peer.
func TestPicture(t *testing.T) {
	svg, err := known().picture()
	if err != nil {
		t.Fatal(err)
	}
	if n := parse(t, svg); n["svg"] != 1 || n["title"] != 1 || n["style"] != 1 {
		t.Errorf("%v", n)
	}
	for _, want := range []string{">Resume and Yield<", ">1,000 coroutines<", ">100,000 consumers<", "0.80 aco.Standalone", "iter.Pull = 1", "prefers-color-scheme:dark"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if _, err := newReport().picture(); err == nil {
		t.Error("a picture of nothing")
	}
}

// A bar that is far too long for the picture is cut off, and says so and how long it is.
func TestLongBar(t *testing.T) {
	r := known()
	r.Rows = r.Rows[:2]
	for i, v := range []float64{2.04, 29.3} {
		r.Rows[i].Peers = []*figures{{Peer: iterPull, Repeats: []float64{10}}, {Peer: acoShared, Repeats: []float64{10 * v}}}
		r.Rows[i].summarise()
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

// The files are written beside the table, over what was there.
func TestPictureFiles(t *testing.T) {
	dir := t.TempDir()
	page, picture := filepath.Join(dir, "report.html"), filepath.Join(dir, "bench.svg")
	if err := os.WriteFile(page, []byte(strings.Repeat("old", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := command("bench", "-quick", "-html", page, "-svg", picture, "one")
	if status != 0 || !strings.Contains(out, "│ one ") || !strings.Contains(errs, "wrote "+page) || !strings.Contains(errs, "wrote "+picture) {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.HasSuffix(string(b), "</html>\n") || strings.Contains(string(b), "oldold") {
		t.Errorf("%v, the page ends in %q", err, b[max(0, len(b)-20):])
	}
	if b, err := os.ReadFile(picture); err != nil || parse(t, string(b))["svg"] != 1 {
		t.Error(err)
	}
}

// A file for which there is nothing to write is removed if it was not there before, and is otherwise
// left as it was.
func TestNoPicture(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20)) // the row is skipped
	dir := t.TempDir()
	made, old := filepath.Join(dir, "made.svg"), filepath.Join(dir, "old.svg")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{made, old} {
		status, _, errs := command("bench", "-quick", "-svg", f, "100000")
		if status != 1 || !strings.Contains(errs, "aco: no picture: in no row have both iter.Pull and aco been measured") {
			t.Errorf("status %d, printed %q", status, errs)
		}
	}
	if status, _, errs := command("bench", "-quick", "-html", made, "-svg", filepath.Join(dir, "none", "x.svg"), "one"); status != 2 {
		t.Errorf("status %d, printed %q", status, errs)
	}
	if _, err := os.Stat(made); !os.IsNotExist(err) {
		t.Errorf("an empty file is left: %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("%v, what was there is %q", err, b)
	}
}

// Two names of one file are refused before anything is measured.
func TestTwoNamesOfOneFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, other := range []string{name, filepath.Join(dir, ".") + "/./a"} {
		status, out, errs := command("bench", "-html", name, "-svg", other, "one")
		if status != 2 || out != "" || !strings.Contains(errs, "want two files") {
			t.Errorf("status %d, printed %q and %q", status, out, errs)
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}
