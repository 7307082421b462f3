//go:build amd64 && !race

package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The files of the tables say of the release that runs this test what its runtime says, on each platform. They are
// type-checked here, as the compiler would do it: what gen writes is not compared with what it would write.
func TestTables(t *testing.T) {
	tc, err := findToolchain("local")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join("..", fileName(tc.minor))); err != nil {
		t.Skip("Go 1.", tc.minor, " has not been read") // scripts/unseen
	}
	platforms, err := tc.platforms()
	if err != nil {
		t.Fatal(err)
	}
	if len(platforms) < 15 {
		t.Errorf("only %d platforms", len(platforms))
	}
	facts := values{}
	for _, p := range platforms {
		l, err := tc.loader(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.collect(p, facts); err != nil {
			t.Fatal(p, err)
		}
		pkg := ours(t, l)
		same := func(name string, got int64) {
			if want, ok := facts[name][p]; !ok || got != want {
				t.Errorf("%s: %s is %d, in the runtime %d", p, name, got, want)
			}
		}
		// P8. Room is enough: what a function may use, and 128 bytes for what is below its frame.
		room, _ := constant.Int64Val(pkg.Scope().Lookup("Room").(*types.Const).Val())
		if guard := facts["StackGuard"][p]; room < guard+128 || guard < 900 {
			t.Errorf("%s: Room is %d, but a function may use %d", p, room, guard)
		}
		names := map[string][]string{}
		for _, o := range offsets {
			names[o.ours] = o.systems
		}
		for _, c := range constants {
			names[c.ours] = nil
		}
		for name, systems := range names {
			if systems != nil && !slices.Contains(systems, p.goos) {
				continue
			}
			c, ok := pkg.Scope().Lookup(name).(*types.Const)
			if !ok {
				t.Fatalf("%s: there is no constant %s", p, name)
			}
			n, _ := constant.Int64Val(c.Val())
			same(name, n)
		}
		for _, s := range structures {
			typ := pkg.Scope().Lookup(s.ours).Type()
			same(sizeOf(s), l.sizes.Sizeof(typ))
			for _, f := range s.fields {
				off, v, ok := l.field(typ, f.ours)
				if !ok {
					t.Fatalf("%s has no field %s", s.ours, f.ours)
				}
				same(offsetOf(s, f), off)
				same(endOf(s, f), off+l.sizes.Sizeof(v.Type()))
			}
		}
	}
}

// ours returns package release, as it is built for l's platform.
func ours(t *testing.T, l *loader) *types.Package {
	names, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset, files := token.NewFileSet(), []*ast.File(nil)
	for _, name := range names {
		if ok, err := l.ctx.MatchFile("..", filepath.Base(name)); err != nil {
			t.Fatal(err)
		} else if !ok || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := (&toolchain{fset: fset, parsed: map[string]*ast.File{}}).parse(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: l, Sizes: l.sizes, IgnoreFuncBodies: true}
	pkg, err := conf.Check("release", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// Each platform has the value that the expression has there.
func TestExpress(t *testing.T) {
	all := func(value func(p platform) int64) map[platform]int64 {
		m := map[platform]int64{}
		for _, goos := range systems {
			for _, goarch := range []string{"386", "amd64", "arm64"} {
				p := platform{goos, goarch}
				m[p] = value(p)
			}
		}
		return m
	}
	for want, value := range map[string]func(p platform) int64{
		"7": func(platform) int64 { return 7 },
		"4*is32 + 8*is64": func(p platform) int64 {
			if p.goarch == "386" {
				return 4
			}
			return 8
		},
		"1 + 3*isARM64": func(p platform) int64 {
			if p.goarch == "arm64" {
				return 4
			}
			return 1
		},
		"900 + 4096*isWindows + 800*isOpenBSD": func(p platform) int64 {
			return map[string]int64{"windows": 4996, "openbsd": 1700}[p.goos] + map[bool]int64{true: 900}[p.goos != "windows" && p.goos != "openbsd"]
		},
		"100*is32 + 184*is64 + 8*isBSD": func(p platform) int64 {
			n := map[string]int64{"386": 100}[p.goarch] + map[bool]int64{true: 184}[p.goarch != "386"]
			return n + map[string]int64{"freebsd": 8, "netbsd": 8, "dragonfly": 8}[p.goos]
		},
		"": func(p platform) int64 { // nothing that there is an expression for
			if p.goos == "netbsd" && p.goarch == "arm64" {
				return 1
			}
			return 0
		},
	} {
		got, err := express(all(value))
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

// A file that is not what it had to be is found, and so is a function that has changed.
func TestCompare(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tables.go")
	read := &table{minor: 28, readIn: "go1.28.1", code: []byte("package release\n\nconst GM = 48\n"),
		functions: []function{{name: "runtime/a.go: a", hash: "1"}, {name: "runtime/a.go: b", hash: "2"}}}
	for _, test := range []struct {
		file *table
		last int
		want []string
	}{
		{read, 28, nil},
		{&table{minor: 28, readIn: "go1.28.0", code: read.code, functions: read.functions}, 28, nil}, // another patch release, in which nothing differs
		{read, 29, []string{`line 3 is "//go:build (386 || amd64 || arm64) && go1.28 && !go1.29" and ought to be "//go:build (386 || amd64 || arm64) && go1.28"`}},
		{&table{minor: 28, readIn: "go1.28.1", code: []byte("package release\n\nconst GM = 56\n"), functions: read.functions}, 28,
			[]string{`line 7 is "const GM = 56" and ought to be "const GM = 48"`}},
		{&table{minor: 28, readIn: "go1.28.0", code: read.code, functions: []function{{name: "runtime/a.go: b", hash: "3"}, {name: "runtime/a.go: c", hash: "4"}}}, 28,
			[]string{"new: runtime/a.go: a", "changed: runtime/a.go: b", "gone: runtime/a.go: c"}},
	} {
		if err := os.WriteFile(name, test.file.text(test.last), 0o666); err != nil {
			t.Fatal(err)
		}
		if said, err := compare(name, read, 28); err != nil || !slices.Equal(said, test.want) {
			t.Errorf("%q, %v; want %q", said, err, test.want)
		}
	}
	if said, err := compare(name+"x", read, 28); err != nil || len(said) != 1 {
		t.Errorf("no file: %q, %v", said, err)
	}
}

func TestMinorOf(t *testing.T) {
	for version, want := range map[string]int{"go1.27.4": 27, "go1.28rc1": 28, "go1.30": 30, "go2.1": 0, "devel": 0, "go1.": 0} {
		if n, err := minorOf(version); n != want || (err == nil) != (want != 0) {
			t.Errorf("%s: %d, %v; want %d", version, n, err, want)
		}
	}
}
