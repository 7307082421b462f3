/* Theorem (g) of docs/proof: goroutines that change places, the scheduler, and the collector.

   Three goroutines: RES resumes a coroutine that runs on WRK, a worker, twice; HIR hires the worker
   as soon as it is in the pool, and resumes another coroutine on it. Two threads run what is
   runnable. One more process is the rest of the runtime: it stops the world to switch write
   barriers, tracing or profiling on and off, and while barriers or tracing are on it suspends
   goroutines to look at their stacks. Each statement of switchTo is a step of its own.

   What is asserted: a signal handler finds in TLS a goroutine whose m is this thread, and so does the
   thread's curg (process handler); no goroutine is on two threads; nobody is on a stack that is
   looked at; suspendG finds the m of a running goroutine, and the status as it left it; statuses
   change as the runtime allows. A lost wakeup would be an invalid end state.

   With -D one of the following the model must fail; scripts/prove checks that it does:
   PLAIN       switchTo stores statuses plainly while the collector marks
   MLATE       the new goroutine gets its m after TLS names it
   MLATER      the new goroutine is running before it has its m
   MEARLY      the old goroutine loses its m before it waits
   STACKFIRST  the other stack is entered before its goroutine runs
   WAITFIRST   the old goroutine waits before its stack is left
   NOTRACE     GUARD does not look at trace.enabled
   NOPROFILE   GUARD does not look at goroutineProfile.active
   NOSTATUS    hire looks neither at the worker's status nor at its m
   NOGUARD     neither hire nor GUARD does
   NOM         hire and GUARD look at its status alone
   EARLYREADY  transfer makes the other goroutine ready before this one waits
   EARLYIDLE   a worker says that it is idle before it waits, and hire believes it
   UNSTOPPED   marking begins without stopping the world
   NOREADY     idleNext does not make the resumer ready */

#ifdef NOGUARD
#define NOSTATUS
#endif

#define RES 0
#define WRK 1
#define HIR 2
#define NOBODY 9

#define RUNNABLE 1
#define RUNNING 2
#define WAITING 4
#define DEAD 6

byte status[3];
bool scan[3];                   /* the scan bit of a status */
byte m_of[3] = NOBODY;          /* g.m */
byte curg[2] = NOBODY;          /* m.curg */
byte tls[2] = NOBODY;           /* the g in TLS; NOBODY is g0 */
byte stack[2] = NOBODY;         /* whose stack the thread is on; NOBODY is g0's */
byte go[3] = NOBODY;            /* the thread that runs the goroutine's code */
bool queued[3];                 /* in a run queue */
bool safe[2] = true;            /* the thread is at a safepoint, or idle */

byte parks[2] = NOBODY;         /* gopark: the goroutine that the thread parks, */
byte readies[2] = NOBODY;       /* the one that it then makes ready, */
bool idles[2];                  /* and whether the parked one is idle then; */
bool yields[2];                 /* or it is Gosched */
byte wants[3];                  /* what a goroutine tries again for: 1 the pool, 2 an idle worker */

bool barrier, tracing, profiling;
byte budget = BUDGET;           /* what the rest of the runtime may still do */

bool idle;                      /* worker.idle */
bool pool = true;               /* the worker is in the pool */
byte resumer = NOBODY;          /* Core.pc, while the worker runs */
bool suspended[3];              /* Core.status, by its resumer */
bool stopping;                  /* the world is being stopped */
bool quit;                      /* worker.core is nil: the worker is to end */

#define CAS(g, from, to) atomic { status[g] == from && !scan[g] -> status[g] = to }
#define STORE(g, to) atomic { status[g] = to; scan[g] = false }
#define ELSEWHERE(g) (stack[0] != g && stack[1] != g)

/* What a goroutine does while it waits: nothing, until a thread runs it. */
#define WAKE atomic { go[me] != NOBODY -> t = go[me]; assert(stack[t] == me && status[me] == RUNNING) }

/* ---- switchTo: me gives its thread to other. It ends when somebody has given one back. */

inline enterstack(x) {
	atomic { go[me] = NOBODY; assert(stack[1-t] != x); stack[t] = x;
		assert(!scan[x] || status[x] != WAITING) }
}

inline switchTo(other) {
	assert(!profiling);             /* or the other would run unrecorded */
	assert(other != me);
#ifndef MLATER
#ifndef MLATE
	m_of[other] = t;
#endif
#endif
#ifdef STACKFIRST
	enterstack(other);
#endif
#ifdef WAITFIRST
	CAS(me, RUNNING, WAITING);
#endif
	if
#ifndef PLAIN
	:: barrier -> CAS(other, WAITING, RUNNING)
	:: !barrier ->
#else
	:: true ->
#endif
		STORE(other, RUNNING)
	fi;
#ifdef MLATER
	m_of[other] = t;
#endif
	curg[t] = other;
	tls[t] = other;
#ifdef MLATE
	m_of[other] = t;
#endif
#ifndef STACKFIRST
	enterstack(other);
#endif
#ifdef MEARLY
	m_of[me] = NOBODY;
#endif
#ifndef WAITFIRST
	if
#ifndef PLAIN
	:: barrier -> CAS(me, RUNNING, WAITING)
	:: !barrier ->
#else
	:: true ->
#endif
		STORE(me, WAITING)
	fi;
#endif
#ifndef MEARLY
	m_of[me] = NOBODY;
#endif
	assert(go[other] == NOBODY);
	go[other] = t;
	WAKE
}

/* gopark: the thread goes to g0, which does the rest. */
inline park(next, isidle) {
	atomic { readies[t] = next; idles[t] = isidle; go[me] = NOBODY; parks[t] = me };
	WAKE
}

/* GUARD. It is followed by switchTo without a safepoint. */
inline guard(other) {
	atomic { ok = true;
	if
#ifndef NOTRACE
	:: tracing -> ok = false
#endif
#ifndef NOPROFILE
	:: profiling -> ok = false
#endif
	:: else
	fi;
	if :: status[me] != RUNNING || scan[me] -> ok = false :: else fi;
#ifndef NOGUARD
	if :: status[other] != WAITING || scan[other] -> ok = false :: else fi;
#endif
#ifndef NOM
#ifndef NOGUARD
	if :: m_of[other] != NOBODY -> ok = false :: else fi
#endif
#endif
	}
}

/* Code of the user's, which may be stopped, or preempted. */
#define USER safe[t] = true; atomic { !stopping -> safe[t] = false }

/* transfer. */
inline transfer(other) {
#ifdef EARLYREADY
	ready(other);
	park(NOBODY, false)
#else
	park(other, false)
#endif
}

inline ready(g) {
	assert(status[g] == WAITING);           /* or the runtime throws */
	atomic { status[g] == WAITING && !scan[g] -> status[g] = RUNNABLE; queued[g] = true }
}

/* ---- The threads. */

#define CANRUN(g) (queued[g] && (wants[g] == 0 || wants[g] == 1 && pool || wants[g] == 2 && idle))

proctype thread(byte t) {
	byte g;
end:	do
	:: atomic { stack[t] == NOBODY && parks[t] == NOBODY && !stopping && (CANRUN(RES) || CANRUN(WRK) || CANRUN(HIR)) ->
		if
		:: CANRUN(RES) -> g = RES
		:: CANRUN(WRK) -> g = WRK
		:: CANRUN(HIR) -> g = HIR
		fi;
		queued[g] = false; wants[g] = 0; safe[t] = false };
		/* execute and gogo, which are the runtime's own */
		atomic { status[g] == RUNNABLE && !scan[g] -> status[g] = RUNNING; curg[t] = g; m_of[g] = t;
			tls[t] = g; assert(stack[1-t] != g); stack[t] = g; assert(go[g] == NOBODY); go[g] = t }
	:: atomic { parks[t] != NOBODY -> g = parks[t]; parks[t] = NOBODY; tls[t] = NOBODY; stack[t] = NOBODY };
		/* park_m: what others see of it is that the goroutine waits before it is without an m */
		if
		:: status[g] == DEAD                    /* goexit0 */
		:: yields[t] -> CAS(g, RUNNING, RUNNABLE)
		:: else -> CAS(g, RUNNING, WAITING)
		fi;
		atomic {
			m_of[g] = NOBODY; curg[t] = NOBODY;
			if :: yields[t] -> yields[t] = false; queued[g] = true :: else fi;
			if :: idles[t] -> idle = true :: else fi
#ifdef NOREADY
			; if :: idles[t] -> readies[t] = NOBODY :: else fi
#endif
		};
		if
		:: readies[t] != NOBODY -> ready(readies[t])
		:: else
		fi;
		atomic { readies[t] = NOBODY; idles[t] = false; safe[t] = true }
	od
}

/* ---- The goroutines. */

/* Gosched, in a loop that ends when what is wanted is there. */
inline gosched(w) {
	atomic { wants[me] = w; yields[t] = true; go[me] = NOBODY; parks[t] = me };
	WAKE
}

/* hire. The worker is in nobody else's hands: it was taken from the pool. */
inline hire() {
	do
	:: atomic { pool -> pool = false; break }
	:: !pool -> gosched(1)
	od;
	do
	:: idle -> break
	:: !idle -> gosched(2)
	od;
	safe[t] = true;
#ifndef NOSTATUS
#ifndef EARLYIDLE
	(status[WRK] == WAITING && !scan[WRK]);
#endif
#endif
#ifndef NOM
#ifndef NOSTATUS
#ifndef EARLYIDLE
	m_of[WRK] == NOBODY;
#endif
#endif
#endif
	atomic { !stopping -> safe[t] = false; idle = false }
}

/* Resume, of a standalone coroutine. */
inline resume() {
	atomic { resumer = me; suspended[me] = false };
	guard(WRK);
	if
	:: ok -> switchTo(WRK)
	:: ok -> transfer(WRK)          /* a guard of ours that is not modelled did not hold */
	:: !ok -> transfer(WRK)
	fi
}

inline finish() {
	CAS(me, RUNNING, DEAD);
	atomic { go[me] = NOBODY; parks[t] = me }
}

proctype user(byte me) {
	byte t; bool ok;
	WAKE;
	hire();
	do
	:: USER; resume();
		if :: suspended[me] :: else -> break fi
	od;
	finish()
}

proctype worker() {
	byte me = WRK, t, to; bool ok;
	WAKE;
	park(NOBODY, true);                             /* idleFirst */
	do
	:: quit -> break
	:: else ->
		/* The body yields once. */
		USER;
		atomic { to = resumer; suspended[to] = true };
		guard(to);
		if
		:: ok -> switchTo(to)
		:: !ok -> transfer(to)
		fi;
		USER;
		/* It has ended. */
		atomic { to = resumer; pool = true };
		guard(to);
		if
		:: ok -> idle = true; switchTo(to) /* handBack */
		:: !ok ->
#ifdef EARLYIDLE
			idle = true;
#endif
			park(to, true)             /* idleNext */
		fi
	od;
	finish()
}

/* end, the cleanup of a worker that the pool has forgotten. */
proctype cleanup() {
	status[RES] == DEAD && status[HIR] == DEAD;
	atomic { pool -> pool = false };
	idle && status[WRK] == WAITING && !scan[WRK] && m_of[WRK] == NOBODY;
	quit = true;
	ready(WRK)
}

/* ---- The rest of the runtime. */

inline suspendG(g) {
	if
	:: atomic { (status[g] == WAITING || status[g] == RUNNABLE) && !scan[g] -> scan[g] = true; s = status[g]; assert(ELSEWHERE(g)) };
		/* scanstack, which may move the stack */
		atomic { assert(scan[g] && status[g] == s && ELSEWHERE(g)); scan[g] = false }
	:: atomic { status[g] == RUNNING && !scan[g] -> scan[g] = true };
		assert(m_of[g] != NOBODY);              /* it is sent a signal */
		atomic { assert(scan[g] && status[g] == RUNNING); scan[g] = false }
	:: else                                         /* it tries again */
	fi
}

proctype others() {
	byte s;
	do
	:: budget > 0 ->
		budget--;
		if
#ifdef UNSTOPPED
		:: barrier = true
#endif
		:: stopping = true;
			atomic { safe[0] && safe[1] ->
				if
				:: barrier = !barrier
				:: tracing = true
				:: profiling = !profiling
				fi;
				stopping = false
			}
		:: tracing -> tracing = false           /* without stopping the world, and suspends no more */
		:: barrier || tracing -> suspendG(RES)
		:: barrier || tracing -> suspendG(WRK)
		:: barrier || tracing -> suspendG(HIR)
		fi
	:: budget == 0 -> break
	od
}

/* A signal handler, at any instruction on either thread. */
#define SOUND(t) (tls[t] == NOBODY || m_of[tls[t]] == t && curg[t] != NOBODY && m_of[curg[t]] == t)

proctype handler() {
end:	atomic { !(SOUND(0) && SOUND(1)) -> assert(false) }
}

init {
	atomic {
		status[RES] = RUNNABLE; queued[RES] = true;
		status[WRK] = RUNNABLE; queued[WRK] = true;
		status[HIR] = RUNNABLE; queued[HIR] = true;
		run thread(0); run thread(1);
		run user(RES); run user(HIR); run worker();
		run others(); run handler(); run cleanup()
	}
}
