// Package doctor tells which engine runs coroutines in a program that is built and run like this one, why, and which
// settings matter.
package doctor

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
	"github.com/goaco/aco/cmd/aco/internal/torture"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A Diagnosis is what doctor reports.
type Diagnosis struct {
	Engine     aco.EngineInfo
	GOOS       string
	CPUs       int
	GOMAXPROCS int
	GODEBUG    string
	ACO_ENGINE string
	Version    string            // of the aco module, if the build knows it
	Race       bool              // whether the race detector is built in
	Cgo        string            // 1 if C could be called, 0 if not
	Build      map[string]string // the build's settings that may matter
	Env        map[string]string // the variables that may matter, where set
	Torture    *torture.Outcome  `json:",omitempty"`
}

// What may matter of the settings of a build and of the environment.
var (
	buildSettings = []string{"-asan", "-buildmode", "-compiler", "-cover", "-gcflags", "-ldflags", "-msan", "-race", "-tags",
		"-trimpath", "CGO_ENABLED", "DefaultGODEBUG", "GOAMD64", "GOEXPERIMENT", "GOFIPS140"}
	variables = []string{"ACO_ENGINE", "GODEBUG", "GOEXPERIMENT", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK"}
)

func Diagnose() *Diagnosis {
	d := &Diagnosis{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GODEBUG: os.Getenv("GODEBUG"), ACO_ENGINE: os.Getenv("ACO_ENGINE"), Version: "unknown", Cgo: "unknown",
		Build: map[string]string{}, Env: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range append(info.Deps, &info.Main) {
			if dep.Path == "github.com/goaco/aco" {
				d.Version = dep.Version
			}
		}
		for _, s := range info.Settings {
			if slices.Contains(buildSettings, s.Key) {
				d.Build[s.Key] = s.Value
			}
		}
		d.Race = d.Build["-race"] == "true"
		if v, ok := d.Build["CGO_ENABLED"]; ok {
			d.Cgo = v
		}
	}
	for _, name := range variables {
		if v, ok := os.LookupEnv(name); ok {
			d.Env[name] = v
		}
	}
	return d
}

// Print prints the diagnosis for people, with each check if verbose, and else with those that failed. If width is
// not 0 no line is longer. Verdict is to follow.
func (d *Diagnosis) Print(w io.Writer, width int, verbose bool) {
	say := func(format string, args ...any) {
		fmt.Fprintln(w, terminal.Wrap(fmt.Sprintf(format, args...), 12, width))
	}
	e := d.Engine
	build := maps.Clone(d.Build)
	delete(build, "DefaultGODEBUG") // long, and follows from the version and the release
	say("engine      %s: %s", e.Name, e.Reason)
	say("standalone  %s", e.Standalone)
	if e.Checked {
		say("checked     two goroutines that resume a coroutine at the same time (built with -tags aco_check)")
	}
	say("aco         %s", d.Version)
	say("built for   %s %s/%s, race=%t cgo=%s", e.GoVersion, d.GOOS, e.GOARCH, d.Race, d.Cgo)
	say("built with  %s", settings(build))
	say("runs on     %d CPUs, GOMAXPROCS=%d GODEBUG=%q", d.CPUs, d.GOMAXPROCS, d.GODEBUG)
	say("variables   %s", settings(d.Env))
	checks := slices.Clone(e.Checks)
	if !verbose {
		checks = slices.DeleteFunc(checks, func(c aco.Check) bool { return c.OK })
	}
	if len(checks) > 0 {
		printChecks(w, checks, width)
	}
	other := "To have the portable engine: ACO_ENGINE=portable in the environment, or build with -tags aco_portable."
	if e.Name != "native" {
		other = "To have the native engine: 386, amd64 or arm64, a verified release of Go, no race detector or sanitizer, " +
			"neither ACO_ENGINE=portable nor -tags aco_portable. With -tags aco_native it is also tried on a later release of Go."
	}
	fmt.Fprintln(w, terminal.Wrap(other, 0, cmp.Or(width, 120)))
}

// Verdict prints what the diagnosis comes to, in a line.
func (d *Diagnosis) Verdict(w io.Writer, width int) {
	failed, all := 0, len(d.Engine.Checks)
	for _, c := range d.Engine.Checks {
		if !c.OK {
			failed++
		}
	}
	var said string
	switch {
	case all == 0:
		said = "no check was made"
	case failed == 0:
		said = fmt.Sprintf("%d checks passed", all)
	default:
		said = fmt.Sprintf("%d of %d checks failed", failed, all)
	}
	if d.Torture != nil && d.Torture.Fault != "" {
		said += ", and the torture found a fault"
	}
	fmt.Fprintln(w, terminal.Wrap("verdict     "+d.Engine.Name+" engine: "+said, 12, width))
}

// printChecks prints a table, or a list where the table does not fit, and into a file or a pipe.
func printChecks(w io.Writer, checks []aco.Check, width int) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"start-up check", "expected", "found", ""})
	var list strings.Builder
	for _, c := range checks {
		verdict, colour, expected := "ok", text.Colors{text.FgGreen}, ""
		if !c.OK {
			verdict, colour, expected = "no", text.Colors{text.FgRed}, ", expected "+c.Want
		}
		line := terminal.Wrap(verdict+" "+c.Name+": "+c.Got+expected, 3, width)
		if terminal.InColour(w) {
			text.EnableColors()
			verdict = colour.Sprint(verdict)
		}
		t.AppendRow(table.Row{c.Name, c.Want, c.Got, verdict})
		fmt.Fprintln(&list, verdict+line[2:])
	}
	lines := t.Render()
	if border, _, _ := strings.Cut(lines, "\n"); utf8.RuneCountInString(border) > width {
		lines = terminal.Wrap("start-up checks", 0, width) + "\n" + strings.TrimSuffix(list.String(), "\n")
	}
	fmt.Fprintln(w, lines)
}

// settings formats names and values in the order of the names.
func settings(m map[string]string) string {
	var words []string
	for name, value := range m {
		words = append(words, fmt.Sprintf("%s=%q", name, value))
	}
	if len(words) == 0 {
		return "nothing that matters"
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
