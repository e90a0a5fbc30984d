// Rows of any table, however many: filters with counts, histograms, words; only the rows in sight are there.

import { ask, button, faint, h, lead, meaning, media, number, place, say, short, sorry, td } from "./core.js";

const ROW = 34, PAGE = 100, TALLEST = 8_000_000;

export async function show(main, about, fields, screen = "browse") {
  const table = about.tables[fields.table] ? fields.table : about.begin;
  const state = { table, where: read(fields.where), words: fields.words || "", sort: fields.sort || "", down: fields.down === "1" };
  const columns = Object.fromEntries(about.tables[table].columns.map((column) => [column.name, column]));
  const pages = new Map();
  let n = 0, of = 0, shown = [], first = 0, chosen = -1, round = 0, stopped = false;

  const counter = h("p", { class: "count", "aria-live": "polite" });
  const head = h("tr", {}), body = h("tbody", {});
  const grid = h("table", { class: "rows", "aria-label": `Rows of ${table}` }, h("thead", {}, head), body);
  const tall = h("div", { class: "tall" }, grid);
  const scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": `Rows of ${table}; arrow keys go from row to row` }, tall);
  const filters = h("div", { class: "filters", role: "group", "aria-label": "Filters" });
  const words = h("input", { id: "words", type: "search", value: state.words, placeholder: "words in any text", "aria-label": "Words in any text", maxlength: 200 });
  const choice = h("select", { "aria-label": "Table" }, (about.browse || Object.keys(about.tables)).filter((name) => (name === "rejects") === (screen === "rejects"))
    .map((name) => h("option", { value: name, selected: name === table }, name)));
  choice.addEventListener("change", () => { location.hash = place.link(screen, { table: choice.value }); });
  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.words = words.value; renew(); }, 200);
  });
  main.replaceChildren(
    h("h1", {}, screen === "rejects" ? "Rejects" : "Browse"),
    lead(about.tables[table].description),
    h("div", { class: "bar" }, screen === "rejects" ? "" : choice, words,
      button("Clear all", () => { state.where = []; state.words = words.value = ""; state.sort = ""; renew(); })),
    counter, h("div", { class: "split" }, filters, scroller));

  const asked = () => ({ table, where: state.where.length ? JSON.stringify(state.where) : "", words: state.words });
  const visible = () => Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight) / ROW));

  async function renew() {
    const mine = ++round;
    pages.clear();
    place.keep(screen, { ...asked(), sort: state.sort, down: state.down ? 1 : "" });
    try {
      await page(0);
      if (mine !== round || stopped) return;
      tall.style.height = `${Math.min(TALLEST, Math.max(1, n) * ROW + head.offsetHeight + 2)}px`;
      scroller.scrollTop = 0;
      first = 0;
      counter.textContent = n === of ? `${number(n)} rows` : `${number(n)} of ${number(of)} rows`;
      await draw();
      const { facets } = await ask("facets", asked());
      if (mine === round && !stopped) {
        filters.replaceChildren(...facets.map(facet));
        filters.hidden = !facets.length;
        filters.parentElement.classList.toggle("split", facets.length > 0);
      }
    } catch (error) {
      if (mine === round) counter.replaceChildren(sorry(error));
    }
  }

  function page(at) {
    if (!pages.has(at)) {
      const answer = ask("rows", { ...asked(), sort: state.sort, down: state.down ? 1 : "", offset: at * PAGE, limit: PAGE });
      pages.set(at, answer.then((found) => {
        ({ n, of } = found);
        shown = found.columns;
        return found;
      }));
      if (pages.size > 40) pages.delete(pages.keys().next().value);
    }
    return pages.get(at);
  }

  async function draw() {
    const mine = round, from = first, until = Math.min(n, from + visible());
    const needed = [];
    for (let at = Math.floor(from / PAGE); at <= Math.floor(Math.max(from, until - 1) / PAGE); at++) needed.push(page(at));
    const found = await Promise.all(needed);
    if (mine !== round || from !== first || stopped) return;
    heads(found[0].pictures.length > 0);
    grid.setAttribute("aria-rowcount", n + 1);
    const rows = [];
    for (let number = from; number < until; number++) {
      const part = found[Math.floor(number / PAGE) - Math.floor(from / PAGE)];
      rows.push(row(number, part.rows[number % PAGE], part.pictures[number % PAGE]));
    }
    body.replaceChildren(...rows);
  }

  function heads(hasPictures) {
    head.replaceChildren(...(hasPictures ? [h("th", { scope: "col" }, "picture")] : []), ...shown.map((name) => {
      const isSorted = state.sort === name;
      const arrow = isSorted ? (state.down ? " ▼" : " ▲") : "";
      const turn = () => {
        [state.sort, state.down] = !isSorted ? [name, false] : state.down ? ["", false] : [name, true];
        renew();
      };
      return h("th", { scope: "col", "aria-sort": isSorted ? (state.down ? "descending" : "ascending") : null },
        button(name + arrow, turn, { title: meaning(columns[name]) }));
    }));
  }

  function row(number, values, picture) {
    const at = shown.indexOf(screen === "rejects" ? "key" : "sample_id");
    const cells = values.map((value, place_) => {
      const isText = typeof value === "string";
      const text = short(value);
      const content = place_ === at ? h("a", { href: place.link("sample", { id: value }) }, text) : text;
      return h("td", { class: isText ? null : "number", title: isText && text.length > 24 ? text : null }, value === null ? h("span", { class: "faint" }, "–") : content);
    });
    const seen = picture === undefined ? [] : [td(h("img", { src: media(picture), alt: "", loading: "lazy", height: 26 }))];
    return h("tr", { "aria-rowindex": number + 2, "aria-current": number === chosen ? "true" : null }, seen, cells);
  }

  function facet(found) {
    const name = found.column, column = columns[name] || {};
    const own = state.where.find(([of_]) => of_ === name);
    const set = (condition) => {
      state.where = [...state.where.filter(([of_]) => of_ !== name), ...(condition ? [condition] : [])];
      renew();
    };
    const title = h("summary", { title: meaning(column) }, name, own ? " ●" : "");
    const inner = found.values ? values(found, own, set) : histogram(found, own, set, column);
    return h("details", { open: own !== undefined || (found.values || []).length <= 8 && found.values !== undefined }, title, inner);
  }

  function values(found, own, set) {
    const chosen_ = own && own[1] === "in" ? own[2] : [];
    return h("ul", {}, found.values.map(({ value, n: count }) => {
      const box = h("input", { type: "checkbox", checked: chosen_.includes(value) });
      box.addEventListener("change", () => {
        const next = box.checked ? [...chosen_, value] : chosen_.filter((one) => one !== value);
        set(next.length ? [found.column, "in", next] : null);
      });
      return h("li", {}, h("label", {}, box, h("span", {}, value === null ? "(empty)" : String(value)), h("span", { class: "faint" }, number(count))));
    }), found.has_more ? h("li", { class: "faint" }, "… and more; use words") : "");
  }

  function histogram(found, own, set, column) {
    if (!found.bins.length) return faint("no values");
    const most = Math.max(...found.bins, 1), wide = 100 / found.bins.length;
    const [low, high] = own && own[1] === "range" ? own[2] : [found.least, found.most];
    const bars = found.bins.map((count, at) => {
      const from = found.least + at * found.width, tallness = (count / most) * 38;
      return h("rect", { x: at * wide + 0.3, y: 40 - tallness, width: wide - 0.6, height: tallness, class: from >= low - 1e-12 && from <= high ? "in" : "out" });
    });
    const from = h("input", { type: "number", step: "any", value: short(low), "aria-label": `${found.column} from` });
    const until = h("input", { type: "number", step: "any", value: short(high), "aria-label": `${found.column} to` });
    const change = () => {
      const bounds = [from, until].map((input) => input.value === "" ? null : Number(input.value));
      set(bounds.every((bound) => bound === null) ? null : [found.column, "range", bounds]);
    };
    from.addEventListener("change", change);
    until.addEventListener("change", change);
    const picture = h("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", class: "bins",
      "aria-label": `Histogram of ${found.column}: ${found.bins.map(number).join(", ")} rows from ${short(found.least)} to ${short(found.most)} ${column.unit || ""}` }, bars);
    picture.addEventListener("click", (event) => {
      const at = Math.min(found.bins.length - 1, Math.floor((event.offsetX / picture.clientWidth) * found.bins.length));
      set([found.column, "range", [found.least + at * found.width, at + 1 === found.bins.length ? found.most : found.least + (at + 1) * found.width]]);
    });
    return h("div", {}, picture, h("p", { class: "range" }, from, " to ", until, " ", column.unit || "", own ? button("all", () => set(null)) : ""));
  }

  scroller.addEventListener("scroll", () => {
    const room = tall.offsetHeight - scroller.clientHeight;
    const last = Math.max(0, n - visible());
    const next = room <= 0 ? 0 : Math.min(last, Math.round((scroller.scrollTop / room) * last));
    if (next !== first) {
      first = next;
      draw().catch((error) => counter.replaceChildren(sorry(error)));
    }
  });
  async function choose(next) {
    chosen = Math.max(0, Math.min(n - 1, next));
    const last = Math.max(0, n - visible());
    if (chosen < first) first = chosen;
    if (chosen >= first + visible()) first = Math.min(last, chosen - visible() + 1);
    const wanted = last ? (first / last) * (tall.offsetHeight - scroller.clientHeight) : 0;
    if (Math.abs(scroller.scrollTop - wanted) > 1) scroller.scrollTop = wanted;
    await draw();
    say(`row ${number(chosen + 1)} of ${number(n)}`);
  }
  scroller.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: visible(), PageUp: -visible(), Home: -n, End: n };
    if (event.key in steps) choose(event.key === "Home" ? 0 : chosen + steps[event.key]);
    else if (event.key === "Enter" && chosen >= 0) body.querySelector('[aria-current] a')?.click();
    else return;
    event.preventDefault();
  });
  const watch = new ResizeObserver(() => { if (n) draw().catch(() => {}); });
  watch.observe(scroller);
  await renew();
  return () => { stopped = true; watch.disconnect(); };
}

function read(given) {
  try {
    const found = JSON.parse(given || "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
