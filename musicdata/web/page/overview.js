// What the data set is: how many came through each stage and why the others did not, the gate, the rights.

import { faint, figure, h, lead, rowHead, number, place, scrolled, short, td } from "./core.js";

export function show(main, about) {
  main.replaceChildren(
    h("h1", {}, about.title),
    lead(about.description || ""),
    facts(about.facts),
    about.gate ? gate(about.gate) : "",
    about.stages.length ? stages(about) : "",
    ...(about.rights || []).length ? [rights(about.rights)] : [],
    tables(about),
  );
}

function facts(given) {
  return h("dl", { class: "facts" }, given.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function gate(found) {
  const rules = found.rules.map((rule) =>
    h("tr", {}, rowHead(rule.name), h("td", { class: rule.holds ? "good" : "bad" }, rule.holds ? "✓ holds" : "✗ broken"),
      td(rule.found)));
  return h("section", {},
    h("h2", {}, "Gate: ", h("span", { class: found.holds ? "good" : "bad" }, found.holds ? "✓ holds" : "✗ refuses")),
    h("p", {}, found.reason),
    rules.length ? scrolled("Rules of the gate", ["Rule", "Verdict", "Found"], rules) : "",
    found.card.map(({ caption, columns, rows }) => [h("p", {}, caption),
      scrolled(caption, columns, rows.map((row) => h("tr", {}, row.map((cell) => td(short(cell))))))]));
}

function stages(about) {
  const rows = about.stages.map((stage) => {
    const dropped = Object.values(stage.rejects).reduce((sum, n) => sum + n, 0);
    const why = Object.entries(stage.rejects).sort((a, b) => b[1] - a[1]).map(([reason, n], at) => [
      at ? ", " : "",
      about.tables.rejects
        ? h("a", { href: place.link("rejects", { where: JSON.stringify([["stage", "in", [stage.stage]], ["reason", "in", [reason]]]) }) }, reason)
        : reason,
      ` ${number(n)}`,
    ]);
    const rows = td(Object.entries(stage.rows).map(([table, n], at) => [at ? ", " : "", tableLink(about, table), ` ${number(n)}`]));
    return h("tr", {}, rowHead(stage.stage),
      figure(stage.n_items === null ? "–" : number(stage.n_items)),
      figure(number(dropped)),
      figure(stage.n_items === null || dropped > stage.n_items ? "–" : number(stage.n_items - dropped)),
      td(why),
      rows, td(stage.reasons.length ? stage.reasons.join("; ") : "up to date"));
  });
  return h("section", {}, h("h2", {}, "Stages"),
    faint("In = kept + dropped; where a stage drops parts of items, kept is not counted."),
    scrolled("Stages and items", ["Stage", "In", "Dropped", "Kept", "Why", "Rows", "State"], rows));
}

function tableLink(about, table) {
  return about.tables[table] ? h("a", { href: place.link("browse", { table }) }, table) : table;
}

function rights(found) {
  const rows = found.map(({ what, n }) => h("tr", {}, rowHead(what), figure(number(n))));
  return h("section", {}, h("h2", {}, "Rights"), scrolled("Rights of the items", ["May be passed on", "Items"], rows));
}

function tables(about) {
  const rows = Object.entries(about.tables).map(([name, table]) =>
    h("tr", {}, rowHead(tableLink(about, name)), td(table.description), td(table.columns.length)));
  return h("section", {}, h("h2", {}, "Tables"), scrolled("Tables and what a row is", ["Table", "A row", "Columns"], rows));
}
