package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// A toolchain is a release of Go, with its sources.
type toolchain struct {
	version string // such as go1.27.3
	minor   int
	root    string
	env     []string

	fset   *token.FileSet
	parsed map[string]*ast.File
}

// goCommand returns what "go ARG..." says.
func goCommand(env []string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("go %s: %s", strings.Join(args, " "), strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// findToolchain returns that release, which the go command fetches if this machine does not have it.
func findToolchain(release string) (*toolchain, error) {
	tc := &toolchain{fset: token.NewFileSet(), parsed: map[string]*ast.File{}}
	if release == "local" {
		release = runtime.Version()
	}
	// GOFLAGS and go.work may ask for what an older release does not know.
	tc.env = []string{"GOTOOLCHAIN=" + release, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0"}
	said, err := goCommand(tc.env, "env", "-json", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	var env struct{ GOROOT, GOVERSION string }
	if err := json.Unmarshal([]byte(said), &env); err != nil {
		return nil, err
	}
	tc.root, tc.version = env.GOROOT, strings.Fields(env.GOVERSION)[0]
	if tc.version != release {
		return nil, fmt.Errorf("asked for %s, the go command gives %s", release, tc.version)
	}
	tc.minor, err = minorOf(tc.version)
	return tc, err
}

// minorOf returns N of "go1.N.P".
func minorOf(version string) (int, error) {
	digits, ok := strings.CutPrefix(version, "go1.")
	digits, _, _ = strings.Cut(digits, ".")
	if i := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = digits[:i] // a release candidate
	}
	n, err := strconv.Atoi(digits)
	if err != nil || !ok {
		return 0, fmt.Errorf("%q is no release of Go 1", version)
	}
	return n, nil
}

// newest returns the newest release of Go 1.minor that there is, such as "go1.27.4".
func newest(minor int) (string, error) {
	said, err := goCommand([]string{"GOWORK=off"}, "list", "-m", "-f", "{{.Version}}", fmt.Sprint("go@1.", minor))
	return "go" + said, err
}

// platforms returns those that the native engine serves, as GOOS/GOARCH.
func (tc *toolchain) platforms() ([]platform, error) {
	said, err := goCommand(tc.env, "tool", "dist", "list")
	if err != nil {
		return nil, err
	}
	var out []platform
	for _, line := range strings.Fields(said) {
		var p platform
		p.goos, p.goarch, _ = strings.Cut(line, "/")
		if slices.Contains(systems, p.goos) && slices.Contains([]string{"386", "amd64", "arm64"}, p.goarch) {
			out = append(out, p)
		}
	}
	return out, nil
}

type platform struct{ goos, goarch string }

func (p platform) String() string { return p.goos + "/" + p.goarch }

// A loader type-checks packages of the standard library for a platform, without the functions' bodies.
type loader struct {
	tc    *toolchain
	ctx   build.Context
	sizes types.Sizes
	pkgs  map[string]*types.Package
	errs  []error
}

func (tc *toolchain) loader(p platform) (*loader, error) {
	ctx := build.Default
	ctx.GOROOT, ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled, ctx.Compiler, ctx.BuildTags = tc.root, p.goos, p.goarch, false, "gc", nil
	// The tags of experiments, such as that of the register ABI, which 386 does not have.
	said, err := goCommand(append(slices.Clone(tc.env), "GOOS="+p.goos, "GOARCH="+p.goarch),
		"list", "-f", `{{join context.ToolTags ","}} {{join context.ReleaseTags ","}}`, "unsafe")
	if err != nil {
		return nil, err
	}
	tool, release, _ := strings.Cut(said, " ")
	ctx.ToolTags, ctx.ReleaseTags = strings.Split(tool, ","), strings.Split(release, ",")
	return &loader{tc: tc, ctx: ctx, sizes: types.SizesFor("gc", p.goarch), pkgs: map[string]*types.Package{}}, nil
}

// Import implements types.Importer.
func (l *loader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := l.pkgs[path]; p != nil {
		return p, nil
	}
	dir := filepath.Join(l.tc.root, "src", filepath.FromSlash(path))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := l.ctx.MatchFile(dir, name); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		f, err := l.tc.parse(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if f.Name.Name != "main" { // a generator, in a file that no constraint excludes
			files = append(files, f)
		}
	}
	conf := types.Config{Importer: l, Sizes: l.sizes, IgnoreFuncBodies: true, Error: func(err error) { l.errs = append(l.errs, err) }}
	p, _ := conf.Check(path, l.tc.fset, files, nil) // errors are in l.errs
	l.pkgs[path] = p
	return p, nil
}

// parse returns a file, with its comments, which it parses once.
func (tc *toolchain) parse(name string) (*ast.File, error) {
	f := tc.parsed[name]
	if f == nil {
		var err error
		if f, err = parser.ParseFile(tc.fset, name, nil, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		tc.parsed[name] = f
	}
	return f, nil
}

// field returns the offset in t of the field that path leads to, in bytes, and the field.
func (l *loader) field(t types.Type, path string) (off int64, v *types.Var, ok bool) {
	for name := range strings.SplitSeq(path, ".") {
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			return 0, nil, false
		}
		vars := make([]*types.Var, s.NumFields())
		for i := range vars {
			vars[i] = s.Field(i)
		}
		i := slices.IndexFunc(vars, func(v *types.Var) bool { return v.Name() == name })
		if i < 0 {
			return 0, nil, false
		}
		off += l.sizes.Offsetsof(vars)[i]
		v, t = vars[i], vars[i].Type()
	}
	return off, v, true
}
