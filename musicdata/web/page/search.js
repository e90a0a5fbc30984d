// Search: by a sentence where the data set has words to search, by one modality for another, always beside chance.

import { ask, askPatiently, byId, faint, figure, h, hear, lead, method, rowHead, number, place, sampleLink, scrolled, send, sorry, td } from "./core.js";

export async function show(main, about, fields) {
  let isOver = false;
  const answer = h("section", { "aria-label": "Answer", "aria-live": "polite", id: "answer" });
  const parts = [h("h1", {}, "Search")];
  if (about.can.search) parts.push(sentence(fields));
  if (about.can.near) parts.push(modality(fields));
  if (about.can.describe) parts.push(recording(answer));
  if (!about.can.search && !about.can.near) parts.push(h("p", {}, "Nothing here can be searched by meaning; use the words in Browse."));
  main.replaceChildren(...parts, answer);
  const work = fields.q ? sentences(fields) : fields.id ? near(fields, answer, () => isOver) : null;
  if (work) {
    answer.textContent = "Looking …";
    work.then((found) => { if (!isOver) answer.replaceChildren(...found); })
      .catch((error) => { if (!isOver) answer.replaceChildren(sorry(error)); })
      .finally(() => answer.setAttribute("data-done", ""));
  }
  return () => { isOver = true; };
}

function form(label, inputs, go, does = "Search") {
  return h("form", { class: "bar", "aria-label": label, onsubmit: (event) => { event.preventDefault(); go(); } }, inputs, h("button", { type: "submit" }, does));
}

const look = (fields) => { location.hash = place.link("search", fields); };

function sentence(fields) {
  const words = h("input", { id: "words", type: "search", value: fields.q || "", maxlength: 400, placeholder: "a sad song about the sea, in German" });
  return form("By a sentence", [h("label", { for: "words" }, "Sentence"), words], () => look({ q: words.value }));
}

/** The modalities are known once there is an answer. */
function choices(label, chosen = "", views = chosen ? [chosen] : []) {
  return ["", ...views].map((view) => h("option", { value: view, selected: view === chosen }, view || label));
}

function modality(fields) {
  const id = h("input", { id: "of-sample", type: "search", value: fields.id || "", maxlength: 200, placeholder: "sample id" });
  const choose = (name, label) => h("select", { id: name, "aria-label": label }, choices(label, fields[name]));
  const of = choose("of", "by its …"), to = choose("to", "the … of others");
  return form("By one modality", [h("label", { for: "of-sample" }, "Sample"), id, of, to], () => look({ id: id.value, of: of.value, to: to.value }));
}

function recording(answer) {
  const file = h("input", { type: "file", id: "file", accept: "audio/*,.json" });
  return form("By a recording of yours", [h("label", { for: "file" }, "Recording"), file], async () => {
    if (!file.files.length) return;
    answer.textContent = "A model is fitted; the file is not kept …";
    answer.replaceChildren(...await send("near", file.files[0]).then(described, (error) => [sorry(error)]));
    answer.setAttribute("data-done", "");
  }, "Find texts");
}

function described(found) {
  const rows = found.nearest.map((one, at) => h("li", {}, h("b", {}, sampleLink(one.sample_id)), ` ${one.score.toFixed(3)} `,
    Object.entries(one.facts).filter(([, value]) => value !== null).map(([name, value]) => `${name} ${value}`).join(" · "), one.text ? h("p", {}, one.text.slice(0, 600)) : ""));
  return [h("h2", {}, `Nearest of ${number(found.n_candidates)} texts`),
    lead(`Held-out ones find a text of their own among ${found.nearest.length} in ${(100 * found.right).toFixed(1)} % of cases; chance: ${(100 * found.chance).toFixed(1)} %.`),
    h("ol", { class: "matches" }, rows), method(found)];
}

async function sentences(fields) {
  const found = await ask("search", { q: fields.q, k: 20, without: fields.without });
  const without = (fields.without || "").split(",").filter(Boolean);
  const read = found.understood.map(({ kind, value, words }) => [h("a", { href: place.link("search", { q: fields.q, without: [...without, kind].join(",") }), "aria-label": `without ${kind} ${value || words}` }, `${kind}: ${value || words} ✕`), " "]);
  const matches = found.matches.map((match) => {
    const facts = ["title", "artist", "language", "genre", "year"].map((name) => match.facts[name]).filter(Boolean).join(" · ");
    const shares = Object.entries(match.signals).sort((a, b) => b[1] - a[1]);
    return h("li", { value: match.rank }, h("b", {}, sampleLink(match.sample_id)), ` ${facts}`,
      match.lines.map((line) => h("p", { class: "line", lang: match.facts.language }, h("mark", {}, line.text ?? `line ${line.number}`))),
      h("div", { class: "shares", role: "img", "aria-label": shares.map(([name, share]) => `${name} ${Math.round(100 * share)} %`).join(", ") },
        shares.map(([name, share]) => h("span", { style: { width: `${Math.max(1, 100 * share)}%` }, title: `${name} ${(100 * share).toFixed(0)} %` }, `${name} ${(100 * share).toFixed(0)} %`))),
      faint(`score ${match.score.toFixed(3)}`));
  });
  return [
    h("p", {}, `Looked for “${found.searched}” (${found.language}) among ${number(found.n_candidates)}; understood: `, read.length ? read : "nothing but the words"),
    matches.length ? h("ol", { class: "matches" }, matches) : h("p", {}, "No match."),
    faint(`By chance, the one you mean would be at rank ${number((found.n_candidates + 1) / 2)} on average. ${found.notes.join(" ")}`),
  ];
}

async function near(fields, answer, isOver) {
  const found = await askPatiently("near", { id: fields.id, of: fields.of, to: fields.to, k: 20 }, answer, isOver);
  byId("of").replaceChildren(...choices("by its …", found.of, found.views));
  byId("to").replaceChildren(...choices("the … of others", found.to, found.views));
  const rows = found.matches.map((match, at) => h("tr", { class: match.is_own ? "own" : null }, figure(at + 1),
    rowHead(sampleLink(match.sample_id), match.is_own ? " ✓ its own" : match.is_of_group ? " (of its group)" : ""),
    td(match.split), figure(match.score), td(hear(match.sample_id))));
  const own = found.own === null ? "" : ` Its own ${found.to} is at rank ${number(found.own)}.`;
  return [
    h("h2", {}, `${found.to} nearest to the ${found.of} of ${fields.id}`),
    lead(`${number(found.n)} candidates.${own} By chance: rank ${number(found.chance.mean_rank)} on average, among the first ${found.matches.length} in ${(100 * found.chance.among).toPrecision(2)} % of cases.`),
    scrolled("Nearest samples", ["Rank", "Sample", "Split", "Cosine", "Hear"], rows),
    method(found),
  ];
}
