"""The model of main.go, for SimPy: python3 model.py NUMBERS, of which it takes none."""
import simpy


class Cable:
    def __init__(self, delay):
        self.delay = delay
        self.store = simpy.Store(env)

    def latency(self, message):
        yield env.timeout(self.delay)
        yield self.store.put(message)

    def put(self, message):
        env.process(self.latency(message))

    def get(self):
        return self.store.get()


def sender():
    while True:
        yield env.timeout(5)
        cable.put("sent at %d" % env.now)


def receiver():
    while True:
        message = yield cable.get()
        print("received at %d: %s" % (env.now, message))


env = simpy.Environment()
cable = Cable(10)
env.process(sender())
env.process(receiver())
env.run(until=100)
