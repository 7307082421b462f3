// The contents of small screens, and the search over what search-index.js holds: sections of pages.
"use strict";

const menu = document.getElementById("menu");
menu.addEventListener("click", () => {
	const open = document.body.classList.toggle("contents");
	menu.setAttribute("aria-expanded", open);
});

const form = document.getElementById("search");
const query = document.getElementById("query");
const results = document.getElementById("results");
const root = document.currentScript.src.replace(/[^/]*$/, "");

// words splits a text; parts adds the parts of names, so that "barrier" finds writeBarrier.
const words = (text) => text.split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
const parts = (text) => words(text).flatMap((word) => {
	const p = word.split(/_|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
	return p.length > 1 ? [word, ...p] : [word];
});

const index = new MiniSearch({
	fields: ["title", "heading", "text"],
	storeFields: ["title", "heading", "text"],
	tokenize: parts,
	searchOptions: { tokenize: words, boost: { title: 3, heading: 4 }, prefix: true, fuzzy: 0.1, combineWith: "AND" },
});
index.addAll(documents);

// excerpt returns the text around the first of the words, as nodes in which they are marked.
function excerpt(text, terms) {
	const words = new RegExp(terms.map((t) => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "gi");
	const first = text.search(words);
	const from = Math.max(0, first - 60);
	const piece = (from > 0 ? "… " : "") + text.slice(from, from + 180) + (from + 180 < text.length ? " …" : "");
	const nodes = [];
	let at = 0;
	for (const m of piece.matchAll(words)) {
		nodes.push(piece.slice(at, m.index));
		const mark = document.createElement("mark");
		mark.textContent = m[0];
		nodes.push(mark);
		at = m.index + m[0].length;
	}
	nodes.push(piece.slice(at));
	return nodes;
}

function show() {
	const found = query.value.trim() ? index.search(query.value).slice(0, 12) : [];
	results.replaceChildren(...found.map((r) => {
		const item = document.createElement("li");
		const link = document.createElement("a");
		link.href = root + r.id;
		const title = document.createElement("b");
		title.textContent = r.heading ? r.title + " › " + r.heading : r.title;
		const text = document.createElement("span");
		text.append(...excerpt(r.text, r.terms));
		link.append(title, text);
		item.append(link);
		return item;
	}));
	if (query.value.trim() && !found.length) {
		const none = document.createElement("li");
		none.className = "none";
		none.textContent = "Nothing found.";
		results.append(none);
	}
	results.hidden = !query.value.trim();
}

query.addEventListener("input", show);
query.addEventListener("focus", show);
form.addEventListener("submit", (event) => {
	event.preventDefault();
	results.querySelector("a")?.click();
});
document.addEventListener("click", (event) => {
	if (!form.contains(event.target)) results.hidden = true;
});
document.addEventListener("keydown", (event) => {
	if (event.key === "/" && document.activeElement !== query) {
		event.preventDefault();
		query.focus();
	} else if (event.key === "Escape") {
		results.hidden = true;
		query.blur();
	} else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !results.hidden) {
		const links = [...results.querySelectorAll("a")];
		const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
		(links[at] ?? query).focus();
		event.preventDefault();
	}
});

// A search can be linked to: page.html?q=words
const asked = new URLSearchParams(location.search).get("q");
if (asked) {
	query.value = asked;
	show();
}
