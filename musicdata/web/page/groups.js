// Near-duplicates side by side, with the splits they are in: a group in two splits is a leak.

import { ask, faint, h, hear, lead, number, place, sampleLink, scrolled, short, td } from "./core.js";

const PAGE = 30;

export async function show(main, about, fields) {
  const offset = Number(fields.offset) || 0;
  const found = await ask("groups", { offset, limit: PAGE });
  const turn = (by, text, isThere) => isThere ? h("a", { href: place.link("groups", { offset: Math.max(0, offset + by) }) }, text) : "";
  main.replaceChildren(
    h("h1", {}, "Groups"),
    lead(`${number(found.n)} groups of several samples, of ${number(found.of)} in all. What is alike has to be in one split.`),
    h("p", { class: found.leaks ? "bad" : "good" }, found.leaks ? `✗ ${number(found.leaks)} groups are in several splits: leaks` : "✓ no group is in two splits"),
    found.n ? faint(`A split by lot, sample by sample, would have torn about ${number(found.torn)} of the ${number(found.n)} apart.`) : "",
    ...found.groups.map((group) => card(group, found.table)),
    h("p", { class: "bar" }, turn(-PAGE, "← before", offset > 0), turn(PAGE, "after →", offset + PAGE < found.n)),
  );
}

function card(group, table) {
  const splits = Object.entries(group.splits), isLeak = splits.length > 1;
  const where = place.link("browse", { table, where: JSON.stringify([["group_id", "in", [group.group]]]) });
  const cells = (row) => h("tr", {}, row.map((cell) => td(short(cell))));
  return h("section", { class: isLeak ? "card leak" : "card", "aria-label": `Group ${group.group}` },
    h("h2", {}, h("a", { href: where }, group.group), isLeak ? h("span", { class: "bad" }, " ✗ leak") : ""),
    h("p", {}, `${number(group.n)} samples: `, splits.map(([split, n]) => `${split} ${number(n)}`).join(", ")),
    h("ol", { class: "members" }, group.members.map(([id, split]) => h("li", {}, sampleLink(id), h("span", { class: isLeak ? "bad" : "faint" }, ` ${split}`)))),
    hear(...group.members.map(([id]) => id)),
    group.members.length < group.n ? faint(`… and ${number(group.n - group.members.length)} more`) : "",
    group.why.filter(({ rows }) => rows.length).map(({ table: name, columns, rows }) => h("details", {}, h("summary", {}, `Why: ${name}`), scrolled(`${name} of group ${group.group}`, columns, rows.map(cells)))));
}
