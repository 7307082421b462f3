// What the assembly for 386 needs.

// The fields of a Core, whose native part comes last, and of its ext.
#define C_LAYOUT (Core_native+native_layout)
#define C_FRAMES (Core_native+native_frames)
#define C_LO (Core_native+native_lo)
#define C_FLAGS (Core_native+native_flags)
#define X_LINKS (ext_nativeExt+nativeExt_links)

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
