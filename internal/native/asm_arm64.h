// What the assembly for arm64 needs.

// The fields of a Core, whose native part comes last, and of its ext.
#define X_G (ext_standaloneExt+standaloneExt_g)
#define X_RESUMER (ext_standaloneExt+standaloneExt_resumer)

// YIELDED makes R0 what a yield function returns, by the flags in R2: 1 if the sequence is not stopped.
#define YIELDED \
	UBFX $1, R2, $1, R0; \
	EOR  $1, R0, R0

// COPY copies R8 bytes, a multiple of 8, from R10 to R11, upwards, with R12 and R13.
#define COPY(pairs, odd, done) \
	SUBS $16, R8, R8; \
	BLT  odd; \
pairs: \
	LDP.P 16(R10), (R12, R13); \
	STP.P (R12, R13), 16(R11); \
	SUBS $16, R8, R8; \
	BGE  pairs; \
odd: \
	TBZ  $3, R8, done; \
	MOVD (R10), R12; \
	MOVD R12, (R11)

// FREE makes owner the owner of the coroutine at R0, which is suspended: any goroutine may have it from here on. It
// changes R5 and R6.
#define FREE(owner) \
	MOVD $owner, R5; \
	ADD  $core_Owner, R0, R6; \
	STLR R5, (R6)

// GUARD goes to slow unless this goroutine and the one in R6 may change places. It changes R2 and R3. The status and
// the m of the other one are loaded before anything that whoever parked it has stored earlier.
#define GUARD(slow) \
	MOVD  ·tracing(SB), R2; \
	MOVBU (R2), R2; \
	CBNZ  R2, slow; \
	MOVD  ·profiling(SB), R2; \
	MOVBU (R2), R2; \
	CBNZ  R2, slow; \
	MOVD  const_gLockedM(g), R2; \
	MOVD  const_gLockedM(R6), R3; \
	ORR   R3, R2, R2; \
	MOVD  const_gBubble(g), R3; \
	ORR   R3, R2, R2; \
	MOVD  const_gBubble(R6), R3; \
	ORR   R3, R2, R2; \
	CBNZ  R2, slow; \
	MOVWU const_gStatus(g), R2; \
	CMP   $const_gRunning, R2; \
	BNE   slow; \
	ADD   $const_gStatus, R6, R3; \
	LDARW (R3), R2; \
	CMP   $const_gWaiting, R2; \
	BNE   slow; \
	ADD   $const_gM, R6, R3; \
	LDAR  (R3), R2; \
	CBNZ  R2, slow

// EXCHANGE makes the status at R7, once it is from, to. It changes R2 and R4.
#define EXCHANGE(from, to, again, held) \
	LDAXRW (R7), R2; \
	CMP   $from, R2; \
	BNE   held; \
	MOVD  $to, R2; \
	STLXRW R2, (R7), R4; \
	CBNZ  R4, again; \
	JMP   3(PC); \
held: \
	YIELD; \
	B     again
