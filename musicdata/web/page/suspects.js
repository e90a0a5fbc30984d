// Samples whose modalities fit worst, and whose would fit better: to be looked at and heard.

import { askPatiently, h, listen, number, place, sampleLink, scrolled } from "./core.js";

export async function show(main) {
  let isOver = false;
  const waiting = h("p", { class: "count", "aria-live": "polite" }, "Being made …");
  main.replaceChildren(h("h1", {}, "Suspects"), waiting);
  askPatiently("suspects", {}, waiting, () => isOver).then((found) => {
    if (!isOver) main.replaceChildren(...page(found));
  }).catch((error) => { if (!isOver) waiting.textContent = String(error.message); });
  return () => { isOver = true; };
}

function page(found) {
  const rows = found.suspects.map((one) => {
    const [of, to] = one.pair;
    const near = place.link("search", { id: one.sample_id, of, to });
    return h("tr", {}, h("th", { scope: "row" }, sampleLink(one.sample_id), " ", listen(one.sample_id)), h("td", {}, one.split),
      h("td", {}, `${of} – ${to}`), h("td", { class: "number" }, `${(100 * one.doubt).toFixed(1)} %`),
      h("td", {}, `${to} of `, sampleLink(one.better.sample_id), one.better.score > one.better.own ? " fits better: " : " comes next: ", `${one.better.score} beside ${one.better.own} `, listen(one.better.sample_id)),
      h("td", {}, h("a", { href: near }, "who fits")));
  });
  return [
    h("h1", {}, "Suspects"),
    h("p", { class: "lead" }, `The ${number(found.suspects.length)} pairs that fit worst, of ${number(found.n)} samples. Doubt is the share of other groups' samples that fit better than its own, by models that have not seen it: 50 % by chance. Where all are near that, nothing follows.`),
    scrolled("Suspects, worst first", ["Sample", "Split", "Pair", "Doubt", "Better (cosine)", "More"], rows),
    h("p", { class: "faint" }, [found.method, ...found.notes].join(". ")),
  ];
}
