package main

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	text := []byte("A <box>\n\n.---.\n| a +---->\n'---'\n")
	svg := draw(text)
	var root struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Title   string   `xml:"title"`
		ViewBox string   `xml:"viewBox,attr"`
	}
	if err := xml.Unmarshal(svg, &root); err != nil || root.Title != "A <box>" || root.ViewBox == "" {
		t.Errorf("%v, %+v in\n%s", err, root, svg)
	}
	for _, want := range []string{fmt.Sprintf("%x", sha256.Sum256(text)), "prefers-color-scheme: dark", ">a</text>", "<polygon"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("there is no %s in\n%s", want, svg)
		}
	}
	if string(draw(append(text, "more"...))) == string(svg) {
		t.Error("another text makes the same drawing")
	}
}
