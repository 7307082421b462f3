package main

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestCheck(t *testing.T) {
	site := fstest.MapFS{
		"index.html": {Data: []byte(`<h1 id="top">t</h1><a href="d/a.html#x">a</a><a href="#top">b</a><img src="i.svg">
			<a href="https://example.org/#gone">c</a>`)},
		"d/a.html": {Data: []byte(`<p id="x"><a href="../index.html">d</a>`)},
		"i.svg":    {},
	}
	if faults, n, err := check(site); len(faults) != 0 || n != 4 || err != nil {
		t.Error(faults, n, err)
	}
	site["bad.html"] = &fstest.MapFile{Data: []byte(`<a href="d/b.html">a</a><a href="d/a.html#y">b</a><a href="#z">c</a>
		<a href="/index.html">d</a><script src="gone.js"></script>`)}
	faults, _, _ := check(site)
	slices.Sort(faults)
	want := []string{
		"bad.html links to #z, which has no such element",
		"bad.html links to /index.html, which is absolute",
		"bad.html links to d/a.html#y, which has no such element",
		"bad.html links to d/b.html, which is not there",
		"bad.html links to gone.js, which is not there",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("%q", faults)
	}
}
