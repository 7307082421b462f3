"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import math
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


class Film:
    def __init__(self, title):
        self.title = title
        self.tickets = 20
        self.sold_out = env.event()
        self.at = 0
        self.gave_up = 0


def visitor(name, film, n, counter):
    def log(what):
        print("%6.2f %s %s" % (env.now, name, what))

    with counter.request() as turn:
        yield turn | film.sold_out
        if film.sold_out.triggered:
            film.gave_up += 1
            return
        if n > film.tickets:
            log("does not get %d tickets for %s" % (n, film.title))
            yield env.timeout(0.5)
            return
        film.tickets -= n
        log("buys %d tickets for %s" % (n, film.title))
        if film.tickets < 2:
            log(film.title + " is sold out")
            film.sold_out.succeed()
            film.at = env.now
            film.tickets = 0
        yield env.timeout(1)


def visitors(films, counter):
    i = 1
    while True:
        yield env.timeout(-0.5 * math.log(1 - next(numbers)))
        film = films[int(3 * next(numbers))]
        n = 1 + int(6 * next(numbers))
        if film.tickets > 0:
            env.process(visitor("visitor %d" % i, film, n, counter))
        i += 1


env = simpy.Environment()
films = [Film(title) for title in ("Solaris", "Stalker", "The Mirror")]
env.process(visitors(films, simpy.Resource(env, 1)))
env.run(until=60)
for film in films:
    print("%s: sold out at %.2f, %d gave up waiting" % (film.title, film.at, film.gave_up))
