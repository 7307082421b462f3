// What the assembly for 386 needs.

// The fields of a Core, whose native part comes last, and of its ext.
#define X_G (ext_standaloneExt+standaloneExt_g)
#define X_RESUMER (ext_standaloneExt+standaloneExt_resumer)

// G makes r the g of this goroutine.
#define G(r) \
	MOVL TLS, r; \
	MOVL 0(r)(TLS*1), r

// COPY copies CX bytes, a multiple of 4, downwards, with DX and BP: many of them in pieces of 32. It reads
// nothing below src: there a call has just stored its return address.
#define COPY(src, dst, two, few, wide, pieces, done) \
	WIDE(src, dst, wide, pieces) \
	SUBL $8, CX; \
	JLT  few; \
two: \
	MOVL 4(src)(CX*1), DX; \
	MOVL 0(src)(CX*1), BP; \
	MOVL DX, 4(dst)(CX*1); \
	MOVL BP, 0(dst)(CX*1); \
	SUBL $8, CX; \
	JGE  two; \
few: \
	ADDL $4, CX; \
	JLT  done; \
	MOVL (src), DX; \
	MOVL DX, (dst)

#ifdef GO386_softfloat
#define WIDE(src, dst, wide, pieces)
#else
#define WIDE(src, dst, wide, pieces) \
	CMPL CX, $128; \
	JLS  wide; \
	SUBL $32, CX; \
pieces: \
	MOVUPS 16(src)(CX*1), X0; \
	MOVUPS 0(src)(CX*1), X1; \
	MOVUPS X0, 16(dst)(CX*1); \
	MOVUPS X1, 0(dst)(CX*1); \
	SUBL $32, CX; \
	JGE  pieces; \
	ADDL $32, CX; \
wide:
#endif

// GUARD goes to slow unless this goroutine, BP, and the one in DX may change places. It changes CX.
#define GUARD(slow) \
	MOVL ·tracing(SB), CX; \
	CMPB (CX), $0; \
	JNE  slow; \
	MOVL ·profiling(SB), CX; \
	CMPB (CX), $0; \
	JNE  slow; \
	MOVL const_gLockedM(BP), CX; \
	ORL  const_gLockedM(DX), CX; \
	ORL  const_gBubble(BP), CX; \
	ORL  const_gBubble(DX), CX; \
	JNE  slow; \
	CMPL const_gStatus(BP), $const_gRunning; \
	JNE  slow; \
	CMPL const_gStatus(DX), $const_gWaiting; \
	JNE  slow; \
	CMPL const_gM(DX), $0; \
	JNE  slow
