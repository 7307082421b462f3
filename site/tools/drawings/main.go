// The drawings command makes an SVG drawing of each text in a folder (its argument), with goat.
// With -check it changes nothing, and fails if one would differ.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bep/goat"
)

// A drawing is shown on pages that are light or dark and can't hand their colours to it: so it
// has its own, with a background.
const style = `<style>
svg { color: #1f2328; background: #fff; }
text { fill: currentColor; font-size: 14px; }
@media (prefers-color-scheme: dark) { svg { color: #e3e8ee; background: #161b22; } }
</style>
`

const margin = 16

// draw returns the drawing of a text. Its first line is the drawing's title; then comes an empty one.
func draw(text []byte) []byte {
	title, picture, _ := strings.Cut(string(text), "\n\n")
	svg := goat.BuildSVG(strings.NewReader(picture))
	var b bytes.Buffer
	fmt.Fprintf(&b, "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='%d %d %d %d' width='%d' height='%d' font-family='ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace'>\n",
		-margin, -margin, svg.Width+2*margin, svg.Height+2*margin, svg.Width+2*margin, svg.Height+2*margin)
	fmt.Fprintf(&b, "<!-- made by scripts/drawings of the text with the SHA-256 %x -->\n", sha256.Sum256(text))
	fmt.Fprintf(&b, "<title>%s</title>\n%s%s</svg>\n", escape.Replace(title), style, svg.Body)
	return b.Bytes()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func main() {
	check := flag.Bool("check", false, "change nothing, and fail if a drawing is stale")
	flag.Parse()
	texts, err := filepath.Glob(filepath.Join(flag.Arg(0), "*.txt"))
	if err != nil || len(texts) == 0 {
		fatal(flag.Arg(0), ": no texts; ", err)
	}
	stale := 0
	for _, name := range texts {
		text, err := os.ReadFile(name)
		if err != nil {
			fatal(err)
		}
		file := strings.TrimSuffix(name, ".txt") + ".svg"
		now := draw(text)
		if was, err := os.ReadFile(file); err == nil && bytes.Equal(was, now) {
			continue
		}
		stale++
		if *check {
			fmt.Fprintln(os.Stderr, file, "is stale: run scripts/drawings")
		} else if err := os.WriteFile(file, now, 0o666); err != nil {
			fatal(err)
		}
	}
	fmt.Println(len(texts), "drawings,", stale, "stale")
	if *check && stale > 0 {
		os.Exit(1)
	}
}

func fatal(v ...any) {
	fmt.Fprintln(os.Stderr, fmt.Sprint(v...))
	os.Exit(1)
}
