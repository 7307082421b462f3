//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"
#include "asm_386.h"

// The native engine's assembly for 386: everything that must happen with no
// safepoint between its steps. Assembly is never preempted, so from one CALL to the next
// the stack does not move, the write barrier does not change, and no one looks at it.
//
// A running coroutine is an ordinary nested call on its goroutine's stack:
//
//	          | resumer            |
//	          | result             |  20(SP) of enter: whether c yielded
//	          | c                  |  16(SP)
//	          | return address     |  into Resume's caller
//	          | *Core              |  8(SP) of enter, for inside and the collector
//	          | a callee's result  |  4(SP)
//	          | its argument       |  0(SP): main's; c, as long as nobody has changed it
//	lo+size → +--------------------+  enter's SP; saved frames end here
//	          | return address     |  into enter
//	          | main's frame       |
//	          | body's frame       |
//	          | ... Yield's caller |
//	          | c                  |  leave's argument
//	     lo → +--------------------+
//	          | return address     |  of the call of leave: layout.pc
//
// Arguments and results are on the stack, DX is the closure, the g is in thread-local memory. No
// register survives a call, so none is saved. Code that may be loaded anywhere calls a thunk to
// read a variable: that changes CX, unless the variable is moved to a register, and the word
// below SP, where a coroutine's frames may be: no variable is read while they are.

#define G_LO 0
#define G_HI 4
#define G_PANIC 16
#define G_DEFER 20

// ROOM is how many bytes of stack a thawed coroutine finds below it: what a function may use without
// asking for more (runtime/stack.go: stackGuard). It is more on Windows and OpenBSD.
#ifdef GOOS_windows
#define ROOM 5376
#else
#ifdef GOOS_openbsd
#define ROOM 1920
#else
#define ROOM 1280
#endif
#endif

// RELOCATE adds DX to the saved words at SI that hold addresses in the frames: those from own
// to move in the list of layout BX. It changes AX, BP and CX.
#define RELOCATE(loop, done) \
	MOVL layout_offs(BX), BP; \
	MOVL layout_move(BX), CX; \
	ADDL BP, CX; \
	ADDL layout_own(BX), BP; \
	CMPL BP, CX; \
	JEQ  done; \
loop: \
	MOVL (BP), AX; \
	ADDL DX, (SI)(AX*1); \
	ADDL $4, BP; \
	CMPL BP, CX; \
	JNE  loop

// enter(c *Core) bool resumes c. It never writes SP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $12-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	LEAL 12(SP), SI                 // vet takes 16(SP) for a mistake
	MOVL 4(SI), AX
	MOVL AX, 0(SP)
	MOVL AX, 8(SP)
	G(BP)
	MOVL Core_owner(AX), CX
	TESTL CX, CX
	JNZ  other
	MOVL C_LAYOUT(AX), BX
	MOVL layout_size(BX), CX
	MOVL SP, DI
	SUBL CX, DI
	MOVL SP, DX
	SUBL G_LO(BP), DX
	LEAL ROOM(CX), SI
	CMPL DX, SI
	JLS  slow
	CMPL SP, const_gGuard(BP)
	JLS  slow                       // this goroutine is asked to stop
	JMP  ·thaw(SB)
other:
	CMPL CX, $const_ownerNew
	JNE  slow
	MOVL BP, Core_owner(AX)
	MOVL SP, C_LO(AX)               // where its frames, which are none yet, begin: recall counts from there
	MOVL Core_main(AX), DX
	MOVL (DX), CX
	CALL CX
	LEAL 12(SP), SI
	MOVB $0, 8(SI)
	RET
slow:
	MOVL ·resumeSlow(SB), DX
	MOVL (DX), CX
	CALL CX
	MOVBLZX 4(SP), AX
	LEAL 12(SP), SI
	MOVB AX, 8(SI)
	RET

// thaw continues enter: it copies CX bytes of frames back to [DI, SP) and jumps to where Yield
// was called. AX is c, BX its layout, BP the g, SP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVL BP, Core_owner(AX)
	MOVL C_FRAMES(AX), SI
	CMPL C_LO(AX), DI
	JNE  move
copy:
	COPY(SI, DI, two, few, wide, pieces, copied)
copied:
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  special
	MOVL layout_pc(BX), CX
	MOVL DI, SP
	JMP  CX

	// The frames were somewhere else: add the difference to every word that holds an
	// address in them. The saved words and lo change together, so that each word is
	// always relocated for lo, whatever comes later.
move:
	MOVL DI, DX
	SUBL C_LO(AX), DX
	MOVL DI, C_LO(AX)
	RELOCATE(reloc, moved)
moved:
	MOVL 0(SP), AX
	MOVL layout_size(BX), CX
	JMP  copy

	// Defers and panics of the coroutine go in front of the resumer's: see links in native.go.
special:
	ANDB $~const_flagSpecial, C_FLAGS(AX)
	MOVL Core_owner(AX), BP         // and not G, which may be a call: it would store below SP
	MOVL Core_ext(AX), BX
	TESTL BX, BX
	JZ   linked
	ADDL $X_LINKS, BX
	MOVL links_panicLink(BX), CX
	TESTL CX, CX
	JZ   defers
	MOVL $0, C_LO(AX)               // leave takes the slow path next time
	MOVL G_PANIC(BP), DX
	MOVL DX, -1(DI)(CX*1)
	MOVL links_panicHead(BX), CX
	ADDL DI, CX
	MOVL CX, G_PANIC(BP)
defers:
	MOVL links_records(BX), SI
	MOVL (links_records+4)(BX), CX
	TESTL CX, CX
	JZ   linked
	MOVL $0, C_LO(AX)
	MOVL G_DEFER(BP), DX
	IMULL $record__size, CX
	ADDL SI, CX
defer:
	SUBL $record__size, CX
	MOVL record_heap(CX), BX
	TESTL BX, BX
	JNZ  heap
	MOVL record_off(CX), BX
	ADDL DI, BX
heap:
	MOVL DX, deferRecord_link(BX)
	MOVL record_sp(CX), DX
	ADDL DI, DX
	MOVL DX, deferRecord_sp(BX)
	MOVL BX, DX
	CMPL CX, SI
	JNE  defer
	MOVL DX, G_DEFER(BP)
linked:
	MOVL C_LAYOUT(AX), BX
	MOVL layout_pc(BX), CX
	MOVL DI, SP
	TESTB $const_flagClosing, C_FLAGS(AX)
	JNE  closing
	JMP  CX
closing:
	// As if the body had called throwClosed instead of leave.
	MOVL $0, C_LO(AX)
	MOVL AX, 0(DI)
	MOVL CX, -4(DI)
	LEAL -4(DI), SP
	MOVL ·throwClosed(SB), DX
	MOVL (DX), CX
	JMP  CX

// leave(c *Core) suspends c if its frames are laid out as they were the last time and no
// defer or panic is among them, but for those that a decoding has just found; otherwise it
// prepares that, and begins again.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVL 4(SP), AX
	LEAL 4(SP), DI
	MOVL 0(SP), CX
	G(BP)
	CMPL Core_owner(AX), BP
	JNE  slow
	CMPL C_LO(AX), DI
	JNE  slow
	MOVL C_LAYOUT(AX), BX
	CMPL layout_pc(BX), CX
	JNE  slow
	MOVL layout_size(BX), SI
	ADDL DI, SI
	MOVL G_PANIC(BP), CX
	MOVL G_DEFER(BP), DX
	TESTL CX, CX
	JNZ  chains
	TESTL DX, DX
	JNZ  chains
go:
	JMP  ·freeze(SB)
chains:
	DECL CX                         // none becomes the largest address
	CMPL CX, SI
	JCS  linked
	TESTL DX, DX
	JZ   go
	CMPL deferRecord_sp(DX), SI
	JCC  go
linked:
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  go
slow:
	JMP  ·again(SB)

// again calls yieldNative and then leave once more; or returns from leave, if yieldNative says
// so. It is what leave becomes that can't go on. Its frame, with leave's return address on top:
//
//	| c                                 |  24(SP): the top of Yield's caller's frame
//	| where it continues                |  20(SP)
//	| yieldNative's arguments, result   |  (SP)
TEXT ·again(SB), NOSPLIT, $20-0
	NO_LOCAL_POINTERS
	MOVL AX, 0(SP)                  // main's frame keeps c alive
	G(BP)
	MOVL G_HI(BP), CX
	LEAL 20(SP), SI
	LEAL 4(SI), DX
	SUBL DX, CX
	MOVL CX, 4(SP)
	MOVL (SI), CX
	MOVL CX, 8(SP)
	MOVL $0, 12(SP)
	MOVL ·yieldNative(SB), DX
	MOVL (DX), CX
	CALL CX
	CMPB 16(SP), $0
	JEQ  done
	RET  ·retry(SB)
done:
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVL ·leave(SB), DX             // to the linker a jump would be endless recursion
	MOVL (DX), CX
	JMP  CX

// freeze verifies that the frames in [DI, SI) differ from the saved ones in nothing but
// scalars and heap pointers, notes the pointers, copies the frames out and returns from
// enter. SP is as at leave's entry, so that until the copy begins it can give up; leave's argument
// at (DI) is c. AX is c, too, BX the layout, BP the g. That the frames end at SI follows when the return
// addresses up to main's are verified: only enter calls main.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	LEAL 24(SI), CX
	CMPL CX, G_HI(BP)               // another stack may have come to lie here: read nothing above it
	JHI  slow
	CMPL 8(SI), AX
	JNE  slow
	MOVL C_FRAMES(AX), SI
	MOVL layout_offs(BX), BP
	MOVL layout_inner(BX), CX
	ADDL BP, CX
	CMPL BP, CX
	JEQ  compared
same:
	MOVL (BP), AX
	MOVL (DI)(AX*1), DX
	CMPL DX, (SI)(AX*1)
	JNE  slow
	ADDL $4, BP
	CMPL BP, CX
	JNE  same
compared:
	MOVL layout_offs(BX), BP
	MOVL layout_live(BX), CX
	ADDL BP, CX
	ADDL layout_move(BX), BP
	CMPL BP, CX
	JEQ  noted
	MOVL SI, BX
live:
	MOVL (BP), AX
	SUBL $4, BX
	MOVL (DI)(AX*1), DX
	CMPL DX, (SI)(AX*1)             // the saved word is what the block's pointer is
	JNE  changed
kept:
	ADDL $4, BP
	CMPL BP, CX
	JNE  live
noted:
	MOVL (DI), AX
	MOVL C_LAYOUT(AX), BX
	MOVL layout_size(BX), CX
	COPY(DI, SI, two, few, wide, pieces, copied)
copied:
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  special
	MOVL $const_ownerNone, Core_owner(AX)
out:
	ADDL layout_size(BX), DI
	LEAL 16(DI), SP
	MOVL 12(DI), CX
	MOVB $1, 20(DI)
	JMP  CX

	// A plain store into memory that the collector looks at is right only while no
	// barrier is wanted, and only of a pointer that does not lead into a stack.
changed:
	CMPL runtime·writeBarrier(SB), $0
	JNE  slow
	G(CX)
	CMPL DX, G_LO(CX)
	JCS  heap
	CMPL DX, G_HI(CX)
	JCS  slow
heap:
	MOVL DX, (BX)
	MOVL DX, (SI)(AX*1)             // or, if freeze gives up, a later one would not see it
	MOVL (DI), CX
	MOVL C_LAYOUT(CX), DX
	MOVL layout_offs(DX), CX
	ADDL layout_live(DX), CX
	JMP  kept
slow:
	MOVL (DI), AX
	JMP  ·again(SB)

	// Cut the coroutine's defers and panics off the goroutine's chains.
special:
	MOVL $const_ownerNone, Core_owner(AX)
	G(BP)
	MOVL Core_ext(AX), AX
	TESTL AX, AX
	JZ   out
	ADDL $X_LINKS, AX
	MOVL links_panicLink(AX), CX
	TESTL CX, CX
	JZ   defers
	MOVL -1(DI)(CX*1), DX
	MOVL DX, G_PANIC(BP)
defers:
	MOVL links_records(AX), SI
	MOVL (links_records+4)(AX), CX
	TESTL CX, CX
	JZ   out
defer:
	MOVL record_heap(SI), AX
	TESTL AX, AX
	JNZ  heaprec
	MOVL record_off(SI), AX
	MOVL deferRecord_link(DI)(AX*1), DX
	JMP  nextdefer
heaprec:
	MOVL deferRecord_link(AX), DX
	MOVL $0, deferRecord_link(AX)         // it could point into the stack; the block holds what it held
nextdefer:
	ADDL $record__size, SI
	DECL CX
	JNZ  defer
	MOVL DX, G_DEFER(BP)
	JMP  out

// look() returns what native.go says: the goroutine, the bounds of its stack, the heads of its
// chains, and no frame pointer.
TEXT ·lookABI(SB), NOSPLIT|NOFRAME, $0-0
	G(CX)
	MOVL CX, 4(SP)
	MOVL G_LO(CX), AX
	MOVL AX, 8(SP)
	MOVL G_HI(CX), AX
	MOVL AX, 12(SP)
	MOVL G_DEFER(CX), AX
	MOVL AX, 16(SP)
	MOVL G_PANIC(CX), AX
	MOVL AX, 20(SP)
	MOVL $0, 24(SP)
	RET

// here() returns how far its caller's frame is from the top of the stack, and where that goes on.
TEXT ·hereABI(SB), NOSPLIT|NOFRAME, $0-0
	G(CX)
	MOVL G_HI(CX), AX
	LEAL 4(SP), DX
	SUBL DX, AX
	MOVL AX, 4(SP)
	MOVL 0(SP), AX
	MOVL AX, 8(SP)
	RET

// The map of enter's three words says that the third is a pointer (runtime/symtab.go: stackmap). By the end
// of its name the linker knows that it is such a map (cmd/link/internal/ld/symtab.go).
DATA ·enterLocals·args_stackmap<>+0(SB)/4, $1
DATA ·enterLocals·args_stackmap<>+4(SB)/4, $3
DATA ·enterLocals·args_stackmap<>+8(SB)/4, $4
GLOBL ·enterLocals·args_stackmap<>(SB), RODATA, $12

DATA ·table<>+0(SB)/4, $·enterABI(SB)
DATA ·table<>+4(SB)/4, $·leaveABI(SB)
DATA ·table<>+8(SB)/4, $·lookABI(SB)
DATA ·table<>+24(SB)/4, $·thaw(SB)
DATA ·table<>+28(SB)/4, $ROOM
GLOBL ·table<>(SB), RODATA, $32

// func codes() *[8]uintptr returns where the above begin, and room.
TEXT ·codes(SB), NOSPLIT, $0-4
	LEAL ·table<>(SB), AX
	MOVL AX, ret+0(FP)
	RET

DATA ·place<>+0(SB)/4, $·hereABI(SB)
GLOBL ·place<>(SB), RODATA, $4

// func hereCode() *uintptr returns where hereABI begins.
TEXT ·hereCode(SB), NOSPLIT, $0-4
	LEAL ·place<>(SB), AX
	MOVL AX, ret+0(FP)
	RET
