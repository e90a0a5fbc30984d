// What every screen uses.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "rect"]);

export const byId = (id) => document.getElementById(id);

/** Makes an element; children are elements or texts, and a text is never markup. */
export function h(tag, attributes = {}, ...children) {
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if ((value ?? false) === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => (child ?? false) !== false));
  return element;
}

// Of a report.
const held = byId("island") ? JSON.parse(byId("island").textContent) : null;
const addresses = new Map();

export function media(name) {
  if (!held) return `/media/${name}`;
  if (!addresses.has(name)) {
    const bytes = Uint8Array.from(atob(held.media[name].data), (letter) => letter.charCodeAt(0));
    addresses.set(name, URL.createObjectURL(new Blob([bytes], { type: held.media[name].kind })));
  }
  return addresses.get(name);
}

function answerOf(name, fields) {
  if (name === "about") return held.about;
  if (name === "facets") return { facets: [] };
  if (name === "suspects") return held.suspects;
  if (name === "sample" && held.samples[fields.id]) return held.samples[fields.id];
  if (name !== "rows") throw new Error("this is not in the report (sample); choose one from Browse");
  const { columns, rows, of } = held.tables[fields.table], by = columns.indexOf(fields.sort), words = (fields.words || "").toLowerCase();
  const fits = (row) => JSON.parse(fields.where || "[]").every(([column, , values]) => values.includes(row[columns.indexOf(column)]));
  const kept = rows.filter((row) => fits(row) && (!words || row.some((cell) => String(cell).toLowerCase().includes(words))));
  if (by >= 0) kept.sort((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : 0) * (fields.down ? -1 : 1));
  return { n: kept.length, of, columns, rows: kept.slice(fields.offset, fields.offset + fields.limit), pictures: [], numbers: [] };
}

/** Asks the server; what it refuses is an Error with its words. */
export async function ask(name, fields = {}) {
  if (held) return answerOf(name, fields);
  return answered(`/api/${name}${asQuery(fields)}`);
}

function asQuery(fields) {
  const given = Object.entries(fields).filter(([, value]) => (value ?? "") !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

export const send = (name, file) => answered(`/api/${name}`, { method: "POST", body: file });

async function answered(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
  } catch {
    byId("broken").textContent = "The server does not answer: it was stopped, or it died. Start musicdata view again.";
    byId("broken").hidden = false;
    throw new Error("the server does not answer");
  }
  byId("broken").hidden = true;
  const facts = await answer.json();
  if (!answer.ok) throw new Error(`${facts.what} (${facts.where}); ${facts.remedy}`);
  return facts;
}

export function say(text) {
  byId("said").textContent = text;
}

/** Whether a key is meant for a field, or for the browser. */
export const isTyping = (event) => event.ctrlKey || event.metaKey || event.altKey
  || event.target.closest("input:not([type=range], [type=checkbox]), select, textarea, dialog");

/** The address: which screen, and what it shows. */
export const place = {
  read() {
    const [screen, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    return { screen: screen || "overview", fields: Object.fromEntries(new URLSearchParams(query)) };
  },
  link(screen, fields = {}) {
    return `#/${screen}${asQuery(fields)}`;
  },
  /** No new entry in the history. */
  keep(screen, fields) {
    history.replaceState(null, "", place.link(screen, fields));
  },
};

export const number = (value) => Number(value).toLocaleString("en");

export function short(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value ?? "");
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(+value.toPrecision(4));
}

export function seconds(value) {
  const whole = Math.max(0, value);
  return `${Math.floor(whole / 60)}:${(whole % 60).toFixed(1).padStart(4, "0")}`;
}

/** What a column is, for whoever points at it: its description and unit. */
export function meaning(column) {
  return column ? `${column.description}${column.unit ? ` [${column.unit}]` : ""}` : "";
}

export const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);

export const faint = (...children) => h("p", { class: "faint" }, ...children);
export const lead = (...children) => h("p", { class: "lead" }, ...children);
export const td = (...children) => h("td", {}, ...children);
export const figure = (...children) => h("td", { class: "number" }, ...children);
export const rowHead = (...children) => h("th", { scope: "row" }, ...children);

/** How a space was found, and what not to conclude from it. */
export const method = (found) => faint([found.method, ...found.notes].join(". "));

export const sorry = (error) => h("p", { class: "error", role: "alert" }, String(error.message || error));

/** Asks for what takes a while to be made. */
export async function askPatiently(name, fields, tell, isOver) {
  for (;;) {
    const found = await ask(name, fields);
    if (found.busy === undefined) return found;
    tell.textContent = `Being made: ${found.busy} …`;
    await new Promise((done) => setTimeout(done, 400));
    if (isOver()) throw new Error("left");
  }
}

/** Fills the screen with what takes a while to be made. */
export function patiently(main, title, name, draw) {
  let isOver = false;
  const waiting = h("p", { class: "count", "aria-live": "polite" }, "Being made …");
  main.replaceChildren(h("h1", {}, title), waiting);
  askPatiently(name, {}, waiting, () => isOver).then((found) => { if (!isOver) draw(found); })
    .catch((error) => { if (!isOver) waiting.textContent = String(error.message); });
  return () => { isOver = true; };
}

/** A table that scrolls by itself. */
export function scrolled(label, heads, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows)));
}

export const sampleLink = (id) => h("a", { href: place.link("sample", { id }) }, id);

/** Plays one of several samples; a letter turns to another, at the same moment of the sound. */
export function hear(...ids) {
  const sounds = new Map(), holder = h("span", {});
  const letters = ids.map((id, at) => button(ids.length > 1 ? String.fromCharCode(65 + at) : "▶ Play", () => turn(id), { "aria-label": `Hear ${id}`, "aria-pressed": "false" }));
  let now = null;
  async function turn(id) {
    if (!sounds.has(id)) {
      const medium = await ask("sample", { id }).then((facts) => facts.media.find(({ kind }) => kind === "sound"), () => null);
      sounds.set(id, medium ? h("audio", { src: media(medium.name), controls: true, "aria-label": `Sound of ${id}` }) : h("span", {}, "no sound"));
    }
    document.querySelectorAll("audio").forEach((other) => other.pause());
    const next = sounds.get(id);
    if (now?.currentTime && next.play) next.currentTime = now.currentTime;
    now = next;
    holder.replaceChildren(next);
    letters.forEach((letter, at) => letter.setAttribute("aria-pressed", ids[at] === id));
    next.play?.().catch(() => {});
  }
  return h("span", { class: "hear" }, letters, holder);
}
