// Gen writes what the native engine relies on in a release of Go: one file a release, internal/release/tables_go1_N.go. It
// reads the sources of that release's toolchain, which the go command fetches, with go/types: nothing is built.
//
//	go run ./internal/release/gen                     every release that has a file, as it was read last
//	go run ./internal/release/gen go1.28.0            that release: its file is new, or is written anew
//	go run ./internal/release/gen -check              fails where the newest release of a minor one differs from its file
//	go run ./internal/release/gen -check go1.27.3     fails where that release differs from its minor one's file
//	go run ./internal/release/gen -changed go1.26.8 go1.27.3
//
// The last one prints what of the functions that the premises rely on has changed. "local" is the release that runs gen.
// The status is 1 if something differs, and 2 if it could not be found out.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "write nothing, and fail if a file differs")
	changed := flag.Bool("changed", false, "print what has changed between two releases")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: gen [-check] [RELEASE...]\n       gen -changed OLD NEW")
	}
	flag.Parse()
	if *changed && (*check || flag.NArg() != 2) {
		flag.Usage()
		os.Exit(2)
	}
	differs, err := run(*check, *changed, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(2)
	}
	if differs {
		os.Exit(1)
	}
}

func run(check, changed bool, args []string) (differs bool, err error) {
	dir, err := packageDir()
	if err != nil {
		return false, err
	}
	if changed {
		return printChanges(args[0], args[1])
	}
	files, err := tables(dir)
	if err != nil {
		return false, err
	}
	releases := args
	if len(args) == 0 {
		for _, f := range files {
			release := f.readIn
			if check {
				if release, err = newest(f.minor); err != nil {
					return false, err
				}
			}
			releases = append(releases, release)
		}
	}
	for _, release := range releases {
		tc, err := findToolchain(release)
		if err != nil {
			return false, err
		}
		last := tc.minor
		for _, f := range files {
			last = max(last, f.minor)
		}
		f, err := tc.read()
		if err != nil {
			return false, fmt.Errorf("%s: %w", tc.version, err)
		}
		name := filepath.Join(dir, fileName(tc.minor))
		if !check {
			if err := os.WriteFile(name, f.text(last), 0o666); err != nil {
				return false, err
			}
			fmt.Printf("%s: wrote %s\n", tc.version, fileName(tc.minor))
			for _, old := range files { // what was the newest has a successor now
				if old.minor < tc.minor && old.minor == last-1 {
					if err := old.bound(dir); err != nil {
						return false, err
					}
				}
			}
			continue
		}
		said, err := compare(name, f, last)
		if err != nil {
			return false, err
		}
		if len(said) > 0 {
			differs = true
			fmt.Printf("%s differs from what %s says:\n\t%s\n", tc.version, fileName(tc.minor), strings.Join(said, "\n\t"))
			continue
		}
		fmt.Printf("%s: as %s says, %d facts on %d platforms, %d functions\n", tc.version, fileName(tc.minor), f.facts, f.platforms, len(f.functions))
	}
	return differs, nil
}
