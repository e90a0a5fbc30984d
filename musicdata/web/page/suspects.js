// Samples whose modalities fit worst, and whose would fit better: to be looked at and heard, one against the other.

import { figure, h, hear, lead, method, rowHead, number, patiently, place, sampleLink, scrolled, td } from "./core.js";

export function show(main, about) {
  return patiently(main, "Suspects", "suspects", (found) => main.replaceChildren(...page(found, about)));
}

function page(found, about) {
  const rows = found.suspects.map((one) => {
    const [of, to] = one.pair, better = one.better;
    return h("tr", {}, rowHead(sampleLink(one.sample_id)), td(one.split),
      td(`${of} – ${to}`), figure(`${(100 * one.doubt).toFixed(1)} %`),
      td(`${to} of `, sampleLink(better.sample_id), better.score > better.own ? " fits better: " : " comes next: ", `${better.score} beside ${better.own}`),
      td(hear(one.sample_id, better.sample_id)),
      about.can.near ? td(h("a", { href: place.link("search", { id: one.sample_id, of, to }) }, "who fits")) : "");
  });
  return [
    h("h1", {}, "Suspects"),
    lead(`The ${number(found.suspects.length)} pairs that fit worst, of ${number(found.n)} samples. Doubt is the share of other groups' samples that fit better than its own, by models that have not seen it: 50 % by chance. Where all are near that, nothing follows.`),
    scrolled("Suspects, worst first", ["Sample (A)", "Split", "Pair", "Doubt", "Better (B; cosine)", "Hear", ...about.can.near ? ["More"] : []], rows),
    method(found),
  ];
}
