// What the app does in the reader's browser: it follows links inside fragments without loading the app anew, lets the
// keyboard into what a button opens, and says in the reader's language what Streamlit says in English (the words are
// those of compliance/serving/words.py).

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.v-link");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  // Streamlit reads the address again when the reader goes back or forward
  window.dispatchEvent(new PopStateEvent("popstate"));
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
});

// ---------------------------------------------------------------- what is being written
// A field is kept when it is left, and it takes the browser a moment to send it: nothing may overtake it.

const FIELD = "textarea, input, [role=spinbutton]";
const SENT = 200;
/** As if the reader went on: a date is kept only where the focus has gone to something else. */
function leave() {
  const main = document.querySelector("[data-testid=stMain]");
  if (!main || !document.activeElement?.matches(`${FIELD}, [data-testid=stDateInput] *`)) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}
let left = -SENT;
let begun = null;

document.addEventListener("focusin", ({ target }) => (begun = target.matches(FIELD) ? target.value : null));
document.addEventListener("focusout", ({ target }) => target.matches(FIELD) && (left = performance.now()));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const wait = left + SENT - performance.now();
  if (!link || !event.isTrusted || wait <= 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  setTimeout(() => link.click(), wait);
}, true);

// The reader goes back or forward with the keys of the browser, and the field is still there.
window.addEventListener("popstate", leave, true);

// In a date, the keys that turn the page of a meeting would change the day.
document.addEventListener("keydown", (event) => {
  if (!/^Page(Up|Down)$/.test(event.key) || !document.activeElement?.closest("[data-testid=stDateInput]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
}, true);

// The page is loaded anew or closed: the browser asks whether what has not been sent may be lost.
window.addEventListener("beforeunload", (event) => {
  const field = document.activeElement;
  if (field?.matches("textarea, input[type=text]") && begun !== null && field.value !== begun) event.preventDefault();
});

// ---------------------------------------------------------------- the keyboard
// Streamlit's link to the content leads before the navigation: it goes on to the first heading.

document.addEventListener("click", (event) => {
  const top = event.target.closest?.("[data-testid=stSkipToContent]") && document.querySelector(".v-top");
  if (!top) return;
  top.tabIndex = -1;
  setTimeout(() => top.focus());
});

// Streamlit draws what a button opens at the end of the page and leaves the focus on the button: one would have to go
// through the whole page with Tab.

const OPENED = "[data-testid=stPopoverBody]";
const opener = () => document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
// What Streamlit takes out of the order of Tab while the focus is elsewhere has a mark.
const stops = (box) =>
  [...box.querySelectorAll("a[href], button, input, textarea, select, [tabindex]")].filter(
    (e) => (e.tabIndex >= 0 || "tabindex" in e.dataset) && !e.disabled && e.checkVisibility());

document.addEventListener("click", (event) => {
  // what it opened does not stay in the way of the page that a link in it leads to
  if (event.target.closest?.(`${OPENED} a[href]`)) setTimeout(() => opener()?.click());
});

/** Goes in as soon as there is something in it; whoever opened it with a mouse stays where the mouse is. */
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
  // from its last stop one goes on to what comes after the button
  if (here === opener() || event.shiftKey) event.preventDefault();
  next?.focus();
});

// ---------------------------------------------------------------- the language of the browser
// Streamlit's calendar and lists ask the browser; it answers with the language in the address, not with its own.

const LOCALES = { sv: "sv-SE", en: "en-GB" };
const language = () => {
  const said = new URLSearchParams(location.search).get("lang");
  return said in LOCALES ? said : "sv";
};
const locale = () => LOCALES[language()];
Object.defineProperty(navigator, "language", { get: locale, configurable: true });
Object.defineProperty(navigator, "languages", { get: () => [locale()], configurable: true });

// ---------------------------------------------------------------- Streamlit's own words

const ATTRIBUTES = [
  "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt",
];
// Nothing of Streamlit's is said in fragments, drawings, cells, and what somebody types.
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

/** "Help for {label}" as an expression that gives the label. */
function pattern(own) {
  const parts = own.split(/\{(\w+)\}/).map((part, at) =>
    at % 2 ? `(?<${part}>.${part === "more" || part === "error" ? "*" : "+"}?)` : part.replace(/[.*+?^$()[\]|\\/]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`, "s");
}

/** What the app says where `element` says `text`, or the same text. */
function ours(element, text) {
  const said = text.trim();
  if (!said || said.length > 400) return text;
  const code = language();
  for (const rule of EXACT[code].get(said) ?? []) {
    if (element.closest(rule.where)) return text.replace(said, () => rule.ours);
  }
  for (const rule of FORMS[code]) {
    const found = rule.form.exec(said);
    if (found && element.closest(rule.where)) return text.replace(said, () => filled(element, rule.ours, found.groups));
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

/** A day or a month in English as the reader's language writes it; anything else as it stands. */
function dated(text, english, form) {
  const day = new Date(english);
  return isNaN(day) ? text : new Intl.DateTimeFormat(locale(), form).format(day);
}

// What Streamlit said, and what stands there instead: to know it again, also when the language is switched.
const kept = new WeakMap();

function say(node, element, name, now, write) {
  const names = kept.get(node) ?? {};
  const own = names[name]?.ours === now ? names[name].own : now;
  const text = ours(element, own);
  if (text === now) return;
  kept.set(node, { ...names, [name]: { own, ours: text } });
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

function heard(changes) {
  for (const { type, target, attributeName, addedNodes } of changes) {
    if (attributeName === "lang") {
      if (target === document.documentElement) switched();
    } else if ((target.closest ? target : target.parentElement)?.closest(NOT_ITS_OWN)) continue;
    else if (type === "childList") addedNodes.forEach(added);
    else if (type === "attributes") sayAttributes(target);
    else sayText(target);
  }
}

function added(node) {
  sayAll(node);
  const box = node.matches?.(OPENED) ? node : node.querySelector?.(OPENED);
  if (box) setTimeout(opened, 50, box);
}

/** The reader has chosen another language: everything is said again, and lists ask the browser again. */
function switched() {
  window.dispatchEvent(new Event("languagechange"));
  sayAll(document.body);
}

new MutationObserver(heard).observe(document.documentElement, {
  subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "lang"],
});
sayAll(document.body);
