"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


def generate(name, *pipes):
    wait = 6 + 4 * next(numbers)
    while True:
        yield env.timeout(wait)
        wait = 6 + 4 * next(numbers)
        message = (env.now, "%s says hello at %.3f" % (name, env.now))
        for pipe in pipes:
            yield pipe.put(message)


def consume(name, pipe):
    while True:
        sent, text = yield pipe.get()
        how = "was late" if sent < env.now else "was waiting"
        print("%6.3f %s %s: %s" % (env.now, name, how, text))
        yield env.timeout(4 + 4 * next(numbers))


env = simpy.Environment()
one = simpy.Store(env)
env.process(generate("sender A", one))
env.process(consume("receiver A", one))
left, right = simpy.Store(env), simpy.Store(env)
env.process(generate("sender B", left, right))
env.process(consume("receiver B", left))
env.process(consume("receiver C", right))
env.run(until=40)
