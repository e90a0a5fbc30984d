// The frame: which screen, the keys that all have, and what the data set is.

import { ask, button, byId, h, isTyping, rowHead, place, say, sorry, td } from "./core.js";
import * as groups from "./groups.js";
import * as map from "./map.js";
import * as overview from "./overview.js";
import * as sample from "./sample.js";
import * as search from "./search.js";
import * as suspects from "./suspects.js";
import * as table from "./table.js";

const SCREENS = {
  overview: ["Overview", overview.show],
  browse: ["Browse", table.show],
  rejects: ["Rejects", (main, about, fields) => table.show(main, about, { ...fields, table: "rejects" }, "rejects")],
  sample: ["Sample", sample.show],
  groups: ["Groups", groups.show],
  suspects: ["Suspects", suspects.show],
  search: ["Search", search.show],
  map: ["Map", map.show],
};
const NEEDS = { groups: ["groups"], suspects: ["suspects"], map: ["near"], search: ["search", "near", "describe"] };
const KEYS = [
  ["Space", "play, pause"], ["← →", "the note before, after"], ["↑ ↓", "the row before, after"], ["/", "filter by words"],
  ["?", "this list"],
];

let about = null;
let leave = null;

async function begin() {
  try {
    about = await ask("about");
  } catch (error) {
    byId("main").replaceChildren(sorry(error));
    return;
  }
  document.title = `${about.title} – musicdata`;
  byId("name").textContent = about.title;
  document.body.classList.toggle("silent", !about.can.hear);
  addEventListener("hashchange", change);
  await change();
}

async function change() {
  const { screen, fields } = place.read();
  const [title, show] = SCREENS[screen] || SCREENS.overview;
  if (leave) leave();
  leave = null;
  byId("nav").replaceChildren(...links(SCREENS[screen] ? screen : "overview"));
  const main = byId("main");
  main.setAttribute("aria-label", title);
  document.body.removeAttribute("data-ready");
  try {
    leave = await show(main, about, fields);
  } catch (error) {
    main.replaceChildren(h("h1", {}, title), sorry(error));
  }
  document.body.setAttribute("data-ready", screen);
  say(title);
}

function links(current) {
  const there = Object.entries(SCREENS).filter(([name]) => name === "rejects" ? about.tables.rejects : !NEEDS[name] || NEEDS[name].some((need) => about.can[need]));
  const screens = there.map(([name, [title]]) =>
    h("a", { href: place.link(name), "aria-current": name === current ? "page" : null }, title));
  return [...screens, button("?", help, { "aria-label": "Keys" })];
}

function help() {
  const rows = KEYS.map(([key, what]) => h("tr", {}, rowHead(h("kbd", {}, key)), td(what)));
  const dialog = h("dialog", { "aria-label": "Keys" }, h("h2", {}, "Keys"), h("table", {}, h("tbody", {}, rows)),
    button("Close", () => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.key === "?") help();
  else if (event.key === "/" && byId("words")) byId("words").focus();
  else return;
  event.preventDefault();
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
begin();
