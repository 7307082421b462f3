"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import math
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


def exponential(mean):
    return -mean * math.log(1 - next(numbers))


def customer(env, name, counter):
    def log(what):
        print("%7.3f %s %s" % (env.now, name, what))

    log("arrives")
    arrived = env.now
    patience = 5 + 10 * next(numbers)
    with counter.request() as request:
        result = yield request | env.timeout(patience)
        if request not in result:
            log("leaves after %.3f" % (env.now - arrived))
            return
        log("waited %.3f" % (env.now - arrived))
        yield env.timeout(exponential(12))
        log("has finished")


def source(env, counter):
    for i in range(1, 13):
        env.process(customer(env, "customer %d" % i, counter))
        yield env.timeout(exponential(10))


env = simpy.Environment()
env.process(source(env, simpy.Resource(env, 1)))
env.run()
