// What every screen uses.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "rect", "line", "path", "circle", "g", "text", "polyline"]);

export const byId = (id) => document.getElementById(id);

/** Makes an element; children are elements or texts, and a text is never markup. */
export function h(tag, attributes = {}, ...children) {
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A report holds what a server would answer.
const held = byId("island") ? JSON.parse(byId("island").textContent) : null;
const addresses = new Map();

/** Where a sound or picture can be had. */
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
  if (name === "sample" && held.samples[fields.id]) return held.samples[fields.id];
  if (name !== "rows") throw new Error("this is not in the report (sample); choose one from Browse");
  const { columns, rows } = held.rows, by = columns.indexOf(fields.sort), words = (fields.words || "").toLowerCase();
  const kept = rows.filter((row) => !words || row.some((cell) => String(cell).toLowerCase().includes(words)));
  if (by >= 0) kept.sort((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : 0) * (fields.down ? -1 : 1));
  return { n: kept.length, of: rows.length, columns, rows: kept.slice(fields.offset, fields.offset + fields.limit), pictures: [], numbers: [] };
}

/** Asks the server; what it refuses is an Error with its words. */
export async function ask(name, fields = {}) {
  if (held) return answerOf(name, fields);
  const given = Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return answered(`/api/${name}${query ? `?${query}` : ""}`);
}

/** Sends the server a file to look at. */
export const send = (name, file) => answered(`/api/${name}`, { method: "POST", body: file });

async function answered(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
  } catch {
    tellBroken("The server does not answer: it was stopped, or it died. Start musicdata view again.");
    throw new Error("the server does not answer");
  }
  byId("broken").hidden = true;
  const facts = await answer.json();
  if (!answer.ok) throw new Error(`${facts.what} (${facts.where}); ${facts.remedy}`);
  return facts;
}

export function tellBroken(text) {
  const place = byId("broken");
  place.textContent = text;
  place.hidden = false;
}

/** Says something to those who listen to the page. */
export function say(text) {
  byId("said").textContent = text;
}

/** The address: which screen, and what it shows. */
export const place = {
  read() {
    const [screen, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    return { screen: screen || "overview", fields: Object.fromEntries(new URLSearchParams(query)) };
  },
  link(screen, fields = {}) {
    const given = Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    const query = new URLSearchParams(given).toString();
    return `#/${screen}${query ? `?${query}` : ""}`;
  },
  /** Puts the state into the address, without a new entry in the history. */
  keep(screen, fields) {
    history.replaceState(null, "", place.link(screen, fields));
  },
};

export const number = (value) => Number(value).toLocaleString("en");

export function short(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
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

/** Elements that show an error. */
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

/** A table that scrolls by itself. */
export function scrolled(label, heads, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows)));
}

export const sampleLink = (id) => h("a", { href: place.link("sample", { id }) }, id);

/** The sound of a sample, to be heard beside another. */
export function listen(id, label = "Play") {
  const holder = h("span", {});
  const button = h("button", { type: "button", class: "quiet", "aria-label": `${label}: ${id}`, onclick: async () => {
    const facts = await ask("sample", { id });
    const sound = facts.media.find((medium) => medium.kind === "sound");
    document.querySelectorAll("audio").forEach((other) => other.pause());
    holder.replaceChildren(sound ? h("audio", { src: media(sound.name), controls: true, autoplay: true, "aria-label": `Sound of ${id}` }) : "no sound");
  } }, "▶ ", label);
  holder.append(button);
  return holder;
}
