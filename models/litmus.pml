/* The order of memory accesses in theorem (g) of docs/proof, where processors do not keep it: arm64.

   handover.pml takes each statement for a step that all others see at once and in order. Here are the
   pairs of accesses, in handover_arm64.s, asm_arm64.h and handover.go, that another thread may see, each a litmus
   test of its own. A thread does its accesses in any order that the processor may choose: an acquire comes before
   all that follows it, a release comes after all that goes before it, and one access after another of the same word; nothing
   else is ordered. All threads see a store at the same time (Arm's manual, B2.3: other-multi-copy atomicity).

   PARK   switchTo parks a goroutine; GUARD on another thread finds it waiting without an m, and takes its sched
   HIRE   a worker says that it is idle and parks; hire on another thread finds that, and GUARD takes its sched
   RUN    switchTo gives a goroutine an m and a status; suspendG finds it running, and follows the m
   ENTER  while it marks the collector moves the stack of a waiting goroutine; switchTo runs that
   LEAVE  while it marks switchTo leaves a stack; the collector finds its goroutine waiting, and scans the stack

   With -D one of the following, and the test that it is for, the model must fail; scripts/prove checks that it does:
   PLAINPARK    switchTo stores both the waiting status and no m without release; either would do
   PLAINGUARD   GUARD loads the status without acquire
   PLAINIDLE    the worker stores idle without release
   PLAINHIRE    hire loads idle without acquire
   PLAINRUN     switchTo stores the running status without release
   PLAINENTER   switchTo takes the status that the collector may hold without acquire
   PLAINLEAVE   switchTo gives up the status while it marks without release */

#define RUNNING 2
#define WAITING 4
#define SCANNED 5               /* WAITING with the scan bit */

#if defined(PARK) || defined(LEAVE)
byte status = RUNNING, m = 1;
#else
byte status = WAITING, m = 0;   /* also of a worker before its next life */
#endif
byte sched, idle, frames;

/* An access is bit i of what its thread has done; it may be done once those in after have been. */
#define ACCESS(i, after) !(did & (1 << i)) && (did & (after)) == (after)
#define DONE(i) did = did | (1 << i)

#if defined(PARK) || defined(HIRE)
#ifdef HIRE
#define BEGUN 7                 /* it is a worker's next life: it runs, and says so, before it is idle */
#else
#define BEGUN 0
#endif

active proctype parks()
{
	byte did = 0;
#ifdef HIRE
	do
	:: atomic { ACCESS(0, 0) -> m = 1; DONE(0) }
#ifdef PLAINRUN
	:: atomic { ACCESS(1, 0) -> status = RUNNING; DONE(1) }
#else
	:: atomic { ACCESS(1, 1) -> status = RUNNING; DONE(1) }
#endif
#ifdef PLAINIDLE
	:: atomic { ACCESS(2, 0) -> idle = 1; DONE(2) }
#else
	:: atomic { ACCESS(2, 3) -> idle = 1; DONE(2) }
#endif
#else
	did = BEGUN;
	do
#endif
	:: atomic { ACCESS(3, 0) -> sched = 1; DONE(3) }
#ifdef PLAINPARK
	:: atomic { ACCESS(4, (BEGUN & 2)) -> status = WAITING; DONE(4) }
#else
	:: atomic { ACCESS(4, 8 | BEGUN) -> status = WAITING; DONE(4) }
#endif
#ifdef PLAINPARK
	:: atomic { ACCESS(5, (BEGUN & 1)) -> m = 0; DONE(5) }
#else
	:: atomic { ACCESS(5, 24 | BEGUN) -> m = 0; DONE(5) }
#endif
	:: (did & 56) == 56 && (did & BEGUN) == BEGUN -> break
	od
}

active proctype takes()
{
	byte did = 0, sees_idle = 1, sees_status, sees_m, sees_sched;
#ifndef HIRE
	did = 1;
#endif
	do
	:: atomic { ACCESS(0, 0) -> sees_idle = idle; DONE(0) }
#ifdef PLAINHIRE
	:: atomic { ACCESS(1, 0) -> sees_status = status; DONE(1) }
#else
	:: atomic { ACCESS(1, 1) -> sees_status = status; DONE(1) }
#endif
#ifdef PLAINGUARD
	:: atomic { ACCESS(2, 0) -> sees_m = m; DONE(2) }
	:: atomic { ACCESS(3, 0) -> sees_sched = sched; DONE(3) }
#else
	:: atomic { ACCESS(2, 2) -> sees_m = m; DONE(2) }
	:: atomic { ACCESS(3, 6) -> sees_sched = sched; DONE(3) }
#endif
	:: did == 15 -> break
	od;
	assert(!(sees_idle && sees_status == WAITING && sees_m == 0) || sees_sched == 1)
}
#endif

#ifdef RUN
active proctype runs()
{
	byte did = 0;
	do
	:: atomic { ACCESS(0, 0) -> m = 1; DONE(0) }
#ifdef PLAINRUN
	:: atomic { ACCESS(1, 0) -> status = RUNNING; DONE(1) }
#else
	:: atomic { ACCESS(1, 1) -> status = RUNNING; DONE(1) }
#endif
	:: did == 3 -> break
	od
}

active proctype suspends()      /* runtime/preempt.go: it loads the status, and exchanges it by atomic instructions */
{
	byte sees_status, sees_m;
	sees_status = status;
	sees_m = m;
	assert(sees_status != RUNNING || sees_m == 1)
}
#endif

#ifdef ENTER
active proctype enters()
{
	byte did = 0, sees_sched;
	do
	:: atomic { ACCESS(0, 0) && status == WAITING -> status = RUNNING; DONE(0) }
#ifdef PLAINENTER
	:: atomic { ACCESS(1, 0) -> sees_sched = sched; DONE(1) }
#else
	:: atomic { ACCESS(1, 1) -> sees_sched = sched; DONE(1) }
#endif
	:: did == 3 -> break
	od;
	assert(sees_sched == sched)     /* the stack is not moved any more */
}

active proctype moves()
{
	if
	:: atomic { status == WAITING -> status = SCANNED };
	   sched = 1;
	   status = WAITING         /* casfrom_Gscanstatus: a release */
	:: status == RUNNING
	fi
}
#endif

#ifdef LEAVE
active proctype leaves()
{
	byte did = 0;
	do
	:: atomic { ACCESS(0, 0) -> frames = 1; DONE(0) }
#ifdef PLAINLEAVE
	:: atomic { ACCESS(1, 0) -> status = WAITING; DONE(1) }
#else
	:: atomic { ACCESS(1, 1) -> status = WAITING; DONE(1) }
#endif
	:: did == 3 -> break
	od
}

active proctype scans()
{
	byte sees_frames;
	atomic { status == WAITING -> status = SCANNED };
	sees_frames = frames;
	assert(sees_frames == 1)
}
#endif
