// One sample: listen, look, loop, slow; what sounds is lit in the picture, the words and the roll at the same moment.

import { ask, button, faint, h, isTyping, meaning, media, place, sampleLink, say, seconds, short } from "./core.js";

const CLICK_S = 0.012, AHEAD_S = 0.12, MOVE_PX = 60;

export async function show(main, about, fields) {
  if (!fields.id) {
    main.replaceChildren(h("h1", {}, "Sample"), h("p", {}, "Choose one in ", h("a", { href: place.link("browse") }, "Browse"), "."));
    return null;
  }
  const facts = await ask("sample", { id: fields.id });
  const sounds = facts.media.filter((medium) => medium.kind === "sound");
  const pictures = facts.media.filter((medium) => medium.kind === "picture");
  const whole = pictures.find((medium) => medium.is_whole);
  const timed = facts.tables.find(({ table }) => table === facts.timed);
  const events = timed ? read(timed, facts.boxes) : [];
  const player = sounds.length ? makePlayer(sounds[0], events, fields) : null;
  const lit = [];
  const parts = [h("h1", {}, facts.sample_id)];
  if (facts.withheld?.length) parts.push(h("p", { class: "bad" }, `Left out, because it may not be passed on: ${facts.withheld.join(", ")}`));
  if (player) parts.push(player.element);
  if (whole) parts.push(sheet(whole, events, facts.boxes, player, lit));
  if (events.some((event) => event.text)) parts.push(words(events, player, lit));
  if (events.length) parts.push(roll(events, player, lit));
  parts.push(...facts.tables.map((table) => rows(table, about)));
  main.replaceChildren(...parts);
  if (player) player.light((at, was) => lit.forEach((turn) => turn(at, was)));
  return player ? player.stop : null;
}

/** The rows that lie in time, in order of onset. */
function read(timed, boxes) {
  const at = (name) => timed.columns.indexOf(name);
  const text = ["syllable", "word", "label", "text"].map(at).find((place_) => place_ >= 0);
  const [onset, offset, pitch, word] = ["onset_s", "offset_s", "pitch", "word"].map(at);
  return timed.rows.map((row) => ({
    onset: row[onset], offset: row[offset], pitch: pitch >= 0 ? row[pitch] : null,
    text: text === undefined ? "" : row[text] || "", word: word >= 0 ? row[word] : null,
    boxes: Object.fromEntries(boxes.map((name) => [name, ["x0", "y0", "x1", "y1"].map((edge) => row[at(`${name}_${edge}`)])])),
  })).sort((a, b) => a.onset - b.onset);
}

/** Which event sounds at a time; −1 in a rest. */
export function soundingAt(events, time) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].onset <= time) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time < events[low - 1].offset ? low - 1 : -1;
}

function makePlayer(medium, events, fields) {
  const audio = h("audio", { src: media(medium.name), preload: "auto", id: "sound" });
  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, "aria-label": "Place in the sound", id: "slider" });
  const clock = h("output", { class: "clock" }, "0:00.0");
  const start = button("▶", toggle, { id: "play", "aria-label": "Play" });
  const rate = h("select", { "aria-label": "Speed", id: "rate" }, [0.5, 0.75, 1, 1.25, 1.5].map((value) => h("option", { value, selected: value === 1 }, `${value}×`)));
  const nudge = h("input", { type: "number", id: "nudge", step: 5, min: -500, max: 500, value: stored("musicdata-nudge") ?? 0, title: "Milliseconds later, for headphones that lag" });
  const clicks = h("input", { type: "checkbox", id: "clicks" });
  const loopText = h("output", {}, "");
  const loop = { from: null, until: null };
  const picture = h("canvas", { class: "wave", width: 1000, height: 56, role: "img", "aria-label": "Loudness over time" });
  let tell = () => {}, current = -1, running = 0, context = null, clicked = -1, period = 1 / 60, before = 0, shift = 0, stopped = false;

  function toggle() {
    if (audio.paused) audio.play();
    else audio.pause();
  }
  const onset = (at) => events[Math.max(0, Math.min(events.length - 1, at))];
  function turn(at) {
    if (at === current) return;
    const was = current;
    current = at;
    tell(at, was);
    if (audio.paused && at >= 0) say(`note ${at + 1} of ${events.length}: ${events[at].text || "no syllable"}`);
  }
  function frame(now) {
    if (stopped) return;
    if (before && now - before < 0.1e3) period += ((now - before) / 1000 - period) / 20;
    before = now;
    const time = audio.currentTime, speed = audio.playbackRate, seen = time - (now / 1000) * speed;
    // The clock of a stretched sound trembles: smoothed, but for jumps.
    shift = Math.abs(seen - shift) > 0.05 ? seen : shift + (seen - shift) / 12;
    // Half a frame before the sound is nearer than a whole one after it.
    if (events.length) turn(soundingAt(events, shift + (now / 1000 + period / 2) * speed - Number(nudge.value) / 1000));
    if (loop.until !== null && time >= loop.until) seek(loop.from);
    if (clicks.checked) clickAhead(time);
    slider.value = time;
    clock.textContent = seconds(time);
    running = audio.paused ? 0 : requestAnimationFrame(frame);
  }
  function seek(time) {
    audio.currentTime = Math.max(0, time);
    clicked = -1;
    if (audio.paused) {
      slider.value = time;
      clock.textContent = seconds(time);
      turn(soundingAt(events, time + 1e-6));
    }
  }
  function clickAhead(time) {
    if (!context) context = new AudioContext();
    events.forEach((event, at) => {
      const wait = (event.onset - time) / audio.playbackRate;
      if (at <= clicked || wait < 0 || wait > AHEAD_S) return;
      clicked = at;
      const tone = context.createOscillator(), level = context.createGain();
      tone.frequency.value = 1760;
      level.gain.value = 0.2;
      tone.connect(level).connect(context.destination);
      tone.start(context.currentTime + wait);
      tone.stop(context.currentTime + wait + CLICK_S);
    });
  }
  const step = (by) => { if (events.length) seek(onset(current < 0 ? nearest(audio.currentTime, by) : current + by).onset); };
  const nearest = (time, by) => by > 0 ? events.findIndex((event) => event.onset >= time) : events.findLastIndex((event) => event.onset < time);
  audio.addEventListener("play", () => {
    start.textContent = "❚❚";
    start.setAttribute("aria-label", "Pause");
    before = 0;
    if (!running) running = requestAnimationFrame(frame);
  });
  audio.addEventListener("pause", () => { start.textContent = "▶"; start.setAttribute("aria-label", "Play"); });
  audio.addEventListener("ended", () => turn(-1));
  audio.addEventListener("loadedmetadata", () => { slider.max = audio.duration; if (fields.at) seek(Number(fields.at) || 0); });
  audio.addEventListener("error", () => say("the sound cannot be played"));
  slider.addEventListener("input", () => seek(Number(slider.value)));
  rate.addEventListener("change", () => { audio.playbackRate = Number(rate.value); audio.preservesPitch = true; });
  nudge.addEventListener("change", () => stored("musicdata-nudge", nudge.value));
  const keys = (event) => {
    if (isTyping(event)) return;
    if (event.key === " " && !event.target.closest("button, a, summary")) toggle();
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", keys);
  const setLoop = (from, until) => {
    Object.assign(loop, { from, until });
    loopText.textContent = until === null ? "" : `loop ${seconds(from)}–${seconds(until)}`;
  };
  const element = h("section", { class: "player", "aria-label": "Sound" }, audio, picture,
    h("div", { class: "bar" }, start, slider, clock, rate,
      h("label", {}, clicks, " clicks at onsets"), h("label", {}, "light ", nudge, " ms"),
      button("no loop", () => setLoop(null, null), { id: "loop" }), loopText));
  drawWave(audio.src, picture);
  return {
    element, setLoop,
    light(told) { tell = told; },
    go(at, isLoop) {
      if (isLoop && current >= 0) setLoop(onset(Math.min(at, current)).onset, onset(Math.max(at, current)).offset);
      else seek(events[at].onset);
    },
    stop() {
      stopped = true;
      audio.pause();
      cancelAnimationFrame(running);
      removeEventListener("keydown", keys);
      if (context) context.close();
    },
  };
}

async function drawWave(address, canvas) {
  try {
    const bytes = await (await fetch(address)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 22050).decodeAudioData(bytes);
    const samples = sound.getChannelData(0), pen = canvas.getContext("2d"), each = samples.length / canvas.width;
    pen.fillStyle = getComputedStyle(canvas).color;
    for (let x = 0; x < canvas.width; x++) {
      let most = 0;
      for (let i = Math.floor(x * each); i < (x + 1) * each; i++) most = Math.max(most, Math.abs(samples[i] || 0));
      const tall = Math.max(1, most * canvas.height);
      pen.fillRect(x, (canvas.height - tall) / 2, 1, tall);
    }
  } catch {
    canvas.hidden = true; // what cannot be decoded can maybe be played
  }
}

const going = (player, at) => (click) => player?.go(at, click.shiftKey);

const lighting = (parts) => (at, was) => {
  parts[was]?.classList.remove("lit");
  parts[at]?.classList.add("lit");
};

function sheet(medium, events, boxes, player, lit) {
  const alt = events.length ? `Sheet music: ${events.map((event) => event.text).join(" ")}` : `${medium.table} of the sample`;
  const image = h("img", { src: media(medium.name), alt, id: "sheet" });
  const over = h("svg", { class: "over", "aria-hidden": "true" });
  const holder = h("div", { class: "sheet" }, image, over);
  const frame = h("section", { class: "scroll paper", tabindex: "0", "aria-label": "Sheet music" }, holder);
  image.addEventListener("load", () => over.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`));
  const drawn = events.map((event, at) => boxes.map((name) => {
    const [x0, y0, x1, y1] = event.boxes[name];
    if (x0 === null) return null;
    return h("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, "data-note": at, "data-of": name, onclick: going(player, at) });
  }));
  over.append(...drawn.flat().filter(Boolean));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  lit.push((at, was) => {
    (drawn[was] || []).forEach((rect) => rect?.classList.remove("lit"));
    (drawn[at] || []).forEach((rect) => rect?.classList.add("lit"));
    const first = drawn[at]?.find(Boolean);
    if (!first) return;
    const box = first.getBoundingClientRect(), room = frame.getBoundingClientRect();
    if (box.left < room.left + MOVE_PX || box.right > room.right - MOVE_PX) {
      frame.scrollBy({ left: box.left - room.left - room.width / 3, behavior: calm ? "instant" : "smooth" });
    }
  });
  return frame;
}

function words(events, player, lit) {
  const parts = events.map((event, at) => button(event.text || "·", going(player, at), { class: "word", "data-note": at, title: event.word || null }));
  lit.push(lighting(parts));
  return h("section", { class: "words", "aria-label": "Words: click to hear, with Shift to loop" }, parts);
}

function roll(events, player, lit) {
  const pitches = events.map((event) => event.pitch).filter((pitch) => pitch !== null);
  if (!pitches.length) return "";
  const low = Math.min(...pitches) - 1, high = Math.max(...pitches) + 1, end = Math.max(...events.map((event) => event.offset));
  const tall = 100 / (high - low + 1);
  const drawn = events.map((event, at) => h("rect", { x: (event.onset / end) * 1000, y: (high - event.pitch) * tall,
    width: Math.max(1, ((event.offset - event.onset) / end) * 1000), height: tall, "data-note": at,
    onclick: going(player, at) }));
  lit.push(lighting(drawn));
  return h("svg", { class: "roll", viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img",
    "aria-label": `Piano roll: ${events.length} notes from MIDI ${low + 1} to ${high - 1} in ${end.toFixed(1)} s` }, drawn);
}

function rows(table, about) {
  const columns = Object.fromEntries(about.tables[table.table].columns.map((column) => [column.name, column]));
  const heading = h("summary", {}, h("b", {}, table.table), ` ${table.rows.length}${table.more ? "+" : ""} row${table.rows.length === 1 ? "" : "s"} – ${about.tables[table.table].description}`);
  const head = (name) => h("th", { scope: table.rows.length === 1 ? "row" : "col", title: meaning(columns[name]) }, name);
  const cell = (value, at) => h("td", { class: typeof value === "number" ? "number" : "text" },
    value === null ? h("span", { class: "faint" }, "–") : columns[table.columns[at]]?.refers ? sampleLink(value) : short(value));
  const arrays = Object.entries(table.arrays).map(([name, kind]) => faint(`${name}: ${kind}`));
  const body = table.rows.length === 1
    ? h("table", {}, h("tbody", {}, table.columns.map((name, at) => h("tr", {}, head(name), cell(table.rows[0][at], at), h("td", { class: "faint" }, columns[name]?.unit || "")))))
    : h("table", {}, h("thead", {}, h("tr", {}, table.columns.map(head))), h("tbody", {}, table.rows.map((row) => h("tr", {}, row.map(cell)))));
  return h("details", { open: table.rows.length === 1 && table.columns.length < 16 }, heading,
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Rows of ${table.table}` }, body), arrays);
}

function stored(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
