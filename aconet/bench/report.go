package main

import (
	"fmt"
	"strings"
)

// A row is one figure of each kind of server.
type row struct {
	name, unit string
	got        map[string]float64
}

func header() {
	fmt.Print("| | unit |")
	for _, k := range kinds {
		fmt.Printf(" %s |", k)
	}
	fmt.Print(" aconet/goroutines | aconet/gnet |\n|---|---|---|---|---|---|---|---|\n")
}

func (r row) print() {
	fmt.Printf("| %s | %s |", r.name, r.unit)
	for _, k := range kinds {
		if v, ok := r.got[k]; ok {
			fmt.Printf(" %.*f |", digits(v), v)
		} else {
			fmt.Print(" |")
		}
	}
	for _, k := range []string{"goroutines", "gnet"} {
		if v := r.ratio(k); v > 0 {
			fmt.Printf(" %.2f |", v)
		} else {
			fmt.Print(" |")
		}
	}
	fmt.Println()
}

// ratio returns aconet's figure as a fraction of that of a kind, or 0.
func (r row) ratio(kind string) float64 {
	if r.got["aconet"] == 0 || r.got[kind] == 0 {
		return 0
	}
	return r.got["aconet"] / r.got[kind]
}

// svg returns a picture of each row as a fraction of goroutines, in colours for a light and a dark page. It is narrow, so
// that its texts can be read on a phone; a bar above 1.3 is cut off, and its figure says how long it is.
func svg(rows []row) string {
	var b strings.Builder
	height := 40 + 24*len(rows)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="%d" viewBox="0 0 480 %d" font-family="sans-serif" font-size="12">`+"\n", height, height)
	b.WriteString("<style>text{fill:#1f2328}rect{fill:#0969da}line{stroke:#59636e}\n" +
		"@media (prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#58a6ff}line{stroke:#9198a1}}</style>\n")
	b.WriteString(`<text x="6" y="18">aconet as a fraction of goroutines; the line is 1</text>` + "\n")
	for i, r := range rows {
		y := 34 + 24*i
		v := r.ratio("goroutines")
		wide := min(v, 1.3) * 160
		fmt.Fprintf(&b, `<text x="6" y="%d">%s (%s)</text><rect x="220" y="%d" width="%.0f" height="16"/><text x="%.0f" y="%d">%.2f</text>`+"\n",
			y+13, r.name, r.unit, y, wide, 226+wide, y+13, v)
	}
	fmt.Fprintf(&b, `<line x1="380" y1="28" x2="380" y2="%d" stroke-dasharray="3"/>`+"\n</svg>\n", height-6)
	return b.String()
}

// digits returns how many digits of v behind the point are worth printing.
func digits(v float64) int {
	if v < 100 {
		return 1
	}
	return 0
}
