"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


def log(what):
    print("%6.2f %s" % (env.now, what))


def wash(car):
    yield env.timeout(5)
    log("%s has lost %d%% of its dirt" % (car, 50 + int(50 * next(numbers))))


def car(name, machines):
    log(name + " arrives")
    with machines.request() as request:
        yield request
        log(name + " drives in")
        yield env.process(wash(name))
        log(name + " drives out")


def cars(machines):
    i = 1
    while True:
        env.process(car("car %d" % i, machines))
        if i <= 3:
            yield env.timeout(next(numbers))
        else:
            yield env.timeout(1 + 4 * next(numbers))
        i += 1


env = simpy.Environment()
env.process(cars(simpy.Resource(env, 2)))
env.run(until=20)
