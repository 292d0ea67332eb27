// The app's script in the browser: it follows links inside fragments without reloading the app, moves the focus into what
// a button opens, and translates what Streamlit says in English (with the words of data/bending/streamlit.toml).

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.v-link");
  // the way out is no page of the app
  if (!link || link.pathname.startsWith("/auth/") || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  // Streamlit reads the address when the user goes back or forward
  window.dispatchEvent(new PopStateEvent("popstate"));
  // the card of a file is opened below the row that was clicked
  if (!link.closest(".st-key-inbox")) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
});

// A button to another point of the review leaves the page where it is scrolled, below the name of the point.
document.addEventListener("click", ({ target }) => {
  const onward = ".st-key-next-point, [class*='st-key-walk-to-'], [class*='st-key-beside-']";
  if (!target.closest?.(onward)) return;
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  const head = document.querySelector(".v-point");
  if (head?.getBoundingClientRect().top > innerHeight / 2) head.scrollIntoView();
});

// ---------------------------------------------------------------- charts and tables
// Their code is larger than the rest of the app. It is loaded once a page is drawn: the first chart would wait for it.

const LATER = document.currentScript.dataset.later.split(" ").filter(Boolean);
const drawing = setInterval(() => {
  if (!document.querySelector("[data-test-script-state=notRunning] .v-top")) return;
  clearInterval(drawing);
  // a file that does not come is asked for again by the first chart
  const load = () => LATER.forEach((file) => import(new URL(file, document.baseURI)).catch(() => {}));
  window.requestIdleCallback ? requestIdleCallback(load) : load();
}, 2000);

// ---------------------------------------------------------------- unsaved input
// A field is saved when it loses the focus, and sending it takes a moment: a link must not overtake it.

const FIELD = "textarea, input, [role=spinbutton]";
const SENT = 200;
/** Move the focus out of the field. A date is saved only when the focus goes to another element. */
function leave() {
  const main = document.querySelector("[data-testid=stMain]");
  if (!main || !document.activeElement?.matches(`${FIELD}, [data-testid=stDateInput] *`)) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}
let left = -SENT;
let initial = null;

document.addEventListener("focusin", ({ target }) => (initial = target.matches(FIELD) ? target.value : null));
document.addEventListener("focusout", ({ target }) => target.matches(FIELD) && (left = performance.now()));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const wait = left + SENT - performance.now();
  if (!link || !event.isTrusted || wait <= 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  setTimeout(() => link.click(), wait);
}, true);

// With the browser's keys for back and forward the field keeps the focus.
window.addEventListener("popstate", leave, true);

// In a date field, the keys that turn the pages of a meeting would change the day.
document.addEventListener("keydown", (event) => {
  if (!/^Page(Up|Down)$/.test(event.key) || !document.activeElement?.closest("[data-testid=stDateInput]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
}, true);

// Files that wait to be loaded are kept while one is elsewhere in the app, so what the page with their field said last
// is remembered.
const FILE_FIELD = document.getElementsByClassName("stFileUploader");
const WAITING = document.getElementsByClassName("st-key-waiting");
let filesWait = false;
const lookForFiles = () => FILE_FIELD.length && (filesWait = WAITING.length > 0);

// When the page is reloaded or closed, the browser asks before files or unsent text are lost.
window.addEventListener("beforeunload", (event) => {
  lookForFiles();
  if (filesWait) event.preventDefault();
  const field = document.activeElement;
  if (field?.matches("textarea, input[type=text]") && initial !== null && field.value !== initial) event.preventDefault();
});

// ---------------------------------------------------------------- a text longer than its room
// In the meeting, what is longer than the height that is left can be scrolled, and says so at its end.

const ROOM = ".v-m-room";
function fit(box) {
  const below = box.scrollHeight - box.clientHeight;
  box.toggleAttribute("data-cut", below - box.scrollTop > 1);
  box.tabIndex = below > 1 ? 0 : -1;
}
// A table larger than its room fades where it goes on. What Streamlit draws scrolls within.
const WIDE = ".v-scroll, .dvn-scroller";
function fade(box) {
  const beside = box.scrollWidth - box.clientWidth;
  const shown = box.closest("[data-testid=stDataFrameResizable]") ?? box;
  shown.toggleAttribute("data-before", box.scrollLeft > 1);
  shown.toggleAttribute("data-after", beside - box.scrollLeft > 1);
  shown.toggleAttribute("data-below", box.scrollHeight - box.clientHeight - box.scrollTop > 1);
}
let fitting = 0;
function fitAll() {
  fitting ||= requestAnimationFrame(() => {
    fitting = 0;
    document.querySelectorAll(ROOM).forEach(fit);
    document.querySelectorAll(WIDE).forEach(fade);
  });
}

document.addEventListener("scroll", ({ target }) => {
  if (target.matches?.(ROOM)) fit(target);
  if (target.matches?.(WIDE)) fade(target);
}, true);
window.addEventListener("resize", fitAll);
document.fonts.ready.then(fitAll);

// ---------------------------------------------------------------- the keyboard
// Streamlit's skip link stops before the navigation; this continues to the first heading.

document.addEventListener("click", (event) => {
  const top = event.target.closest?.("[data-testid=stSkipToContent]") && document.querySelector(".v-top");
  if (!top) return;
  top.tabIndex = -1;
  setTimeout(() => top.focus());
});

// Streamlit puts what a button opens at the end of the page and leaves the focus on the button, so that Tab would lead
// through the whole page first.

const OPENED = "[data-testid=stPopoverBody]";
const opener = () => document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
// Streamlit marks elements that it removes from the tab order while the focus is elsewhere.
const stops = (box) =>
  [...box.querySelectorAll("a[href], button, input, textarea, select, [tabindex]")].filter(
    (e) => (e.tabIndex >= 0 || "tabindex" in e.dataset) && !e.disabled && e.checkVisibility());

document.addEventListener("click", (event) => {
  // a link inside closes the popover, which would cover the new page
  if (event.target.closest?.(`${OPENED} a[href]`)) setTimeout(() => opener()?.click());
});

/** Focus the first element as soon as there is one, unless the box was opened with a mouse. */
function opened(box, tries = 20) {
  const button = document.activeElement;
  if (!box.isConnected || button !== opener() || !button.matches(":focus-visible")) return;
  const [first] = stops(box);
  if (first) first.focus();
  else if (tries) setTimeout(opened, 50, box, tries - 1);
}

document.addEventListener("keydown", (event) => {
  const box = event.key === "Tab" && document.querySelector(OPENED);
  if (!box) return;
  const here = document.activeElement;
  const onTheWay = here === opener() ? !event.shiftKey : here === (event.shiftKey ? stops(box)[0] : stops(box).at(-1));
  if (!onTheWay) return;
  const next = here === opener() ? stops(box)[0] : opener();
  // after the last stop, Tab continues after the button
  if (here === opener() || event.shiftKey) event.preventDefault();
  next?.focus();
});

// ---------------------------------------------------------------- the language of the browser
// Streamlit's calendar and lists ask the browser, which here answers with the language in the address.

const LOCALES = { sv: "sv-SE", en: "en-GB" };
const language = () => {
  const param = new URLSearchParams(location.search).get("lang");
  return param in LOCALES ? param : "sv";
};
const locale = () => LOCALES[language()];
Object.defineProperty(navigator, "language", { get: locale, configurable: true });
Object.defineProperty(navigator, "languages", { get: () => [locale()], configurable: true });

// ---------------------------------------------------------------- Streamlit's own words

const ATTRIBUTES = [
  "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt",
];
// Fragments, drawings, cells and typed text hold no words of Streamlit's.
const NOT_ITS_OWN = "[class^='v-'], .js-plotly-plot, canvas, svg, textarea, script, style";

const RULES = Object.fromEntries(
  Object.entries(JSON.parse(document.getElementById("words").textContent)).map(([code, places]) => [
    code,
    Object.entries(places).flatMap(([where, texts]) =>
      Object.entries(texts).map(([own, ours]) => ({ where, ours, own, form: own.includes("{") && pattern(own) }))),
  ]),
);
const EXACT = Object.fromEntries(
  Object.entries(RULES).map(([code, rules]) => [code, Map.groupBy(rules.filter((r) => !r.form), (r) => r.own)]),
);
const FORMS = Object.fromEntries(Object.entries(RULES).map(([code, rules]) => [code, rules.filter((r) => r.form)]));

/** A pattern such as "Help for {label}" as an expression that captures the label. */
function pattern(own) {
  const parts = own.split(/\{(\w+)\}/).map((part, at) =>
    at % 2 ? `(?<${part}>.${part === "more" || part === "error" ? "*" : "+"}?)` : part.replace(/[.*+?^$()[\]|\\/]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`, "s");
}

/** The app's words for `text` in `element`, or the same text. */
function ours(element, text) {
  const own = text.trim();
  if (!own || own.length > 400) return text;
  const code = language();
  for (const rule of EXACT[code].get(own) ?? []) {
    if (element.closest(rule.where)) return text.replace(own, () => rule.ours);
  }
  for (const rule of FORMS[code]) {
    const match = rule.form.exec(own);
    if (match && element.closest(rule.where)) return text.replace(own, () => filled(element, rule.ours, match.groups));
  }
  return text;
}

function filled(element, sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => {
    if (name === "date") return dated(values.date, values.date, { dateStyle: "long" });
    if (name === "month") return dated(values.month, `1 ${values.month} 2000`, { month: "long" });
    return name === "error" ? ours(element, values.error) : values[name];
  });
}

/** An English day or month in the user's language; any other text unchanged. */
function dated(text, english, form) {
  const day = new Date(english);
  return isNaN(day) ? text : new Intl.DateTimeFormat(locale(), form).format(day);
}

// Streamlit's words and what replaced them, to recognise them when the language changes.
const replaced = new WeakMap();

function say(node, element, name, now, write) {
  const names = replaced.get(node) ?? {};
  const own = names[name]?.ours === now ? names[name].own : now;
  const text = ours(element, own);
  if (text === now) return;
  replaced.set(node, { ...names, [name]: { own, ours: text } });
  write(text);
}

function sayText(node) {
  if (node.parentElement) say(node, node.parentElement, "", node.nodeValue, (text) => (node.nodeValue = text));
}

function sayAttributes(element) {
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (now) say(element, element, name, now, (text) => element.setAttribute(name, text));
  }
}

function sayAll(node) {
  if (node.nodeType === Node.TEXT_NODE) return sayText(node);
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(NOT_ITS_OWN)) return;
  sayAttributes(node);
  node.childNodes.forEach(sayAll);
}

function changed(mutations) {
  for (const { type, target, attributeName, addedNodes } of mutations) {
    if (attributeName === "lang") {
      if (target === document.documentElement) switched();
    } else if ((target.closest ? target : target.parentElement)?.closest(NOT_ITS_OWN)) continue;
    else if (type === "childList") addedNodes.forEach(added);
    else if (type === "attributes") sayAttributes(target);
    else sayText(target);
  }
  fitAll();
  lookForFiles();
}

function added(node) {
  sayAll(node);
  const box = node.matches?.(OPENED) ? node : node.querySelector?.(OPENED);
  if (box) setTimeout(opened, 50, box);
}

/** The language has changed: translate everything again, and let lists ask the browser again. */
function switched() {
  window.dispatchEvent(new Event("languagechange"));
  sayAll(document.body);
}

new MutationObserver(changed).observe(document.documentElement, {
  subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "lang"],
});
sayAll(document.body);
