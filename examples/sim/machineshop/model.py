"""The model of main.go, for SimPy: python3 model.py NUMBERS."""
import math
import sys

import simpy

numbers = map(float, open(sys.argv[1]))


def log(what):
    print("%7.2f %s" % (env.now, what))


class Machine:
    def __init__(self, name, man):
        self.name = name
        self.made = 0
        self.broken = False
        self.work = env.process(self.produce(man))
        env.process(self.wear())

    def wear(self):
        while True:
            yield env.timeout(-100 * math.log(1 - next(numbers)))
            if not self.broken:
                self.work.interrupt("broken")

    def produce(self, man):
        while True:
            left = 8 + 4 * next(numbers)
            while left > 0:
                start = env.now
                try:
                    yield env.timeout(left)
                    break
                except simpy.Interrupt:
                    left -= env.now - start
                    self.broken = True
                    log(self.name + " breaks")
                    with man.request(priority=1) as request:
                        yield request
                        yield env.timeout(30)
                    self.broken = False
                    log(self.name + " works again")
            self.made += 1


def other_work(man):
    while True:
        left = 40
        while left > 0:
            with man.request(priority=2) as request:
                yield request
                start = env.now
                try:
                    yield env.timeout(left)
                    break
                except simpy.Interrupt:
                    left -= env.now - start
                    log("other work is interrupted, %.2f are left" % left)
        log("other work is done")


env = simpy.Environment()
man = simpy.PreemptiveResource(env, 1)
machines = [Machine("machine %d" % i, man) for i in range(4)]
env.process(other_work(man))
env.run(until=480)
for m in machines:
    log("%s has made %d parts" % (m.name, m.made))
