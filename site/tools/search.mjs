// Asks the search of the site what people ask, and fails unless one of its first three answers is the section that
// tells it:
//
//	node site/tools/search.mjs DIRECTORY
//
// It runs the scripts of the site themselves, with just so much of a page as they touch.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const answers = {
	"cancel": "docs/recipes.html#cancel-by-a-context",
	"context": "docs/recipes.html#cancel-by-a-context",
	"timeout": "docs/recipes.html#a-timeout",
	"generator": "docs/recipes.html#a-generator",
	"leak": "docs/recipes.html#leaks-and-tests-for-them",
	"deadlock": "docs/recipes.html#calls-that-block-and-mutexes",
	"blocking": "docs/recipes.html#calls-that-block-and-mutexes",
	"mutex": "docs/recipes.html#calls-that-block-and-mutexes",
	"two goroutines": "docs/recipes.html#two-goroutines-and-one-coroutine",
	"unsafe": "index.html#is-it-safe",
	"linkname": "docs/compatibility.html#what-it-uses-of-the-runtime",
	"garbage collector": "index.html#is-it-safe",
	"upgrade": "index.html#is-it-safe",
	"production": "index.html#is-it-safe",
	"race detector": "docs/compatibility.html#race-detector-debuggers-profilers",
	"debugger": "docs/compatibility.html#race-detector-debuggers-profilers",
};

const element = { addEventListener() {} };
const page = vm.createContext({
	URLSearchParams,
	location: { search: "" },
	document: { ...element, currentScript: { src: "site.js" }, getElementById: () => element },
});
page.globalThis = page.self = page;
for (const script of ["minisearch.js", "search-index.js", "site.js"]) {
	vm.runInContext(readFileSync(join(process.argv[2], script), "utf8"), page, { filename: script });
}
let failed = 0;
for (const [query, want] of Object.entries(answers)) {
	const found = vm.runInContext(`index.search(${JSON.stringify(query)}).map((r) => r.id)`, page).slice(0, 3);
	if (!found.includes(want)) {
		console.error(`a search for ${query} begins with ${found.join(", ") || "nothing"}; want ${want}`);
		failed++;
	}
}
if (failed) process.exit(1);
console.log(`${Object.keys(answers).length} searches find their answers`);
