// The map: a point a modality of each sample, in the two directions in which they differ most; a line joins those of one.

import { h, lead, method, number, patiently, place, say } from "./core.js";

const COLOURS = ["#2f7fb8", "#c2570c", "#3f8f3f", "#8557b5"], ALL_LINES = 400;

export const show = (main, about, fields) => patiently(main, "Map", "map", (found) => draw(main, found, fields));

function draw(main, found, fields) {
  const names = found.views, n = found.ids.length;
  const points = Object.fromEntries(names.map((name) => [name, floats(found.points[name])]));
  const canvas = h("canvas", { class: "map", width: 1400, height: 800, role: "img", "aria-label": `Map of ${n} samples` });
  const pen = canvas.getContext("2d"), told = h("p", { class: "count", "aria-live": "polite" });
  const every = Object.values(points);
  const edge = (axis, pick) => every.reduce((best, flat) => {
    for (let at = axis; at < flat.length; at += 2) best = pick(best, flat[at]);
    return best;
  }, every[0][axis] ?? 0);
  const [left, right, low, high] = [edge(0, Math.min), edge(0, Math.max), edge(1, Math.min), edge(1, Math.max)];
  const x = (flat, at) => 20 + ((flat[2 * at] - left) / (right - left || 1)) * (canvas.width - 40);
  const y = (flat, at) => 20 + ((high - flat[2 * at + 1]) / (high - low || 1)) * (canvas.height - 40);
  let chosen = found.ids.indexOf(fields.id);

  function line(at) {
    pen.beginPath();
    names.forEach((name, place_) => pen[place_ ? "lineTo" : "moveTo"](x(points[name], at), y(points[name], at)));
    if (names.length > 2) pen.closePath();
    pen.stroke();
  }
  function paint() {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "rgb(128 128 128 / .25)";
    if (n <= ALL_LINES && names.length > 1) for (let at = 0; at < n; at++) line(at);
    const size = n > 5000 ? 2 : 5;
    names.forEach((name, place_) => {
      pen.fillStyle = COLOURS[place_ % COLOURS.length];
      for (let at = 0; at < n; at++) pen.fillRect(x(points[name], at) - size / 2, y(points[name], at) - size / 2, size, size);
    });
    if (chosen < 0) return;
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 3;
    if (names.length > 1) line(chosen);
    names.forEach((name) => { pen.beginPath(); pen.arc(x(points[name], chosen), y(points[name], chosen), 9, 0, 7); pen.stroke(); });
    pen.lineWidth = 1;
  }
  function choose(at) {
    chosen = at;
    const id = found.ids[at];
    place.keep("map", { id });
    const length = names.length > 1 ? `; its points lie ${spread(points, names, at).toFixed(3)} apart` : "";
    told.replaceChildren(h("a", { href: place.link("sample", { id }) }, id), ` (${found.splits[at]})${length}. `, h("a", { href: place.link("search", { id }) }, "What is near"));
    say(id);
    paint();
  }
  canvas.addEventListener("click", (event) => {
    const scale = canvas.width / canvas.clientWidth, [px, py] = [event.offsetX * scale, event.offsetY * scale];
    let best = -1, least = Infinity;
    for (const name of names) for (let at = 0; at < n; at++) {
      const away = (x(points[name], at) - px) ** 2 + (y(points[name], at) - py) ** 2;
      if (away < least) [best, least] = [at, away];
    }
    if (best >= 0) choose(best);
  });
  const list = h("select", { "aria-label": "Sample", id: "of-map" }, h("option", { value: -1 }, "choose a sample …"), found.ids.slice(0, 2000).map((id, at) => h("option", { value: at }, id)));
  list.addEventListener("change", () => { if (list.value >= 0) choose(Number(list.value)); });
  const key = names.map((name, at) => h("span", {}, h("span", { class: "dot", style: { background: COLOURS[at % COLOURS.length] } }), ` ${name} `));
  main.replaceChildren(h("h1", {}, "Map"),
    lead(`${number(n)} of ${number(found.of)} samples in the two directions in which they differ most; in the others, what is near here may be far.`),
    h("p", { class: "bar" }, key, list), canvas, told, method(found));
  paint();
  if (chosen >= 0) choose(chosen);
}

function floats(given) {
  const bytes = Uint8Array.from(atob(given), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function spread(points, names, at) {
  let most = 0;
  for (const a of names) for (const b of names) most = Math.max(most, Math.hypot(points[a][2 * at] - points[b][2 * at], points[a][2 * at + 1] - points[b][2 * at + 1]));
  return most;
}
