package workload

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// The rows lexer-states: a lexer made of state functions, as many are: each looks at what comes, emits what it
// has found from a place of its own, and returns the function that goes on.

// A line of the text has 18 lexemes.
const stateLine = `limit = 250; user "anna maria" { port = 8080 name = "x" } on; end;` + "\n"

func stateRows() (rows []*Row) {
	for _, lines := range []int{1, 10, 100} {
		text, n := strings.Repeat(stateLine, lines), 18*lines
		r := &Row{Name: fmt.Sprintf("lexer-states-%d", n), family: "lexer-states", Title: "lexer, " + humanize.Comma(int64(n)) + " tokens", Batch: n,
			What: "a lexer of state functions hands over a text of " + humanize.Comma(int64(n)) + " tokens"}
		ways := pullWays[lexeme]()
		for _, name := range []string{IterPull, AcoPull, twoChannels, oneChannel} {
			r.Peers = append(r.Peers, Peer{Name: name, Work: func() (func() int, func()) {
				return func() int { return takeLexemes(ways[name], text, n) }, func() {}
			}})
		}
		r.Peers = append(r.Peers, Peer{Name: StateMachine, Work: func() (func() int, func()) {
			return func() int { return takeQueued(text, n) }, func() {}
		}})
		rows = append(rows, r)
	}
	return rows
}

func takeLexemes(pull pullWay[lexeme], text string, n int) int {
	next, stop := pull((&stateLexer{text: text}).run)
	defer stop()
	return checkLexemes(next, text, n)
}

// takeQueued needs no coroutine, because each state function emits at most once: next runs them until one has.
func takeQueued(text string, n int) int {
	var found lexeme
	l := &stateLexer{text: text, emitTo: func(t lexeme) bool {
		found = t
		return true
	}}
	s := state(between)
	return checkLexemes(func() (lexeme, bool) {
		for found = (lexeme{}); s != nil && found.to == 0; {
			s = s(l)
		}
		return found, found.to != 0
	}, text, n)
}

func checkLexemes(next func() (lexeme, bool), text string, n int) (sum int) {
	for t, ok := next(); ok; t, ok = next() {
		right(len(t.text) == t.to-t.from && t.to <= len(text))
		sum = mix(sum, t.kind+t.to)
		n--
	}
	right(n == 0)
	return sum
}

type stateLexer struct {
	text       string
	start, pos int
	emitTo     func(lexeme) bool
}

// A state looks at what comes and returns the next one, or nil at the end.
type state func(*stateLexer) state

// run runs states until there is none.
func (l *stateLexer) run(yield func(lexeme) bool) {
	l.emitTo = yield
	for s := state(between); s != nil; {
		s = s(l)
	}
}

// emit hands over what lies between start and pos, and reports whether to go on.
func (l *stateLexer) emit(kind int) bool {
	t := lexeme{kind, l.text[l.start:l.pos], l.start, l.pos}
	l.start = l.pos
	return l.emitTo(t)
}

// word advances over letters and digits.
func (l *stateLexer) word() {
	for l.pos < len(l.text) && l.text[l.pos] >= '0' && (l.text[l.pos] <= '9' || l.text[l.pos] >= 'a' && l.text[l.pos] <= 'z') {
		l.pos++
	}
}

func between(l *stateLexer) state {
	for ; l.pos < len(l.text); l.pos++ {
		switch c := l.text[l.pos]; {
		case c == ' ' || c == '\n':
		case c == '"':
			l.start = l.pos
			return quoted
		case '0' <= c && c <= '9':
			l.start = l.pos
			return digits
		case 'a' <= c && c <= 'z':
			l.start = l.pos
			return name
		default:
			l.start = l.pos
			return sign
		}
	}
	return nil
}

func sign(l *stateLexer) state {
	l.pos++
	if !l.emit(int(l.text[l.start])) {
		return nil
	}
	return between
}

func quoted(l *stateLexer) state {
	l.pos++
	for l.text[l.pos] != '"' {
		l.pos++
	}
	l.pos++
	if !l.emit('"') {
		return nil
	}
	return between
}

func digits(l *stateLexer) state {
	l.word()
	if !l.emit('0') {
		return nil
	}
	return between
}

func name(l *stateLexer) state {
	l.word()
	kind := 'a'
	if l.text[l.start:l.pos] == "on" {
		kind = 'k'
	}
	if !l.emit(int(kind)) {
		return nil
	}
	return between
}
