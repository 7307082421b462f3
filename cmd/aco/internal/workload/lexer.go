package workload

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/goaco/aco"
)

// The row lexer: a lexer cuts arithmetic into tokens and hands them to a parser, which evaluates it
// by recursive descent. The lexer is a loop that says what it found, the parser asks for the next.

func lexerRow() *Row {
	var b strings.Builder
	writeSum(&b, rand.New(rand.NewPCG(3, 4)), 6)
	text := b.String()
	tokens := 0
	for next := (&lexer{text: text}).machine(); ; tokens++ {
		if _, ok := next(); !ok {
			break
		}
	}
	peers := generatorPeers([]string{AcoPull}, func(open opener[token]) int {
		next, stop := open((&lexer{text: text}).generator())
		defer stop()
		return (&parser{next: next}).evaluate()
	})
	resumes := Peer{Name: Aco, Work: func() (func() int, func()) {
		return func() int {
			co := aco.New((&lexer{text: text}).generator().body)
			defer co.Close()
			return (&parser{co: co}).evaluate()
		}, func() {}
	}}
	return &Row{Name: "lexer", What: "a lexer hands a parser " + strconv.Itoa(tokens) + " tokens of arithmetic", Batch: tokens,
		Peers: slices.Insert(peers, 1, resumes)}
}

// writeSum writes a random sum of products of numbers and sums in brackets.
func writeSum(b *strings.Builder, r *rand.Rand, depth int) {
	for i := range 2 + r.IntN(3) {
		if i > 0 {
			b.WriteString(" + ")
		}
		b.WriteString(strconv.Itoa(r.IntN(1000)))
		if depth > 0 {
			b.WriteString(" * (")
			writeSum(b, r, depth-1-r.IntN(2)*r.IntN(depth))
			b.WriteString(")")
		}
	}
}

// A token is a number or one of the bytes + * ( ).
type token struct {
	kind  byte // '0' for a number
	value int
}

type lexer struct {
	text string
	at   int
}

// scan returns the next token, and whether there was one.
func (l *lexer) scan() (token, bool) {
	for l.at < len(l.text) && l.text[l.at] == ' ' {
		l.at++
	}
	if l.at == len(l.text) {
		return token{}, false
	}
	c := l.text[l.at]
	if c < '0' || c > '9' {
		l.at++
		return token{kind: c}, true
	}
	t := token{kind: '0'}
	for ; l.at < len(l.text) && l.text[l.at] >= '0' && l.text[l.at] <= '9'; l.at++ {
		t.value = 10*t.value + int(l.text[l.at]-'0')
	}
	return t, true
}

//go:noinline
func (l *lexer) generator() generator[token] {
	return generator[token]{
		seq: func(yield func(token) bool) {
			for {
				if t, ok := l.scan(); !ok || !yield(t) {
					return
				}
			}
		},
		body: func(co *aco.Coroutine[struct{}, token], _ struct{}) {
			for {
				t, ok := l.scan()
				if !ok {
					return
				}
				co.Yield(t)
			}
		},
		machine: l.machine,
	}
}

func (l *lexer) machine() func() (token, bool) { return l.scan }

// A parser evaluates what it reads, and wraps around where numbers get too large.
type parser struct {
	co   *aco.Coroutine[struct{}, token] // what the tokens come from,
	next func() (token, bool)            // or, if it is nil, this
	now  token
}

// advance resumes a coroutine itself: a function that did it would return once more, to where the
// processor does not expect it after a switch.
func (p *parser) advance() {
	if p.co != nil {
		p.now, _ = p.co.Resume(struct{}{})
	} else {
		p.now, _ = p.next()
	}
}

func (p *parser) evaluate() int {
	p.advance()
	return p.sum()
}

func (p *parser) sum() int {
	n := p.product()
	for p.now.kind == '+' {
		p.advance()
		n = mix(n, p.product())
	}
	return n
}

func (p *parser) product() int {
	n := p.factor()
	for p.now.kind == '*' {
		p.advance()
		n *= p.factor()
	}
	return n
}

func (p *parser) factor() int {
	if p.now.kind == '(' {
		p.advance()
		n := p.sum()
		p.advance()
		return n
	}
	n := p.now.value
	p.advance()
	return n
}
