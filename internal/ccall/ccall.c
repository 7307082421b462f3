#include <stdint.h>
#include "_cgo_export.h"

void acoThrough(uintptr_t f) { acoCall(f); }
