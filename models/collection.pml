/* Theorem (c) of docs/proof: the collector and a coroutine whose frames move.

   Two goroutines, 0 and 1, each with one local variable. They share a global variable, two
   objects, of which 1 has a field, and the coroutine, which is object 3: what its field ptrs holds
   is what the collector sees of it. The coroutine's frames are two words. The first is a word of
   the innermost frame, the second one of a frame further out; the latter may hold the address of a
   variable in the frames, or one in the resumer's frames.

   The collector marks concurrently, with Go's hybrid barrier: scanning a stack, at a safepoint,
   makes it black, and a stack may move at any safepoint. A mark phase begins and ends while all are
   at safepoints. From one safepoint to the next a goroutine takes one step. That hides nothing:
   freeze stores into ptrs only while nobody marks, thaw touches nothing that a marker reads, and
   all other stores are compiled ones, with Go's own barrier, whose inner workings are not ours.

   What is asserted: nothing that is reachable is freed, no address of a stack is ever in ptrs, a
   running coroutine's address of its own variable is right, and frames come back as they were.

   The model is checked three times, with different parts of it standing still. INNERMOST: only the
   innermost word changes, and stacks stay where they are. OUTER: only the other word changes,
   goroutine 0's stack moves, there is one object beside the coroutine, and both goroutines hold the
   coroutine all the time. ALONE: as OUTER, but both words change, and there is one goroutine.

   With -D one of the following the model must fail; scripts/prove checks that it does:
   NOBARRIER   yieldNative stores into ptrs without the write barrier
   TESTGAP     freeze has a safepoint between its test of the write barrier and its store
   COPYGAP     freeze has a safepoint between comparing and copying
   THAWGAP     thaw has a safepoint between relocating and copying
   TWICE       thaw relocates the saved words, and what it copies once more
   STACKADDR   freeze does not compare changed pointers with the bounds of the stack
   SKIPCHANGED freeze does not note changed pointers
   LEFTOUT     the layout leaves a live word out
   UNNOTED     frozen does not note the pointers
   ANYTIME     frozen stores plainly while a barrier is wanted
   EARLY       the decoder fills ptrs before it refuses
   ONECOPY     primed does not copy the innermost frame, which was copied with the others
   ASYNCMOVE   a stack moves while its goroutine is preempted asynchronously
   UNHELD      thaw empties ptrs
   DEADWORD    the decoder takes a dead word for a live one */

#define NIL 0
#define CO 3                           /* the coroutine */
#define JUNK 9
#define NONE 2                         /* no goroutine */
#define HEAP(v) ((v) >= 1 && (v) <= 3)
#define STACK(v) ((v) >= 10)
#define OWN(g) (10 + 2*(g) + alt[g])   /* the address of the variable in the frames, on stack g */
#define RES(g) (20 + 2*(g) + alt[g])   /* that of one in the resumer's frames */

/* What word 1 is. */
#define LIVE 0
#define INNER 1
#define DEAD 2                         /* not used any more: it may hold anything */

byte global = 1, field = NIL;           /* a root; the field of object 1 */
byte mine[2];                         /* the goroutines' variables */
bit alt[2];                            /* where each stack is */
byte f0, f1;                           /* the frames, on a stack */
byte s0, s1;                           /* the saved words */
byte p0, p1;                           /* ptrs */
byte t0, t1, tlo, tkind;               /* yieldNative's scratch */
byte runs = NONE;                      /* the goroutine on whose stack the frames are */
byte lo = 10;                          /* the address that the saved words are right for */
byte kind = LIVE;                      /* of word 1, in the layout */
bool dead;                             /* of word 1, where the coroutine is */
bool preempted;                        /* thaw is at the call instruction, asynchronously preempted */

bool barrier;                          /* runtime.writeBarrier */
bool black[2], rooted;                 /* what has been scanned in this phase */
bool marked[4], grey[4], freed[4];     /* by object */
byte half;                             /* ptrs is scanned in two steps */

#define shade(v) if :: HEAP(v) && !marked[v] -> marked[v] = true; grey[v] = true :: else fi

/* A store by compiled code. */
inline store(slot, v) {
	if :: barrier -> shade(slot); shade(v) :: else fi;
	slot = v
}

inline reach(v) { if :: HEAP(v) -> r[v] = true :: else fi }

inline follow() {
	if :: r[1] -> reach(field) :: else fi;
	if
	:: r[CO] && runs == NONE -> reach(s0); if :: kind == LIVE -> reach(s1) :: else fi
	:: else
	fi
}

/* The end of a phase, while the world is stopped: what is not marked is freed. */
inline sweep() {
	d_step {
		reach(global); reach(mine[0]); reach(mine[1]);
		if
		:: runs != NONE ->
			r[CO] = true;
			if :: preempted -> reach(s0) :: else -> reach(f0) fi;
			if :: !dead -> reach(f1) :: else fi
		:: else
		fi;
		follow(); follow(); follow();
		i = 1;
		do
		:: i <= 3 ->
			assert(!r[i] || marked[i]);     /* nothing that is reachable is freed */
			if :: !marked[i] -> freed[i] = true :: else fi;
			r[i] = false; marked[i] = false; grey[i] = false; i++
		:: else -> break
		od;
		i = 0;
		if :: freed[1] -> field = NIL :: else fi;
		if :: freed[CO] -> p0 = NIL; p1 = NIL; s0 = NIL; s1 = NIL; kind = LIVE; lo = 10 :: else fi;
		black[0] = false; black[1] = false; rooted = false; barrier = false
	}
}

inline scan(g) {
	d_step {
		black[g] = true;
		shade(mine[g]);
		if
		:: runs == g ->
			shade(CO);                      /* main's frame holds it */
			if :: !preempted -> shade(f0) :: else fi;
			if :: !dead -> shade(f1) :: else fi
		:: else
		fi
	}
}

/* A stack moves, at a safepoint of its goroutine, with the live words that lead into it. An
   asynchronously preempted function has no map of them. */
inline movestack(g) {
	d_step {
		if
		:: runs == g && !preempted && !dead && f1 == OWN(g) -> alt[g] = 1 - alt[g]; f1 = OWN(g)
		:: runs == g && !preempted && !dead && f1 == RES(g) -> alt[g] = 1 - alt[g]; f1 = RES(g)
		:: else -> alt[g] = 1 - alt[g]
		fi
	}
}

#ifdef ASYNCMOVE
#define MOVABLE(g) true
#else
#define MOVABLE(g) (!(preempted && runs == g))
#endif

proctype collector() {
	byte i;
	bool r[4];
	do
	:: atomic { !barrier -> barrier = true }
	:: atomic { barrier && !rooted -> rooted = true; shade(global) }
	:: atomic { barrier && !black[0] -> scan(0) }
	:: atomic { barrier && !black[1] -> scan(1) }
	:: atomic { grey[1] -> grey[1] = false; shade(field) }
	:: atomic { grey[2] -> grey[2] = false }
	:: atomic { grey[CO] && half == 0 -> shade(p0); half = 1 }
	:: atomic { grey[CO] && half == 1 -> shade(p1); half = 0; grey[CO] = false }
	:: atomic { barrier && rooted && black[0] && black[1] && !grey[1] && !grey[2] && !grey[CO] -> sweep() }
#ifndef INNERMOST
	:: atomic { MOVABLE(0) -> movestack(0) }
#endif
	od
}

/* No address of a stack is in memory that the collector takes for pointers. */
#define CLEAN assert(!STACK(p0) && !STACK(p1) && !STACK(global) && !STACK(field))
/* What the coroutine finds. */
#define FOUND assert(f0 != JUNK && (!HEAP(f0) || !freed[f0]) && \
	(dead || f1 != JUNK && (!HEAP(f1) || !freed[f1]) && (!STACK(f1) || f1 == OWN(me) || f1 == RES(me))))

/* Between two atomic steps a goroutine is at a safepoint. */
#define SAFEPOINT }; atomic {

#ifdef TESTGAP
#define TEST SAFEPOINT
#else
#define TEST
#endif
#ifdef ANYTIME
#define FREELY
#else
#define FREELY !barrier &&
#endif
#ifdef COPYGAP
#define COPY SAFEPOINT
#else
#define COPY
#endif
#ifdef THAWGAP
#define THAW SAFEPOINT
#else
#define THAW
#endif
#ifdef NOBARRIER
#define keep(slot, v) slot = v
#else
#define keep(slot, v) store(slot, v)
#endif
#ifdef LEFTOUT
#define note(slot, v) skip
#define hold(slot, v) skip
#else
#define hold(slot, v) keep(slot, v)
#ifdef SKIPCHANGED
#define note(slot, v) skip
#else
#define note(slot, v) slot = v
#endif
#endif

#define new(v, o) freed[o] -> freed[o] = false; marked[o] = barrier; v = o

proctype goroutine(byte me) {
	byte x;
more:	do
	:: atomic { runs != me ->                               /* outside the coroutine */
		assert(!HEAP(mine[me]) || !freed[mine[me]]);
		if
		:: mine[me] == CO -> goto resume
#ifdef INNERMOST
		:: mine[me] = global
		:: store(global, mine[me])
		:: mine[me] = NIL
		:: mine[me] == 1 -> mine[me] = field
		:: mine[me] == 1 -> store(field, global)
		:: new(mine[me], 1)
		:: new(mine[me], 2)
		:: new(mine[me], CO)
#else
		:: store(global, NIL)
#endif
		fi }
	:: atomic { runs == me ->                               /* inside */
		FOUND;
		if
		:: goto yield
#ifndef OUTER
		:: global != CO -> f0 = global
		:: store(global, f0)
		:: f0 = NIL
		:: f0 == 1 -> f0 = field
#endif
#ifdef OUTER
		:: !dead -> f1 = global
		:: !dead && !STACK(f1) -> store(global, f1)
		:: !dead && new(f1, 1)
#endif
#ifdef ALONE
		:: f1 = f0; dead = false
		:: !dead && HEAP(f1) -> f0 = f1
		:: new(f0, 1)
#endif
#ifndef INNERMOST
		:: f1 = NIL; dead = false
		:: f1 = OWN(me); dead = false
		:: f1 = RES(me); dead = false
		:: dead = true
#endif
		fi }
	od;

	/* enter and thaw. */
resume:	atomic {
		if :: runs != NONE -> goto more :: else fi;     /* Resume panics */
		runs = me;
		dead = (kind == DEAD);
		if :: kind == INNER -> s1 = s1 + OWN(me) - lo :: else fi;
		x = OWN(me) - lo;
		lo = OWN(me);
		THAW
		f0 = s0; f1 = s1;
#ifdef TWICE
		if :: kind == INNER -> f1 = f1 + x :: else fi;
#endif
#ifdef UNHELD
		p0 = NIL; p1 = NIL;
#endif
		x = 0;
		if
		:: goto more
		:: preempted = true; f0 = JUNK          /* primed: what is below SP is written over */
		fi;
		SAFEPOINT
#ifndef ONECOPY
		f0 = s0;
#endif
		preempted = false;
		goto more
	};

	/* leave and freeze. */
yield:	atomic {
		if
		:: lo != OWN(me) || dead != (kind == DEAD) || (kind == INNER && f1 != s1) -> goto slow
		:: else
		fi;
		if :: f0 != s0 && barrier -> goto slow :: else fi;
		TEST
		if :: f0 != s0 -> note(p0, f0); s0 = f0 :: else fi;
		if :: kind == LIVE && f1 != s1 && barrier -> goto slow :: else fi;
#ifndef STACKADDR
		if :: kind == LIVE && f1 != s1 && STACK(f1) -> goto slow :: else fi;
#endif
		TEST
		if :: kind == LIVE && f1 != s1 -> note(p1, f1); s1 = f1 :: else fi;
		CLEAN;
		COPY
		s0 = f0; s1 = f1; f0 = NIL; f1 = NIL; dead = false; runs = NONE;
		goto more
	};

	/* frozen takes any layout that the words suit; or again and yieldNative: describe decodes. */
slow:	atomic {
		if
		:: goto describe
		:: FREELY dead -> tkind = DEAD
		:: FREELY !dead && !STACK(f1) -> tkind = LIVE
		:: FREELY !dead && f1 == OWN(me) -> tkind = INNER
		fi;
		TEST
#ifndef UNNOTED
		note(p0, f0);
		if :: tkind == LIVE -> note(p1, f1) :: else -> p1 = NIL fi;
#endif
		CLEAN;
		lo = OWN(me); kind = tkind; tkind = LIVE;
		COPY
		s0 = f0; s1 = f1; f0 = NIL; f1 = NIL; dead = false; runs = NONE;
		goto more
	};
describe: atomic {
		t0 = f0; t1 = f1; tlo = OWN(me);                /* capture */
		SAFEPOINT
#ifdef EARLY
		hold(p1, t1); CLEAN;
#endif
		if
#ifndef DEADWORD
		:: dead -> tkind = DEAD
#endif
		:: !dead && t1 == tlo -> tkind = INNER
		:: !dead && STACK(t1) && t1 != tlo -> goto done /* refused: Yield panics */
#ifdef DEADWORD
		:: dead || !STACK(t1) -> tkind = LIVE
#else
		:: !dead && !STACK(t1) -> tkind = LIVE
#endif
		fi;
		hold(p0, t0);
		SAFEPOINT
		if :: tkind == LIVE -> keep(p1, t1) :: else -> keep(p1, NIL) fi;
		CLEAN;
		s0 = t0; s1 = t1; lo = tlo; kind = tkind;
		t0 = NIL; t1 = NIL; tlo = 0; tkind = LIVE;
		goto yield
	};
done:	atomic { t0 = NIL; t1 = NIL; tlo = 0; tkind = LIVE; goto more }
}

init {
	atomic {
		mine[0] = CO;
#ifndef INNERMOST
		mine[1] = CO;
#endif
		run goroutine(0);
#ifndef ALONE
		run goroutine(1);
#endif
		run collector()
	}
}
