/* Who gets a coroutine that several goroutines resume and close at once: docs/design/09-handover.md, Many at once.

   A coroutine is resumed by A and by B, and closed by C, with no order between them. It begins as a standalone one, and W is its worker;
   or, with -DMOVE, as a shared one that is suspended and moves to W when it is resumed next. Each load and store of
   Owner is a step of its own, and so is each compare and swap. The body yields until it is closed.

   What is asserted: no two goroutines run the body at the same time; a goroutine is made ready, or handed over to, only
   while it waits; the body ends once. A goroutine that waits for ever, or a coroutine that nobody can have any more, is an invalid end state.

   With -D one of the following the model must fail; scripts/prove checks that it does:
   TWOLOADS   Close loads Owner once for the state, and once more for what it exchanges
   ANYHIRED   enter takes one that is Hired for its own without a look at whose worker this is
   SETFREE    a coroutine that moves is None until its worker's enter claims it
   EARLYFREE  Yield makes the coroutine Parked before its worker waits */

#define NONE 1                  /* suspended, and shared */
#define DONE 2
#define START 4
#define PARKED 5
#define MOVING 6
#define CLAIMED 10
#define HIRED 11
#define G(x) (20 + x)           /* the g that runs it */

#define A 0
#define B 1
#define C 2
#define W 3

#ifdef MOVE
byte owner = MOVING;
bool standalone = false;
bool begun = true;
#else
byte owner = START;
bool standalone = true;
bool begun = false;
#endif
bool closing, moving;
bool waits[4];                  /* the goroutine is parked */
byte resumer;                   /* whom the worker gives control back to */
byte runs;                      /* how many run the body */
byte ended;

/* Parks this goroutine and has x run, which must wait; then waits for its own turn. */
inline pass(me, x) {
	atomic { assert(waits[x]); waits[me] = true; waits[x] = false };
	!waits[me]
}

/* The body, until it yields or ends: on its worker, or on whoever has taken it by mistake. */
inline body(me) {
	atomic { runs++; assert(runs == 1); begun = true };
	do
	:: atomic { closing -> runs--; ended++; assert(ended == 1) };
		owner = DONE;
		break
	:: !closing -> atomic { assert(owner == G(W)); runs-- };
#ifdef EARLYFREE
		owner = PARKED;
#else
		owner = CLAIMED;
#endif
		pass(me, resumer);
		atomic { assert(owner == G(W)); runs++; assert(runs == 1) }
	od
}

/* What a resumer does that has claimed the coroutine for its worker. */
inline handIn(me) {
	resumer = me;
	pass(me, W);
	if
	:: owner == CLAIMED -> owner = PARKED
	:: owner == DONE
	:: else -> assert(owner == PARKED)      /* EARLYFREE */
	fi
}

/* Resume. It claims what it finds, or gives up: the program is told. */
inline resume(me) {
	seen = owner;
	if
	:: seen == START ->
		atomic { mine = owner == START; if :: mine -> owner = CLAIMED :: else fi };
		if
		:: mine -> owner = PARKED;      /* it is hired a worker */
			atomic { mine = owner == PARKED; if :: mine -> owner = G(W) :: else fi };
			if :: mine -> handIn(me) :: else fi
		:: else
		fi
	:: seen == PARKED ->
		atomic { mine = owner == PARKED; if :: mine -> owner = G(W) :: else fi };
		if :: mine -> handIn(me) :: else fi
	:: seen == MOVING ->
		atomic { mine = owner == MOVING; if :: mine -> owner = CLAIMED :: else fi };
		if
		:: mine && closing -> owner = NONE      /* what ends had better stay: nobody moves it now */
		:: mine && !closing -> moving = true; handIn(me)
		:: !mine
		fi
	:: seen == NONE && standalone == false ->       /* on the resumer's own stack */
		atomic { mine = owner == NONE; if :: mine -> owner = G(me) :: else fi };
		if
		:: mine -> atomic { assert(runs == 0 && !moving); ended++; assert(ended == 1 && closing) };
			owner = DONE
		:: else
		fi
#ifdef ANYHIRED
	:: seen == HIRED -> owner = G(me); body(me)
#endif
	:: else                         /* it runs, or has ended */
	fi
}

active proctype worker() {
	waits[W] = true;
end_idle:
	!waits[W];                      /* a coroutine has come; or none ever does */
	if
	:: moving ->
#ifdef SETFREE
		owner = NONE;
		atomic { assert(owner == NONE); owner = G(W) };
#else
		owner = HIRED;
		owner = G(W);
#endif
		standalone = true;
		moving = false;
		body(W)
	:: !moving ->
		owner = HIRED;
		if
		:: closing -> atomic { ended++; assert(ended == 1); begun = true }; owner = DONE
		:: !closing -> owner = G(W); body(W)
		fi
	fi;
	atomic { assert(waits[resumer]); waits[resumer] = false }
}

proctype user(byte me) {
	byte seen;
	bool mine;
	resume(me);
	resume(me)
}

/* Close, from a goroutine of its own, until the coroutine has ended. */
proctype closer() {
	byte seen, state;
	bool mine;
	do
	:: owner == DONE -> break
	:: else ->
		state = owner;
		seen = state;
#ifdef TWOLOADS
		seen = owner;
#endif
		if
		:: state == PARKED || state == MOVING || state == NONE ->
			atomic { mine = owner == seen; if :: mine -> owner = CLAIMED :: else fi };
			if
			:: mine -> closing = true; owner = seen; resume(C)
			:: else
			fi
		:: state == START ->
			atomic { mine = owner == seen; if :: mine -> owner = CLAIMED :: else fi };
			if
			:: mine -> owner = DONE; break
			:: else
			fi
		:: else
		fi
	od
}

init { atomic { waits[W] -> run user(A); run user(B); run closer() } }
