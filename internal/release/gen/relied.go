package main

// What the native engine relies on, by its name in the runtime and its name in package release.

// A structure is a struct of the runtime's that is read through a type of ours.
type structure struct {
	name, ours string
	file       string // where it is declared, for the comment
	what       string
	fields     []field
}

type field struct{ name, ours, typ string }

var structures = []structure{
	{"_func", "Function", "runtime2.go", "describes a function. Offsets of its tables follow it: those of pcdata, then those of funcdata", []field{
		{"entryOff", "Entry", "uint32"},
		{"args", "Args", "int32"},
		{"deferreturn", "DeferReturn", "uint32"},
		{"pcsp", "PCSP", "uint32"},
		{"npcdata", "NPCData", "uint32"},
		{"flag", "Flag", "uint8"},
		{"nfuncdata", "NFuncData", "uint8"},
	}},
	{"moduledata", "module", "symtab.go", "holds the tables of a piece of code", []field{
		{"pctab", "pctab", "[]byte"},
		{"text", "text", "uintptr"},
		{"rodata", "rodata", "unsafe.Pointer"},
		{"gofunc", "gofunc", "unsafe.Pointer"},
	}},
	{"stackmap", "StackMap", "symtab.go", "is N bitmaps of NBit bits", []field{
		{"n", "N", "int32"},
		{"nbit", "NBit", "int32"},
		{"bytedata", "Bits", "[1]byte"},
	}},
	{"stackObjectRecord", "StackObject", "stack.go", "is a local variable that pointers may lead to", []field{
		{"off", "Off", "int32"},
		{"size", "Size", "int32"},
		{"ptrBytes", "PtrBytes", "int32"},
		{"gcdataoff", "GCData", "uint32"},
	}},
	{"_defer", "DeferRecord", "runtime2.go", "is a deferred call that is not open-coded", []field{
		{"heap", "Heap", "bool"},
		{"sp", "SP", "uintptr"},
		{"pc", "PC", "uintptr"},
		{"fn", "Fn", "unsafe.Pointer"},
		{"link", "Link", "*DeferRecord"},
	}},
	{"_panic", "PanicRecord", "runtime2.go", "is a panic, or a Goexit, that is in progress", []field{
		{"link", "Link", "unsafe.Pointer"},
		{"startPC", "StartPC", "uintptr"},
		{"startSP", "StartSP", "unsafe.Pointer"},
		{"goexit", "Goexit", "bool"},
	}},
	{"reflectMethodValue", "Reflected", "stkframe.go", "is what a stub of package reflect stands for", []field{
		{"fn", "Entry", "uintptr"},
		{"stack", "Stack", "*BitVector"},
		{"argLen", "ArgLen", "uintptr"},
	}},
	{"bitvector", "BitVector", "stack.go", "is N bits", []field{
		{"n", "N", "int32"},
		{"bytedata", "Bits", "unsafe.Pointer"},
	}},
}

// An offset is that of a field which assembly needs, or code that has no pointer to the struct. Of several names the one counts
// that the release has.
type offset struct {
	in      string
	names   []string
	ours    string
	systems []string // if on others it is elsewhere, and nobody asks
}

var offsets = []offset{
	{"g", []string{"stack.lo"}, "GLo", nil},
	{"g", []string{"stack.hi"}, "GHi", nil},
	{"g", []string{"stackguard0"}, "GGuard", nil},
	{"g", []string{"_panic"}, "GPanic", nil},
	{"g", []string{"_defer"}, "GDefer", nil},
	{"g", []string{"m"}, "GM", nil},
	{"g", []string{"sched"}, "GSched", nil},
	{"g", []string{"sched.pc"}, "GSchedPC", nil},
	{"g", []string{"sched.g"}, "GSchedG", nil},
	{"g", []string{"sched.ctxt"}, "GSchedCtxt", nil},
	{"g", []string{"sched.lr"}, "GSchedLR", nil},
	{"g", []string{"sched.bp"}, "GSchedBP", nil},
	{"g", []string{"atomicstatus"}, "GStatus", nil},
	{"g", []string{"waitreason"}, "GWaitReason", nil},
	{"g", []string{"lockedm"}, "GLockedM", nil},
	{"g", []string{"bubble", "syncGroup"}, "GBubble", nil},
	{"m", []string{"curg"}, "MCurg", []string{"linux", "android", "freebsd", "netbsd", "dragonfly"}},
	{"_panic", []string{"arg"}, "PanicArg", nil},
	{"_panic", []string{"link"}, "PanicLink", nil},
	{"_panic", []string{"sp"}, "PanicSP", nil},
	{"_panic", []string{"fp"}, "PanicFP", nil},
	{"_panic", []string{"goexit"}, "PanicGoexit", nil},
}

type constantOf struct{ pkg, name, ours string }

var constants = []constantOf{
	{"runtime", "_Grunning", "Running"},
	{"runtime", "_Gwaiting", "Waiting"},
	{"runtime", "_Gscan", "Scan"},
	{"runtime", "waitReasonCoroutine", "ReasonCoroutine"},
	{"runtime", "stackGuard", "StackGuard"},
	{"internal/abi", "PCDATA_UnsafePoint", "PCDataUnsafePoint"},
	{"internal/abi", "PCDATA_StackMapIndex", "PCDataStackMapIndex"},
	{"internal/abi", "FUNCDATA_ArgsPointerMaps", "FuncDataArgs"},
	{"internal/abi", "FUNCDATA_LocalsPointerMaps", "FuncDataLocals"},
	{"internal/abi", "FUNCDATA_StackObjects", "FuncDataObjects"},
	{"internal/abi", "FUNCDATA_OpenCodedDeferInfo", "FuncDataDefers"},
	{"internal/abi", "FuncFlagTopFrame", "FlagTopFrame"},
	{"internal/abi", "FuncFlagSPWrite", "FlagSPWrite"},
	{"internal/abi", "FuncFlagAsm", "FlagAsm"},
	{"internal/abi", "ArgsSizeUnknown", "ArgsUnknown"},
	{"internal/abi", "IntArgRegs", "RegInts"},
	{"internal/abi", "FloatArgRegs", "RegFloats"},
	{"internal/runtime/sys", "PCQuantum", "pcQuantum"},
}

// The systems that the native engine serves.
var systems = []string{"linux", "android", "darwin", "windows", "freebsd", "netbsd", "openbsd", "dragonfly"}

// The functions, and variables, that the premises of docs/proof/premises.md rely on, by their package. Of methods of several
// types the type is named.
var functions = []struct{ pkg, premises, names string }{
	{"runtime", "P3, P4, P15", "findfunc funcdata pcvalue pcdatavalue step stackmapdata getStackMap unwinder.resolveInternal unwinder.initAt unwinder.next unwinder.finishInternal"},
	{"runtime", "P5, P14, P18", "scanstack scanframeworker getGCMaskOnDemand"},
	{"runtime", "P6, P7, P8, P12, P18", "copystack adjustframe adjustpointers adjustdefers adjustpanics adjustctxt adjustsudogs newstack shrinkstack isShrinkStackSafe"},
	{"runtime", "P9, P18, P29, P30, and how records of defers and panics are linked", `
		gopanic _panic.start _panic.nextDefer _panic.nextFrame _panic.initOpenCodedDefers deferreturn deferproc deferprocStack deferprocat deferrangefunc
		recovery gorecover Goexit sigpanic preparePanic`},
	{"runtime", "P11, P13, P14", "isAsyncSafePoint wantAsyncPreempt doSigPreempt setsig debugCallWrap entersyscall reentersyscall"},
	{"runtime", "P16, P17", "setGCPhase gcStart gcMarkTermination mallocgc"},
	{"runtime", "P20", "sweep allocManual freeManual freeSpan stackalloc stackpoolalloc stackfree"},
	{"runtime", "P21", `
		suspendG resumeG markroot casgstatus castogscanstatus casfrom_Gscanstatus findGoroutineLeaks allGsSnapshotSortedForGC
		internalBlocked isMaybeRunnable`},
	{"runtime", "P21, P22", "StartTrace traceAdvance goroutineProfileWithLabelsConcurrent"},
	{"runtime", "P23", "coroswitch coroswitch_m newcoro corostart coroexit execute"},
	{"runtime", "P24, and what a worker inherits", `
		gopark park_m goready ready dropg goexit0 gdestroy gfget newproc1 runtime_setProfLabel runtime_getProfLabel AddCleanup`},
	{"runtime", "P26", "argMapInternal stkobjinit"},
	{"reflect", "P26", "MakeFunc makeMethodValue funcLayout newAbiDesc callReflect callMethod moveMakeFuncArgPtrs"},
	{"cmd/compile/internal/liveness", "P4, P5, P14", "pointerMap hasStackMap markUnsafePoints emit emitStackObjects WriteFuncMap shouldTrack"},
	{"cmd/compile/internal/abi", "P1, P2", "ABIAnalyzeTypes ABIAnalyzeFuncType assignParam SpillAreaOffset SpillAreaSize FrameOffset"},
	{"cmd/internal/obj/x86", "P7, P8", "preprocess stacksplit"},
	{"cmd/internal/obj/arm64", "P7, P8", "preprocess stacksplit"},
	{"cmd/link/internal/ld", "P3, P4", "writeFuncs generateFuncdata generatePctab computeDeferReturn findfunctab"},
	{"cmd/link/internal/loader", "that what we name of the runtime's may be named", "checkLinkname blockedLinknames"},
}
