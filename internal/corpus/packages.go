package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/goaco/aco/internal/corpus/instr"
)

// Packages whose tests run, in coroutines that yield in all of them.
var packages = strings.Fields(`errors bytes strings strconv sort slices maps fmt bufio unicode unicode/utf8 unicode/utf16 text/tabwriter
	text/scanner text/template text/template/parse html html/template regexp regexp/syntax encoding/json encoding/gob encoding/xml encoding/asn1
	encoding/csv encoding/hex encoding/base64 encoding/base32 encoding/ascii85 encoding/binary encoding/pem container/heap container/list
	container/ring compress/flate compress/gzip compress/zlib compress/lzw compress/bzip2 archive/zip archive/tar go/scanner go/token go/ast
	go/parser go/printer go/format go/constant go/types go/doc go/doc/comment go/build/constraint go/version math/big math/cmplx image
	image/color image/draw image/gif image/jpeg image/png index/suffixarray path net/url net/mail net/textproto mime mime/multipart
	mime/quotedprintable hash/crc32 hash/crc64 hash/adler32 hash/fnv hash/maphash log log/slog expvar context io testing/fstest
	testing/iotest testing/quick database/sql debug/dwarf debug/elf debug/gosym debug/pe debug/macho math/rand math/rand/v2 iter unique weak`)

// packages compares the tests of packages of the standard library, in a copy of it.
func (t *tally) packages() {
	var wanted []string
	for _, p := range packages {
		if t.only.MatchString(p) {
			wanted = append(wanted, p)
		}
	}
	copied := filepath.Join(*dir, "goroot")
	sites := t.copyGoroot(copied, wanted)
	t.say("%d packages of %s, %d places to yield at, %s %s", len(wanted), t.goroot, sites, *how, *flags)
	each(wanted, func(p string) { t.tests(copied, p) })
}

var (
	result  = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): (\S+)`)
	address = regexp.MustCompile(`0x[0-9a-f]+`) // some tests have one in their names
)

func results(out []byte) map[string]string {
	all := map[string]string{}
	for _, m := range result.FindAllSubmatch(out, -1) {
		all[address.ReplaceAllString(string(m[2]), "0x")] = string(m[1])
	}
	return all
}

// tests compares those of one package.
func (t *tally) tests(copied, p string) {
	in, name := filepath.Join(copied, "src", p), strings.ReplaceAll(p, "/", "_")
	env := []string{"GOROOT=" + copied, "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0"}
	exe := filepath.Join(*dir, name+".test")
	defer os.Remove(exe)
	gobin := filepath.Join(copied, "bin", "go")
	if out, err := run(20*time.Minute, in, env, gobin, append([]string{"test", "-c", "-vet=off", "-o", exe}, compilerFlags()...)...); err != nil {
		t.say("not compared: %s: it does not build: %s", p, brief(out))
		t.add(&t.skipped)
		return
	}
	args := []string{"-test.v", "-test.short", fmt.Sprint("-test.timeout=", *limit)}
	plain, plainErr := run(*limit, in, append(env, "CORPUS_KIND=off"), exe, args...)
	want := results(plain)
	for _, m := range t.modes {
		count := filepath.Join(*dir, name+".count")
		out, err := run(*limit+10*time.Second, in, append(append(env, m.env...), "CORPUS_COUNT="+count), exe, args...)
		t.counts(count)
		got := results(out)
		same, may := 0, 0
		var differ []string
		for _, test := range sorted(want) {
			top, _, _ := strings.Cut(test, "/")
			switch g := got[test]; {
			case g == want[test]:
				same++
			case g != "" && allowed["test "+p+" "+top] != "", allowed["test "+p+" *"] != "":
				may++
			default:
				differ = append(differ, fmt.Sprintf("%s: %s, was %s", test, g, want[test]))
			}
		}
		if len(differ) == 0 && may == 0 && !sameEnd(err, plainErr) {
			differ = []string{fmt.Sprintf("it ends with %v, and plain with %v", err, plainErr)}
		}
		t.mu.Lock()
		t.same, t.allowed, t.differ = t.same+same, t.allowed+may, t.differ+len(differ)
		t.mu.Unlock()
		if len(differ) > 0 {
			t.say("DIFFERS: %s [%s]: %d of %d: %s (%s)", p, m.name, len(differ), len(want), strings.Join(differ[:min(len(differ), 6)], "; "), keep(p+" "+m.name, out))
		}
	}
}

// copyGoroot makes a copy of the Go tree in which these packages yield, and their tests run in coroutines. The library and
// package drive are part of the standard library there.
func (t *tally) copyGoroot(copied string, wanted []string) (sites int) {
	fail(os.MkdirAll(copied, 0o777))
	for _, part := range []string{"pkg", "bin", "lib", "go.env", "VERSION"} {
		fail(os.Symlink(filepath.Join(t.goroot, part), filepath.Join(copied, part)))
	}
	if out, err := exec.Command("cp", "-r", filepath.Join(t.goroot, "src"), copied).CombinedOutput(); err != nil {
		fail(fmt.Errorf("%s: %v", out, err))
	}
	src := filepath.Join(copied, "src")
	if out, err := exec.Command("chmod", "-R", "u+w", src).CombinedOutput(); err != nil { // a toolchain that was fetched can't be written
		fail(fmt.Errorf("%s: %v", out, err))
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}\t{{.Dir}}{{end}}", "github.com/goaco/aco/internal/corpus/drive")
	list.Stderr = os.Stderr
	out, err := list.Output()
	fail(err)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		path, from, _ := strings.Cut(line, "\t")
		adopt(from, filepath.Join(src, adopted(path)))
	}
	hook := adopted("github.com/goaco/aco/internal/corpus/hook")
	edit := func(file string, pairs ...string) {
		name := filepath.Join(src, file)
		b, err := os.ReadFile(name)
		fail(err)
		for i := 0; i < len(pairs); i += 2 {
			if !bytes.Contains(b, []byte(pairs[i])) {
				fail(fmt.Errorf("%s has no %q", file, pairs[i]))
			}
			b = bytes.Replace(b, []byte(pairs[i]), []byte(pairs[i+1]), 1)
		}
		fail(os.WriteFile(name, b, 0o666))
	}
	edit("testing/testing.go", "\tfn(t)\n", "\tif hook.Run != nil { hook.Run(func() { fn(t) }) } else { fn(t) }\n",
		"\t\"bytes\"\n", "\t\"bytes\"; "+fmt.Sprintf("%q", hook)+"\n",
		"func (m *M) Run() (code int) {\n", "var CorpusEnds func()\n\nfunc (m *M) Run() (code int) {\n\tdefer func() { if CorpusEnds != nil { CorpusEnds() } }()\n")
	edit("testing/run_example.go", "\teg.F()\n", "\tif hook.Run != nil { hook.Run(eg.F) } else { eg.F() }\n",
		"\t\"fmt\"\n", "\t\"fmt\"; "+fmt.Sprintf("%q", hook)+"\n")
	for _, p := range wanted {
		sites += t.instrument(filepath.Join(src, p), hook, sites)
	}
	return sites
}

const module = "github.com/goaco/aco"

// adopted returns the path of a package of the library in the copy.
func adopted(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	return strings.TrimSuffix("acolib/"+strings.ReplaceAll(path, "internal/", ""), "/")
}

var import_ = regexp.MustCompile(`"` + module + `(/[\w/]+)?"`)

// adopt copies a package of the library.
func adopt(from, to string) {
	fail(os.MkdirAll(to, 0o777))
	names, err := os.ReadDir(from)
	fail(err)
	for _, n := range names {
		switch ext := filepath.Ext(n.Name()); {
		case n.IsDir(), strings.HasSuffix(n.Name(), "_test.go"), ext != ".go" && ext != ".s" && ext != ".h":
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, n.Name()))
		fail(err)
		b = import_.ReplaceAllFunc(b, func(m []byte) []byte { return fmt.Appendf(nil, "%q", adopted(strings.Trim(string(m), `"`))) })
		fail(os.WriteFile(filepath.Join(to, n.Name()), b, 0o666))
	}
}

var packageName = regexp.MustCompile(`(?m)^package (\w+)`)

// instrument has a package and its tests yield.
func (t *tally) instrument(in, hook string, first int) (sites int) {
	files, err := filepath.Glob(filepath.Join(in, "*.go"))
	fail(err)
	name := ""
	for _, file := range files {
		src, err := os.ReadFile(file)
		fail(err)
		out, n, err := instr.Source(file, src, instr.Options{Import: hook, First: first + sites, Statements: *how == "statement",
			Call: func(site int) string { return fmt.Sprintf("corpus__.At(%d)", site) }})
		fail(err)
		sites += n
		fail(os.WriteFile(file, out, 0o666))
		if m := packageName.FindSubmatch(src); m != nil && name == "" && !strings.HasSuffix(file, "_test.go") && string(m[1]) != "main" {
			name = string(m[1])
		}
	}
	drive := adopted(module + "/internal/corpus/drive")
	return sites + write(filepath.Join(in, "corpus_drive_test.go"), fmt.Sprintf("package %s_test\n\nimport (\n\t\"testing\"\n\n\t%q\n)\n\nfunc init() { testing.CorpusEnds = drive.Count }\n", name, drive))
}

func write(name, text string) int {
	fail(os.WriteFile(name, []byte(text), 0o666))
	return 0
}
