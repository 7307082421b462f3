// The links command checks the links of a site that is made of files: each one that stays in the
// site has to lead to a file, and its fragment to an element of that page. Its argument is the
// folder of the site.
package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"

	"golang.org/x/net/html"
)

// A page is what the links of others may lead to, and its own links.
type page struct {
	ids   map[string]bool
	links []string
}

func read(site fs.FS, name string) (page, error) {
	p := page{ids: map[string]bool{"": true}}
	f, err := site.Open(name)
	if err != nil {
		return p, err
	}
	defer f.Close()
	doc, err := html.Parse(f)
	if err != nil {
		return p, err
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				p.ids[a.Val] = true
			case "href", "src":
				p.links = append(p.links, a.Val)
			}
		}
	}
	return p, nil
}

// check returns what is wrong with the links of a site, and how many there are.
func check(site fs.FS) (faults []string, n int, err error) {
	pages, files := map[string]page{}, map[string]bool{}
	err = fs.WalkDir(site, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name] = true
		if path.Ext(name) == ".html" {
			pages[name], err = read(site, name)
		}
		return err
	})
	for name, p := range pages {
		for _, link := range p.links {
			u, err := url.Parse(link)
			if err != nil {
				faults = append(faults, fmt.Sprintf("%s: %v", name, err))
				continue
			}
			if u.Scheme != "" {
				continue
			}
			n++
			target := name
			if strings.HasPrefix(u.Path, "/") { // a site of files has no root
				faults = append(faults, fmt.Sprintf("%s links to %s, which is absolute", name, link))
				continue
			} else if u.Path != "" {
				target = path.Join(path.Dir(name), u.Path)
			}
			if !files[target] {
				faults = append(faults, fmt.Sprintf("%s links to %s, which is not there", name, link))
			} else if t, ok := pages[target]; ok && !t.ids[u.Fragment] {
				faults = append(faults, fmt.Sprintf("%s links to %s, which has no such element", name, link))
			}
		}
	}
	return faults, n, err
}

func main() {
	faults, n, err := check(os.DirFS(os.Args[1]))
	for _, f := range faults {
		fmt.Fprintln(os.Stderr, f)
	}
	if err != nil || n == 0 || len(faults) > 0 {
		fmt.Fprintln(os.Stderr, len(faults), "faults in", n, "links;", err)
		os.Exit(1)
	}
	fmt.Println(n, "links lead to where they should")
}
