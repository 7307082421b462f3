package main

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// TestMain lets the test's program be the command, for what the command runs in another process.
func TestMain(m *testing.M) {
	if os.Getenv(self.Variable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command runs the command and returns its exit status and what it printed.
func command(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

// What makes no sense is told in one line that names what there is, and nothing is measured.
func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		args  string
		names string // what the line has to name
	}{
		{"nope", `unknown command "nope"; commands: bench completion doctor help million`},
		{"bnech", `unknown command "bnech"; did you mean "bench"?`},
		{"docter", `did you mean "doctor"?`},
		{"mil", `did you mean "million"?`},
		{"bench lexr", `unknown row "lexr"; did you mean "lexer"?`},
		{"bench pull-strng", `did you mean "pull-string"?`},
		{"bench -peers aco.pul one", `did you mean "aco.Pull"?`},
		{"bench -format jsn one", `did you mean "json"?`},
		{"bench -quik", `unknown flag "-quik"; did you mean "-quick"?`},
		{"help milion", `did you mean "million"?`},
		{"completion bahs", `did you mean "bash"?`},
		{"bench nope", `unknown row "nope"; rows: one one-range`},
		{"bench one nope", "consumers N:BYTES with N of [1 1000 1000000 2000000 10000000] and BYTES of [8 40"},
		{"bench 17:40", `unknown row "17:40"`},
		{"bench -rows=", "no row; rows: one one-range"},
		{"bench -html -quick nope", `unknown row "nope"`}, // -quick is the report's name
		{"bench -rows nope", `unknown row "nope"; rows: one one-range`},
		{"bench --rows=one,nope", `unknown row "nope"; rows: one one-range`},
		{"bench -peers nope one", `unknown peer "nope"; peers: iter.Pull aco`},
		{"bench -format nope one", `unknown format "nope"; formats: table json go`},
		{"bench -nope", `unknown flag "-nope"; flags: -quick -rows`},
		{"bench -q", `unknown flag "-q"; did you mean "-quick"?`},
		{"million -libaco /nowhere/at/all", "-libaco"},
		{"doctor -seed 1", "-torture has to be there too"},
		{"bench --nope=3", `unknown flag "-nope`},
		{"bench -html /nowhere/at/all/report.html one", "can't write the report: open /nowhere/at/all/report.html"},
		{"bench -svg /nowhere/at/all/picture.svg one", "can't write the report"},
		{"bench -peers= one", `row "one" has none of these peers; it has: iter.Pull aco`},
		{"bench -peers state-machine memory", `row "memory" has none of these peers; it has: iter.Pull aco`},
		{"bench -json -format go one", "-json and -format go: want one of them"},
		{"bench -libaco /nowhere/at/all one", "-libaco"},
		{"bench -svg /tmp/picture.svg -peers aco one", "no row has both iter.Pull and aco"},
		{"hold", "want ROW PEER N"},
		{"torture", "want LENGTH SEED"},
		{"million nope", `unknown argument "nope"`},
		{"million -nope", `unknown flag "-nope"; flags: -n -bytes`},
		{"million -n 0", "want a number above 0"},
		{"million -n nope", `-n "nope": want a whole number`},
		{"million -n 99999999999999999999", `-n "99999999999999999999": want a whole number`},
		{"million -bytes 5000", "-bytes 5000: there are bodies of "},
		{"million -locals 5000", "-locals 5000: there are bodies of 8 to 1000 bytes"},
		{"bench -quick=nope one", `-quick "nope": want true or false`},
		{"million -rounds 9223372036854775807", "want a number from 1 to 1000"},
		{"million -locals 0", "want a number of bytes"},
		{"million -bytes 0", "want a number of bytes"},
		{"million -bytes 8 -locals 8", "want one of them"},
		{"help nope", `unknown command "nope"; commands: bench completion doctor help million`},
		{"help bench nope", `unknown argument "nope"; bench has no commands of its own`},
		{"help completion nope", `unknown completion "nope"; completions: bash fish powershell zsh`},
		{"completion", "no shell; shells: bash fish powershell zsh"},
		{"completion nope", `unknown shell "nope"; shells: bash fish powershell zsh`},
		{"completion bash nope", `unknown argument "nope"; bash has none`},
		{"doctor nope", `unknown argument "nope"`},
		{"doctor -nope", `unknown flag "-nope"; flags: -v -json -torture`},
		{"doctor -torture nope", `-torture "nope": want a length of time`},
		{"doctor -torture -5s", "-5s"},
		{"doctor -torture 1000000h", "at most 1000h"},
	} {
		status, out, errs := command(strings.Fields(c.args)...)
		if status != 2 || out != "" || !strings.Contains(errs, c.names) || !regexp.MustCompile(`^aco: .{1,400} \(aco[a-z ]* -help tells more\)\n$`).MatchString(errs) {
			t.Errorf("aco %s: status %d, printed %q and %q; want status 2 and a line with %q", c.args, status, out, errs, c.names)
		}
	}
}

// A flag may have one dash or two.
func TestDashes(t *testing.T) {
	for _, args := range []string{"bench -quick -json -rows one", "bench --quick --json --rows one", "bench -quick -json=true -rows=one"} {
		status, out, errs := command(strings.Fields(args)...)
		if status != 0 || !strings.Contains(out, `"Row": "one"`) {
			t.Errorf("%s: status %d, printed %q and %q", args, status, out, errs)
		}
	}
	if status, out, errs := command("bench", "--", "-rows"); status != 2 || !strings.Contains(errs, `unknown row "-rows"`) {
		t.Errorf("after --: status %d, printed %q and %q", status, out, errs)
	}
}

// With nothing to do the command prints its help, as Go's own does, where errors go.
func TestNoCommand(t *testing.T) {
	if status, out, errs := command(); status != 2 || out != "" || !strings.Contains(errs, "aco doctor -torture 30s") {
		t.Errorf("status %d, printed %q and %q", status, out, errs)
	}
}

// The value of a flag is left as it is, whatever it begins with.
func TestValues(t *testing.T) {
	got := twoDashes(newCommand(), strings.Fields("bench -html -x.html -quick -rows=one -svg --y -h -- -quick"))
	if want := "bench --html -x.html --quick --rows=one --svg --y -h -- -quick"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The help of each command has examples, and the completions are those of four shells.
func TestHelp(t *testing.T) {
	for args, want := range map[string]string{
		"-h":                         "aco doctor -torture 30s",
		"help bench":                 "aco bench -html report.html",
		"bench -help":                "aco bench -format go",
		"doctor -h":                  "ACO_ENGINE=portable aco doctor",
		"completion bash":            "__start_aco",
		"completion zsh":             "#compdef aco",
		"completion fish":            "complete -c aco",
		"completion powershell":      "Register-ArgumentCompleter",
		"__complete bench per":       "permutations",
		"__complete bench --format ": "table\njson\ngo",
		"__complete bench --peers ":  "sync.Cond",
		"__complete doctor --":       "--torture",

		// A flag is completed with as many dashes as it was begun with, a row wherever it stands, and the last of a list.
		"__complete doctor -t":                   "-torture\trun random programs on coroutines for a time",
		"__complete bench -":                     "-quick",
		"__complete bench one per":               "permutations",
		"__complete bench -rows one,pu":          "one,pull\n",
		"__complete bench -peers=aco,sync.":      "aco,sync.Cond\n",
		"__complete bench -quick -peers aco,cha": "aco,channels\n",

		// In the help, flags have one dash, as in all examples.
		"doctor -help":  "\n      -torture time",
		"million -help": "\n      -n number",
		"help":          "-version   print the version",
		"-version":      "aco version ",
		"-help":         "-version   print the version",
	} {
		a := strings.Fields(args)
		if strings.HasSuffix(args, " ") {
			a = append(a, "")
		}
		status, out, errs := command(a...)
		if status != 0 || !strings.Contains(out, want) || strings.Contains(out, " --") && !strings.Contains(args, "comp") {
			t.Errorf("aco %s: status %d, printed %q and %q; want %q", args, status, out, errs, want)
		}
	}
}

// A full writes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// What can't be printed is told, whatever was to be printed.
func TestFullOutput(t *testing.T) {
	for _, args := range []string{"doctor", "doctor -json", "help", "bench -help", "completion bash",
		"bench -quick -peers aco one", "bench -quick -json -peers aco one", "million -n 1000 -rounds 1"} {
		var errs bytes.Buffer
		if status := run(strings.Fields(args), full{}, &errs); status != 1 || !strings.Contains(errs.String(), "aco: no space left\n") {
			t.Errorf("aco %s: status %d, printed %q", args, status, errs.String())
		}
	}
}

// Every example of the help is a command line that there is.
func TestExamples(t *testing.T) {
	root := newCommand()
	n := 0
	for _, cmd := range append(root.Commands(), root) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			_, line, found := strings.Cut(line, "aco ")
			if !found {
				continue
			}
			line, _, _ = strings.Cut(line, "  ")
			line, _, _ = strings.Cut(line, " >")
			c, rest, err := newCommand().Find(twoDashes(root, strings.Fields(line)))
			if err == nil && !c.HasSubCommands() {
				err = c.ParseFlags(rest)
			}
			if err == nil && c.Name() == "bench" {
				err = choose("row", c.Flags().Args(), append(workload.RowNames(), workload.RowsInShort()...))
			}
			if err != nil {
				t.Errorf("aco %s: %v", line, err)
			}
			n++
		}
	}
	if n < 12 {
		t.Errorf("%d examples", n)
	}
}

// A value of ACO_ENGINE that makes no sense is told in one line.
func TestBadEngine(t *testing.T) {
	status, out := child(t, []string{"ACO_ENGINE=nope"}, "doctor")
	if status != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, `ACO_ENGINE="nope": want "native", "portable"`) {
		t.Errorf("status %d, printed %q", status, out)
	}
	if status, out := child(t, []string{"ACO_ENGINE=nope"}, "help", "doctor"); status != 0 {
		t.Errorf("help: status %d, printed %q", status, out)
	}
}
