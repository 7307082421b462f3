package workload

import (
	"errors"
	"iter"
	"strconv"
)

// The rows of pulled sequences, by the type of what is pulled. The consumer looks at each value: a row in
// which a way hands over a wrong one panics.

// A lexeme is what many a lexer hands over: five words.
type lexeme struct {
	kind     int
	text     string
	from, to int
}

func pulledRows() []*Row {
	var rows []*Row
	add := func(name, title, what string, prepare map[string]func() (func(int), func())) {
		r := &Row{Name: name, Title: title, What: what, Batch: 1}
		for _, p := range []string{IterPull, AcoPull, twoChannels, oneChannel} {
			r.Peers = append(r.Peers, Peer{Name: p, prepare: prepare[p]})
		}
		rows = append(rows, r)
	}
	add("pull-string", "next of strings", "next of a pulled sequence of strings", prepared(pullWays[string](), pullingStrings))
	add("pull-struct", "next of structs", "next of a pulled sequence of structs of five words",
		prepared(pullWays[lexeme](), func(pull pullWay[lexeme]) (func(int), func()) { return pullingLexemes(pull, lexemes) }))
	add("pull-range", "… through a range", "the same through one range over a function",
		prepared(pullWays[lexeme](), func(pull pullWay[lexeme]) (func(int), func()) { return pullingLexemes(pull, through(lexemes)) }))
	add("pull2-error", "next of (int, error)", "next of Pull2 of (int, error)", prepared(pull2Ways[int, error](), pullingErrors))
	add("pull2-bytes", "next of ([]byte, error)", "next of Pull2 of ([]byte, error)", prepared(pull2Ways[[]byte, error](), pullingBytes))
	add("life-error", "… of (T, error)", "pull, three values of (*T, error), stop", prepared(pull2Ways[*lexeme, error](), livesOfErrors))
	return rows
}

// prepared gives each way to what prepares its measurement.
func prepared[W any](ways map[string]W, prepare func(W) (func(int), func())) map[string]func() (func(int), func()) {
	all := map[string]func() (func(int), func()){}
	for name, way := range ways {
		all[name] = func() (func(int), func()) { return prepare(way) }
	}
	return all
}

// right panics if a peer has handed over a wrong value.
func right(ok bool) {
	if !ok {
		panic("a pulled sequence has handed over a wrong value")
	}
}

// words are handed over in turn: there are 64, of which each begins with another byte.
var words = func() (words [64]string) {
	for i := range words {
		words[i] = string(rune('!'+i)) + strconv.Itoa(i)
	}
	return words
}()

func strings64(yield func(string) bool) {
	for i := 0; yield(words[i&63]); i++ {
	}
}

//go:noinline
func pullingStrings(pull pullWay[string]) (func(int), func()) {
	next, stop := pull(strings64)
	i := 0
	return func(n int) {
		wrong := false
		for range n {
			s, ok := next()
			wrong = wrong || !ok || s[0] != byte('!'+i&63)
			i++
		}
		right(!wrong)
	}, stop
}

func lexemes(yield func(lexeme) bool) {
	for i := 0; yield(lexeme{kind: i & 7, text: words[i&63], from: i, to: i + 1}); i++ {
	}
}

// through hands on what a sequence has, as an adapter does.
func through[V any](seq iter.Seq[V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if !yield(v) {
				return
			}
		}
	}
}

//go:noinline
func pullingLexemes(pull pullWay[lexeme], seq iter.Seq[lexeme]) (func(int), func()) {
	next, stop := pull(seq)
	i := 0
	return func(n int) {
		wrong := false
		for range n {
			t, ok := next()
			wrong = wrong || !ok || t.kind != i&7 || t.text[0] != byte('!'+i&63) || t.from != i || t.to != i+1
			i++
		}
		right(!wrong)
	}, stop
}

// errNow is every sixteenth error, the others are nil.
var errNow = errors.New("every sixteenth")

func isNow(i int) bool { return i&15 == 15 }

func errorAt(i int) error {
	if isNow(i) {
		return errNow
	}
	return nil
}

func errors16(yield func(int, error) bool) {
	for i := 0; yield(i, errorAt(i)); i++ {
	}
}

//go:noinline
func pullingErrors(pull pull2Way[int, error]) (func(int), func()) {
	next, stop := pull(errors16)
	i := 0
	return func(n int) {
		wrong := false
		for range n {
			v, err, ok := next()
			wrong = wrong || !ok || v != i || (err != nil) != isNow(i)
			i++
		}
		right(!wrong)
	}, stop
}

// lines lends a piece of one array at a time.
func lines(yield func([]byte, error) bool) {
	text := []byte("0123456789abcdef0123456789abcdef")
	for i := 0; yield(text[i&15:], errorAt(i)); i++ {
	}
}

//go:noinline
func pullingBytes(pull pull2Way[[]byte, error]) (func(int), func()) {
	next, stop := pull(lines)
	i := 0
	return func(n int) {
		wrong := false
		for range n {
			b, err, ok := next()
			wrong = wrong || !ok || len(b) != 32-i&15 || (err != nil) != isNow(i)
			i++
		}
		right(!wrong)
	}, stop
}

var threeLexemes = []*lexeme{{from: 1}, {from: 2}, {from: 3}}

func lexemesAndErrors(yield func(*lexeme, error) bool) {
	for i := 0; yield(threeLexemes[i%3], nil); i++ {
	}
}

//go:noinline
func livesOfErrors(pull pull2Way[*lexeme, error]) (func(int), func()) {
	return func(n int) {
		for range n {
			next, stop := pull(lexemesAndErrors)
			sum := 0
			for range 3 {
				t, err, ok := next()
				right(ok && err == nil)
				sum = 10*sum + t.from
			}
			stop()
			right(sum == 123)
		}
	}, func() {}
}
