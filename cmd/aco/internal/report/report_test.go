package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"github.com/jedib0t/go-pretty/v6/text"
)

// The table fits into the width of a terminal by leaving out borders and then columns.
func TestTableFits(t *testing.T) {
	r := known()
	for _, c := range []struct {
		width int
		has   string
		lacks string
	}{
		{0, "│ row │ peer │ n │ min │ median │ spread │ allocs │ × iter.Pull │", ""},
		{200, "│ row │ peer │ n │ min │ median │ spread │ allocs │ × iter.Pull │", ""},
		{94, "row peer n min median spread allocs × iter.Pull", "│"},
		{84, "row peer min median spread allocs × iter.Pull", "│"},
		{74, "row peer min spread allocs × iter.Pull", "median"},
		{60, "peer min spread allocs × iter.Pull", "row"},
		{40, "peer min × iter.Pull", "spread"},
	} {
		s := r.fitting(c.width, false)
		first, _, _ := strings.Cut(strings.TrimLeft(s, "┌─┬┐\n"), "\n")
		if n := text.LongestLineLen(s); c.width > 0 && n > c.width {
			t.Errorf("%d columns in %d", n, c.width)
		}
		if strings.Join(strings.Fields(first), " ") != c.has || c.lacks != "" && strings.Contains(s, c.lacks) {
			t.Errorf("width %d: %s", c.width, s)
		}
		for _, name := range workload.RowNames() {
			if !regexp.MustCompile(`(?m)^(│ )?` + name + `( |$)`).MatchString(s) {
				t.Errorf("width %d: row %s is missing", c.width, name)
			}
		}
	}
	plain := r.fitting(60, false)
	if coloured := r.fitting(60, true); coloured == plain || text.StripEscape(coloured) != plain {
		t.Errorf("colours change more than colours: %s", coloured)
	}
}

// Each figure in the table has its unit, and reasons don't widen its columns: they are below it.
func TestTableReasons(t *testing.T) {
	r := known()
	want := text.LongestLineLen(r.fitting(0, false))
	reason := strings.Repeat("no memory ", 20)
	r.row("memory").Peers[1].Error = reason + "1"
	*r.row("lexer") = measure.Result{Row: "lexer", Skipped: reason + "2"}
	for _, width := range []int{0, 80, 40} {
		if n := text.LongestLineLen(r.fitting(width, false)); width == 0 && n != want || width > 0 && n > width {
			t.Errorf("width %d: the table has %d columns", width, n)
		}
	}
	var b bytes.Buffer
	r.Table(&b)
	for _, s := range []string{`(?m)^one +iter.Pull +12345 +100\.0 ns +100\.0 ns `, `(?m)^memory +iter.Pull +12345 +100 B +100 B `,
		`(?m)^memory +aco +failed$`, `(?m)^lexer +skipped$`, `(?m)^memory aco: no memory .*1$`, `(?m)^lexer skipped: no memory .*2$`} {
		if !regexp.MustCompile(s).MatchString(b.String()) {
			t.Errorf("%q is missing in %s", s, b.String())
		}
	}
}

// What is said of an interrupted run is right when nothing was complete, too, and is in each format.
func TestInterrupted(t *testing.T) {
	for rows, want := range map[int]string{0: "interrupted: no row is complete\n", 2: "interrupted: the rows above are complete, the rest is missing\n"} {
		r := known()
		r.Rows, r.Interrupted = r.Rows[:rows], true
		var b bytes.Buffer
		r.Table(&b)
		if s := b.String(); !strings.HasSuffix(s, want) || rows == 0 && s != want {
			t.Errorf("printed %s", s)
		}
		b.Reset()
		if err := r.GoFormat(&b); err != nil || !strings.HasSuffix(b.String(), "\n# "+want) {
			t.Errorf("%v, printed %s", err, b.String())
		}
	}
}

// What is missing is a comment in Go's benchmark format, however many lines it has.
func TestGoComments(t *testing.T) {
	r := known()
	r.Rows = r.Rows[:2]
	r.Rows[0].Peers[0].Error = "exit status 2: panic\n\ngoroutine 1"
	var b bytes.Buffer
	if err := r.GoFormat(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if !regexp.MustCompile(`^(#|(goos|goarch|pkg|cpu|engine): |BenchmarkAco/)`).MatchString(line) {
			t.Errorf("line %q", line)
		}
	}
}

// A report says how many processors Go used, where people read it only if that is not all of them.
func TestGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU()))
	for _, n := range []int{runtime.NumCPU(), runtime.NumCPU() + 1} {
		runtime.GOMAXPROCS(n)
		r := New()
		r.Rows = []*measure.Result{known().Rows[0]}
		page, err := r.page()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := r.picture()
		if err != nil {
			t.Fatal(err)
		}
		var table, lines bytes.Buffer
		r.Head(&table)
		if err := r.GoFormat(&lines); err != nil {
			t.Fatal(err)
		}
		for what, s := range map[string]string{"table": table.String(), "picture": picture, "page": page[:strings.Index(page, "</dl>")]} {
			if strings.Contains(s, fmt.Sprintf("GOMAXPROCS=%d", n)) != (n != runtime.NumCPU()) {
				t.Errorf("GOMAXPROCS is %d of %d; the %s says %s", n, runtime.NumCPU(), what, s)
			}
		}
		if data, err := json.Marshal(r); err != nil || !strings.Contains(string(data), fmt.Sprintf(`"GOMAXPROCS":%d,`, n)) {
			t.Errorf("%v, the data are %s", err, data)
		}
		if !strings.Contains(lines.String(), fmt.Sprintf("peer=aco-%d\t", n)) {
			t.Errorf("GOMAXPROCS is %d; printed %s", n, lines.String())
		}
	}
}

// Allocations are in each format where they are known, of rows of memory too.
func TestAllocations(t *testing.T) {
	r := New()
	for _, name := range []string{"one", "memory"} {
		res := known().row(name)
		res.Peers = res.Peers[:2]
		res.Peers[0].Allocs = 3.25
		res.External("C libaco", func() (float64, error) { return 5, nil })
		res.Summarise()
		r.Rows = append(r.Rows, res)
	}
	var table, lines bytes.Buffer
	r.Table(&table)
	if err := r.GoFormat(&lines); err != nil {
		t.Fatal(err)
	}
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	for s, wants := range map[string][]string{
		table.String(): {`iter\.Pull .*0% +3\.25 `, `aco .*0% +0 `, `C libaco +5.*0% +0\.05`},
		page:           {`iter\.Pull</td>.*0%</td><td>3\.25</td>`, `aco</td>.*0%</td><td>0</td>`, `C libaco</td><td class="more"></td>.*0%</td><td></td>`},
	} {
		for _, want := range wants {
			if n := len(regexp.MustCompile(want).FindAllString(s, -1)); n != 2 {
				t.Errorf("%s is there %d times in %s", want, n, s)
			}
		}
	}
	for _, want := range []string{`row=one/peer=iter\.Pull.*ns/op\t0\.0 B/op\t3\.25 allocs/op`, `row=one/peer=C-libaco.*\t5\.00 ns/op`,
		`row=memory/peer=iter\.Pull.*\t100\.00 B/coroutine\t3\.25 allocs/coroutine`, `row=memory/peer=C-libaco.*\t5\.00 B/coroutine`} {
		if !regexp.MustCompile(`(?m)^BenchmarkAco/` + want + `$`).MatchString(lines.String()) {
			t.Errorf("%s is missing in %s", want, lines.String())
		}
	}
}
