// Lesson 5: a lexer and a parser, each written as if it were the main program.
package main

import (
	"fmt"
	"iter"
	"strconv"
	"unicode"

	"github.com/goaco/aco"
)

// A token is a number, an operator or a bracket, and where it begins. The last one is empty.
type token struct {
	text string
	at   int
}

// lex goes through the text and yields what it finds.
func lex(text string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for i := 0; i < len(text); {
			begin := i
			for i < len(text) && unicode.IsDigit(rune(text[i])) {
				i++
			}
			switch {
			case i > begin:
			case text[i] == ' ':
				i++
				continue
			default:
				i++
			}
			if !yield(token{text[begin:i], begin}) {
				return
			}
		}
		yield(token{"", len(text)})
	}
}

// A parser computes while it reads. When it needs a token it resumes the lexer.
type parser struct {
	next func() (token, bool)
	now  token
	err  error // the first one
}

func (p *parser) advance() { p.now, _ = p.next() }

// want notes that something else should have come, and where.
func (p *parser) want(what string) {
	found := "the end"
	if p.now.text != "" {
		found = strconv.Quote(p.now.text)
	}
	if p.err == nil {
		p.err = fmt.Errorf("column %d: found %s, want %s", p.now.at+1, found, what)
	}
}

func (p *parser) sum() int {
	v := p.product()
	for p.now.text == "+" {
		p.advance()
		v += p.product()
	}
	return v
}

func (p *parser) product() int {
	v := p.atom()
	for p.now.text == "*" {
		p.advance()
		v *= p.atom()
	}
	return v
}

func (p *parser) atom() (v int) {
	if p.now.text == "(" {
		p.advance()
		v = p.sum()
		if p.now.text != ")" {
			p.want("a closing bracket")
		}
	} else {
		var err error
		if v, err = strconv.Atoi(p.now.text); err != nil {
			p.want("a number or an opening bracket")
		}
	}
	p.advance()
	return v
}

func compute(text string) (int, error) {
	next, stop := aco.Pull(lex(text))
	defer stop()
	p := &parser{next: next}
	p.advance()
	v := p.sum()
	if p.now.text != "" {
		p.want("an operator")
	}
	return v, p.err
}

func main() {
	for _, text := range []string{"2+3*4", "2*(3+4)*10", "((1+1))*21", "2*(3+4", "2*)3", "2 3"} {
		if v, err := compute(text); err != nil {
			fmt.Printf("%s: %v\n", text, err)
		} else {
			fmt.Println(text, "=", v)
		}
	}
}
