"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


def log(what):
    print("%7.2f %s" % (env.now, what))


def car(name):
    level = 5 + 20 * next(numbers)
    arrived = env.now
    log(name + " arrives")
    with pumps.request() as request:
        yield request
        yield tank.get(50 - level)
        yield env.timeout((50 - level) / 2)
        log("%s leaves after %.2f s" % (name, env.now - arrived))


def truck():
    yield env.timeout(100)
    amount = tank.capacity - tank.level
    log("the truck brings %.2f l" % amount)
    yield tank.put(amount)


def control():
    while True:
        if tank.level < 60:
            log("the truck is called")
            yield env.process(truck())
        yield env.timeout(10)


def road():
    i = 1
    while True:
        yield env.timeout(20 + 60 * next(numbers))
        env.process(car("car %d" % i))
        i += 1


env = simpy.Environment()
pumps = simpy.Resource(env, 2)
tank = simpy.Container(env, 200, init=200)
env.process(control())
env.process(road())
env.run(until=600)
