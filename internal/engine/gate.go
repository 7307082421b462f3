package engine

import (
	_ "embed"
	"go/build/constraint"
	"runtime/debug"
	"strconv"
	"strings"
)

// gate is the file whose build constraint says in which builds the native engine serves.
//
//go:embed admit.go
var gate string

// leftOut returns what in a build leaves the native engine out, or nothing where the settings don't tell.
func leftOut(version, compiler, goos, goarch string, settings []debug.BuildSetting) string {
	line, _, _ := strings.Cut(gate, "\n")
	admitted, err := constraint.Parse(line)
	if err != nil {
		return err.Error()
	}
	tags := map[string]bool{compiler: true, goos: true, goarch: true}
	tags["linux"] = tags["linux"] || goos == "android" // go help buildconstraint
	tags["darwin"] = tags["darwin"] || goos == "ios"
	for _, s := range settings {
		switch {
		case s.Key == "-tags":
			for _, tag := range strings.Split(s.Value, ",") {
				tags[tag] = true
			}
		case s.Value == "true":
			tags[strings.TrimPrefix(s.Key, "-")] = true
		}
	}
	minor := releaseIn(version)
	for m := range minor + 1 {
		tags["go1."+strconv.Itoa(m)] = true
	}
	var why []string
	first, last := 0, 0
	for _, part := range conjuncts(admitted) {
		names := map[string]bool{} // the tags in it
		met := part.Eval(func(tag string) bool {
			names[tag] = true
			return tags[tag]
		})
		part.Eval(func(tag string) bool { // or not all alternatives would be seen
			names[tag] = true
			return strings.HasPrefix(tag, "go1.")
		})
		reason := ""
		for tag := range names {
			switch {
			case tag == "gc":
				reason = "built by " + compiler
			case tag == "race" || tag == "msan" || tag == "asan":
				reason = "built with -" + tag
			case tag == "aco_portable":
				reason = "built with -tags " + tag
			case strings.HasPrefix(tag, "go1."):
				if len(names) == 1 {
					first = releaseIn(tag)
				} else {
					last = releaseIn(tag) - 1
				}
				met = met || minor == 0 // a version that does not say
				reason = "Go 1." + strconv.Itoa(minor) + " has not been verified"
			case reason == "" && tag != "aco_native":
				reason = "built for " + goos + "/" + goarch
			}
		}
		if !met && !strings.Contains(strings.Join(why, "; "), reason) {
			why = append(why, reason)
		}
	}
	verified := " (1." + strconv.Itoa(first) + " to 1." + strconv.Itoa(last) + " have)"
	return strings.ReplaceAll(strings.Join(why, "; "), " has not been verified", " has not been verified"+verified)
}

// conjuncts returns the parts of e that must all be met.
func conjuncts(e constraint.Expr) []constraint.Expr {
	if and, ok := e.(*constraint.AndExpr); ok {
		return append(conjuncts(and.X), conjuncts(and.Y)...)
	}
	return []constraint.Expr{e}
}

// releaseIn returns N of the first "go1.N" in s.
func releaseIn(s string) (n int) {
	_, s, _ = strings.Cut(s, "go1.")
	for len(s) > 0 && s[0] >= '0' && s[0] <= '9' {
		n, s = 10*n+int(s[0]-'0'), s[1:]
	}
	return n
}
