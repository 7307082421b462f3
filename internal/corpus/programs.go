package main

import (
	"bytes"
	"fmt"
	"go/build/constraint"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/goaco/aco/internal/corpus/instr"
)

// programs runs those of testdir that begin with the comment "// run", and no more.
func (t *tally) programs(testdir string) {
	var files []string
	n := 0
	fail(filepath.WalkDir(testdir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil || !runs(string(src)) || !t.only.MatchString(path) {
			return err
		}
		rel, _ := filepath.Rel(testdir, path)
		if allowed["program "+rel] != "" {
			t.allowed++
		} else if n++; n%*sample == 0 {
			files = append(files, rel)
		}
		return nil
	}))
	config := t.importConfig(testdir, files)
	t.say("%d programs of %s, %s, yield %s %s", len(files), testdir, runtime.Version(), *how, *flags)
	each(files, func(rel string) { t.program(testdir, rel, config) })
}

// runs reports whether a file is a program to run without flags, on this platform.
func runs(src string) bool {
	found, builds := false, true
	for _, line := range strings.Split(src, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "package "):
			return found && builds
		case strings.HasPrefix(line, "//go:build"):
			x, err := constraint.Parse(line)
			builds = builds && err == nil && x.Eval(func(tag string) bool {
				return tag == runtime.GOOS || tag == runtime.GOARCH || tag == "gc" || tag == "unix" || strings.HasPrefix(tag, "go1.")
			})
		case !found && strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "// +build"):
			if strings.TrimSpace(line[2:]) != "run" {
				return false
			}
			found = true
		}
	}
	return false
}

var imported = regexp.MustCompile(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([a-z0-9/]+)"`)

// importConfig compiles what the programs import, and returns the compiler's and linker's file that says where it is.
func (t *tally) importConfig(testdir string, files []string) string {
	imports := map[string]bool{"github.com/goaco/aco/internal/corpus/drive": true, "runtime": true}
	for _, f := range files {
		src, err := os.ReadFile(filepath.Join(testdir, f))
		fail(err)
		for _, m := range imported.FindAllSubmatch(src, -1) {
			if _, err := os.Stat(filepath.Join(t.goroot, "src", string(m[1]))); err == nil {
				imports[string(m[1])] = true
			}
		}
	}
	args := append([]string{"list", "-deps", "-export", "-e", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"}, compilerFlags()...)
	cmd := exec.Command("go", append(args, sorted(imports)...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	fail(err)
	name := filepath.Join(*dir, "importcfg")
	fail(os.WriteFile(name, out, 0o666))
	return name
}

// program compares one.
func (t *tally) program(testdir, rel, config string) {
	src, err := os.ReadFile(filepath.Join(testdir, rel))
	fail(err)
	o := instr.Options{Import: "github.com/goaco/aco/internal/corpus/drive", Statements: *how == "statement", Main: "if corpus__.Main(main) { return }",
		Call: func(n int) string { return fmt.Sprintf("corpus__.At(%d)", n) }}
	if *how == "inlined" {
		o.Call = func(n int) string {
			return fmt.Sprintf("if b__ := corpus__.Find(%d); b__ != nil { b__.Co.Yield(1); b__.Enter() }", n)
		}
	}
	skip := func(why string, about []byte) {
		t.say("not compared: %s: %s %s", rel, why, brief(about))
		t.mu.Lock()
		t.skipped += len(t.modes)
		t.mu.Unlock()
	}
	edited, sites, err := instr.Source(rel, src, o)
	if err != nil || sites == 0 {
		skip("it has no place to yield at", nil)
		return
	}
	work, err := os.MkdirTemp(*dir, "program")
	fail(err)
	defer os.RemoveAll(work)
	exe, said := build(work, config, "edited", filepath.Base(rel), edited)
	if exe == "" {
		skip("it does not build", said)
		return
	}
	plain := ""
	for _, m := range t.modes {
		count := filepath.Join(work, "count")
		got, gotErr := run(*limit, work, append(m.env, "CORPUS_COUNT="+count), exe)
		t.counts(count)
		want, err := os.ReadFile(filepath.Join(testdir, strings.TrimSuffix(rel, ".go")+".out"))
		if gotErr == nil && (bytes.Equal(got, want) || err != nil && len(got) == 0) {
			t.add(&t.same)
			continue
		}
		if plain == "" {
			if plain, said = build(work, config, "plain", filepath.Base(rel), src); plain == "" {
				skip("plain, it does not build", said)
				return
			}
		}
		want, wantErr := run(*limit, work, m.plain(), plain)
		switch again, _ := run(*limit, work, m.plain(), plain); {
		case wantErr != nil:
			t.add(&t.skipped) // it fails here whatever runs it
		case gotErr == nil && (bytes.Equal(got, want) || !bytes.Equal(want, again)): // or says something else each time
			t.add(&t.same)
		default:
			t.add(&t.differ)
			t.say("DIFFERS: %s [%s]: %v: %s (%s)", rel, m.name, gotErr, brief(got), keep(rel+" "+m.name, got))
		}
	}
}

func (t *tally) add(n *int) {
	t.mu.Lock()
	*n++
	t.mu.Unlock()
}

// build compiles and links a program, and returns where it is, or what the compiler said.
func build(work, config, name, base string, src []byte) (exe string, said []byte) {
	in := filepath.Join(work, name)
	fail(os.MkdirAll(in, 0o777))
	file, object, exe := filepath.Join(in, base), filepath.Join(in, "object"), filepath.Join(in, "program")
	fail(os.WriteFile(file, src, 0o666))
	args := append([]string{"tool", "compile", "-p=main", "-importcfg=" + config, "-o", object}, strings.Fields(*flags)...)
	for _, command := range [][]string{append(slices.Clip(args), file), {"tool", "link", "-s", "-w", "-importcfg=" + config, "-o", exe, object}} {
		if said, err := run(2*time.Minute, in, nil, "go", command...); err != nil {
			return "", said
		}
	}
	return exe, nil
}
