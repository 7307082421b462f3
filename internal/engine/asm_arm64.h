// What the assembly for arm64 needs.

// The fields of a Core, whose native part comes last, and of its ext.
#define C_LAYOUT (Core_native+native_layout)
#define C_FRAMES (Core_native+native_frames)
#define C_LO (Core_native+native_lo)
#define C_FLAGS (Core_native+native_flags)
#define X_LINKS (ext_nativeExt+nativeExt_links)

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

// RELOCATE adds R5 to the saved words at R10 that hold addresses in the frames: those from own
// to move in the list of layout R3. It changes R6, R7, R12 and R13.
#define RELOCATE(loop, done) \
	MOVD layout_offs(R3), R12; \
	MOVWU layout_own(R3), R6; \
	MOVWU layout_move(R3), R7; \
	ADD  R12, R6, R6; \
	ADD  R12, R7, R7; \
	CMP  R6, R7; \
	BEQ  done; \
loop: \
	MOVWU.P 4(R6), R12; \
	MOVD (R10)(R12), R13; \
	ADD  R5, R13, R13; \
	MOVD R13, (R10)(R12); \
	CMP  R6, R7; \
	BNE  loop
