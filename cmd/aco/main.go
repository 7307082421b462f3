// Command aco measures what coroutines cost on this machine, go run ./cmd/aco bench, and tells
// which engine runs them and why, go run ./cmd/aco doctor.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The command line. A flag may be written with one dash, as Go's own commands have it, or with two.

// A usageError says in one line what is wrong with the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

// errNoCommand says that there was nothing on the command line: as Go's own command, this one prints its help then.
var errNoCommand = errors.New("no command")

// errInterrupted says that the user ended the command; what there was has been printed.
var errInterrupted = errors.New("interrupted")

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out the command line and returns the exit status: 0, 1 for a failure, 2 for a
// command line that makes no sense, 3 if doctor finds that the native engine is not in use, 130
// after an interrupt.
func run(args []string, stdout, stderr io.Writer) int {
	root := newCommand()
	out := terminal.NewOutput(stdout)
	root.SetErr(stderr)
	root.SetArgs(twoDashes(root, args))
	var offered bytes.Buffer // completions
	if completing(args) {
		root.SetOut(&offered)
	} else {
		root.SetOut(out)
	}
	beStrict(root)
	cmd, err := root.ExecuteC()
	io.WriteString(out, offers(args, offered.String()))
	if e := out.Failed(); e != nil && (err == nil || errors.Is(err, errFellBack)) {
		err = e // what was to be printed is not there
	}
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "aco: %s (%s -help tells more)\n", wrong, cmd.CommandPath())
		return 2
	case errors.Is(err, errNoCommand):
		root.SetOut(stderr)
		root.Help()
		return 2
	case errors.Is(err, errFellBack):
		return 3
	case errors.Is(err, errInterrupted):
		return 130
	default:
		fmt.Fprintln(stderr, "aco:", err)
		return 1
	}
}

// newCommand returns the command with its subcommands.
func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "aco",
		Short: "Measure coroutines, and tell which engine runs them",
		Long: "Measure what coroutines cost on this machine, against everything else that Go has for the purpose,\n" +
			"and tell which engine runs them, and why.",
		Example: "  aco bench                    every row but the largest: three minutes\n" +
			"  aco bench -quick one walk    two rows, with more noise\n" +
			"  aco bench -html report.html  a page with charts\n" +
			"  aco doctor                   which engine, and what the start-up check found\n" +
			"  aco doctor -torture 30s      try hard to break it",
		Version:       moduleVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errNoCommand
			}
			return unknown("command", args[0], "commands", strings.Fields(subcommands(cmd)))
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Name() == "help" || strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd) || cmd.HasParent() && cmd.Parent().Name() == "completion" {
				return nil // they say the same whatever engine there is
			}
			return checkEngine()
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		said := err.Error()
		name, ok := strings.CutPrefix(said, "unknown flag: --")
		if !ok {
			_, name, ok = strings.Cut(said, "unknown shorthand flag: ")
			_, name, _ = strings.Cut(name, " in -")
		}
		if ok {
			var known []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "-"+f.Name) })
			return unknown("flag", "-"+name, "flags", known)
		}
		if m := badValue.FindStringSubmatch(said); m != nil {
			if f := cmd.Flags().Lookup(m[2]); f != nil {
				return usageError(fmt.Sprintf("-%s %s: want %s", m[2], m[1], wanted(f.Value.Type())))
			}
		}
		return usageError(strings.ReplaceAll(said, "--", "-")) // as Go's own commands name a flag
	})
	// Flags are shown as all examples have them.
	cobra.AddTemplateFunc("oneDash", oneDash)
	root.SetUsageTemplate(strings.NewReplacer(".FlagUsages |", ".FlagUsages | oneDash |", "--help", "-help").Replace(root.UsageTemplate()))
	root.InitDefaultVersionFlag() // for the help to show it
	root.Flags().Lookup("version").Usage = "print the version"
	root.AddCommand(benchCommand(), doctorCommand(), millionCommand(), holdCommand(), tortureCommand())
	return root
}

// badValue is what is said of a flag's value.
var badValue = regexp.MustCompile(`^invalid argument (".*?") for "(?:-\w, )?--([\w-]+)" flag: `)

// wanted says what a flag of a type takes.
func wanted(kind string) string {
	switch kind {
	case "int", "uint64":
		return "a whole number that is not too large"
	case "duration":
		return "a length of time, such as 30s"
	case "bool":
		return "true or false"
	}
	return "a " + kind
}

// beStrict lets cobra's own commands refuse what makes no sense. Where they print must be set before.
func beStrict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Run, c.RunE = nil, help
		case "completion":
			c.Args, c.RunE = cobra.ArbitraryArgs, noShell
			for _, shell := range c.Commands() {
				shell.Args = noArguments
			}
		}
	}
}

// help carries out "aco help", of which cobra's own says nothing against an unknown command.
func help(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	switch {
	case err != nil:
		return usageError(err.Error())
	case len(rest) > 0 && about == cmd.Root():
		return unknown("command", rest[0], "commands", strings.Fields(subcommands(cmd)))
	case len(rest) > 0 && about.HasAvailableSubCommands():
		return unknown(about.Name(), rest[0], about.Name()+"s", names(about.Commands()))
	case len(rest) > 0:
		return usageError(fmt.Sprintf("unknown argument %q; %s has no commands of its own", rest[0], about.Name()))
	}
	about.InitDefaultHelpFlag()
	return about.Help()
}

// noShell carries out "aco completion" without one of the shells that it has.
func noShell(cmd *cobra.Command, args []string) error {
	shells := names(cmd.Commands())
	if len(args) == 0 {
		return usageError("no shell; shells: " + strings.Join(shells, " "))
	}
	return unknown("shell", args[0], "shells", shells)
}

func names(cmds []*cobra.Command) (names []string) {
	for _, c := range cmds {
		names = append(names, c.Name())
	}
	return names
}

// noArguments is for commands that have none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(fmt.Sprintf("unknown argument %q; %s has none", args[0], cmd.Name()))
	}
	return nil
}

// subcommands returns the names of what a user may ask for.
func subcommands(cmd *cobra.Command) string {
	var names []string
	for _, c := range cmd.Root().Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return strings.Join(names, " ")
}

// unknown returns the error for something that is none of the known ones: it names the one that was meant, if one is
// spelt nearly so, or all of them.
func unknown(kind, got, kinds string, known []string) error {
	if meant := nearest(got, known); meant != "" {
		return usageError(fmt.Sprintf("unknown %s %q; did you mean %q?", kind, got, meant))
	}
	return usageError(fmt.Sprintf("unknown %s %q; %s: %s", kind, got, kinds, strings.Join(known, " ")))
}

// nearest returns the one of known that takes the fewest changes of a letter to become from got, if those are few, or
// else the only one that begins with got.
func nearest(got string, known []string) (best string) {
	least := 1 + len(strings.TrimLeft(got, "-"))/3
	var begin []string
	for _, k := range known {
		if n := changes(strings.ToLower(got), strings.ToLower(k)); n < least {
			best, least = k, n
		}
		if strings.HasPrefix(k, got) {
			begin = append(begin, k)
		}
	}
	if best == "" && len(begin) == 1 {
		best = begin[0]
	}
	return best
}

// changes returns how many letters have to be changed, added or taken away to make want of got. Two letters that
// have changed places count as one.
func changes(got, want string) int {
	n := levenshtein.ComputeDistance(got, want)
	for i := range len(got) - 1 {
		n = min(n, 1+levenshtein.ComputeDistance(got[:i]+got[i+1:i+2]+got[i:i+1]+got[i+2:], want))
	}
	return n
}

// choose checks that each of names is known.
func choose(kind string, names, known []string) error {
	for _, n := range names {
		if !slices.Contains(known, n) {
			return unknown(kind, n, kind+"s", known)
		}
	}
	return nil
}

// twoDashes gives each flag that is written with one dash a second one, up to "--", and leaves alone what is
// the value of a flag. There are no flags of one letter but -h, -n and -v.
func twoDashes(root *cobra.Command, args []string) []string {
	args = slices.Clone(args)
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		name, isFlag := strings.CutPrefix(args[i], "-")
		begun := completing(args) && i == len(args)-1 // a flag, perhaps, of which there is a letter
		if isFlag && (len(name) > 1 || begun && name != "") && name[0] != '-' && (name[0] < '0' || name[0] > '9') {
			args[i] = "-" + args[i]
		}
		if isFlag && takesValue(root, strings.TrimPrefix(name, "-")) {
			i++
		}
	}
	return args
}

// takesValue reports whether the argument after a flag of that name is its value.
func takesValue(root *cobra.Command, name string) bool {
	for _, cmd := range root.Commands() {
		if f := cmd.Flags().Lookup(name); f != nil {
			return f.NoOptDefVal == ""
		}
	}
	return false
}

// oneDash takes one dash off each flag in cobra's list of them, which has a letter for short in front, or room for it.
func oneDash(flags string) string {
	flags = regexp.MustCompile(`(?m)^(  (?:-\w, |    ))--`).ReplaceAllString(flags, "$1-")
	return regexp.MustCompile(`(?m)^  -\w, -(\w) `).ReplaceAllString(flags, "      -$1 ") // it is short itself
}

// completing reports whether a shell asks how args may go on.
func completing(args []string) bool {
	return len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd)
}

// offers returns what to offer to a shell that completes the last of args: a flag with as many dashes as it was begun with.
func offers(args []string, completions string) string {
	completions = strings.ReplaceAll(completions, "`", "") // which tell, in the help, what stands for the value
	if last := args[max(0, len(args)-1):]; len(last) == 1 && strings.HasPrefix(last[0], "-") && !strings.HasPrefix(last[0], "--") {
		completions = regexp.MustCompile(`(?m)^--`).ReplaceAllString(completions, "-")
	}
	return completions
}

// moduleVersion returns the version of aco that this is, if the build knows.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}

// checkEngine turns a value of ACO_ENGINE that makes no sense into an error.
func checkEngine() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s", strings.TrimPrefix(fmt.Sprint(r), "aco: "))
		}
	}()
	aco.Engine()
	return nil
}
