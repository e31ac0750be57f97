// What htmx does not do: single keys, the list of them, arrows in lists, and a
// word when the workshop has ended. Keys are written at what they do, as
// data-key; data-what says what that is.
"use strict";
(() => {
  const stored = "workshop-keys";
  const $ = (id) => document.getElementById(id);
  const wanted = () => localStorage.getItem(stored) !== "off";
  const typing = (el) => el.closest("input, select, textarea, [contenteditable]");

  const keyed = () => [...document.querySelectorAll("[data-key]")].filter((el) => el.checkVisibility());

  // A list's own elements, in order.
  const items = (list) =>
    [...list.querySelectorAll(":scope > li > a, :scope > li > button, :scope > li > details > summary")];

  function move(e) {
    const list = e.target.closest("[data-list]");
    if (!list) return;
    const all = items(list);
    const at = all.findIndex((el) => el === document.activeElement);
    const to = all[at + (e.key === "ArrowDown" ? 1 : -1)];
    if (at < 0 || !to) return;
    e.preventDefault();
    to.focus();
  }

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") return move(e);
    if (!wanted() || e.repeat || $("keys").open) return;
    // The list of keys is there also where the button to it has no room.
    const el = e.key === "?" ? $("keys-open") : keyed().find((el) => el.dataset.key === e.key);
    if (!el || el.disabled) return;
    e.preventDefault();
    el.click();
  });

  // A button that is at work: it does nothing, but unlike one that is disabled
  // it keeps the focus.
  document.addEventListener("click", (e) => {
    if (!e.target.closest('[aria-disabled="true"]')) return;
    e.preventDefault();
    e.stopPropagation();
  }, true);

  function showKeys() {
    const list = $("keys-list");
    list.replaceChildren();
    const rows = keyed().map((el) => [el.dataset.key, el.dataset.what]);
    rows.push(["↑ ↓", "to the next of a list"], ["Enter", "open it: a span, a trace, a check"]);
    for (const [key, what] of rows) {
      const dt = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      dt.append(kbd);
      const dd = document.createElement("dd");
      dd.textContent = what;
      list.append(dt, dd);
    }
    $("keys-on").checked = wanted();
    $("keys").showModal();
  }

  document.addEventListener("DOMContentLoaded", () => {
    $("keys-open").addEventListener("click", showKeys);
    $("keys-on").addEventListener("change", (e) => localStorage.setItem(stored, e.target.checked ? "on" : "off"));
  });

  // The list at the side follows what is at hand: its part opens, and it is
  // scrolled to, within the list alone.
  let shown = null;
  function follow() {
    const side = document.querySelector(".side");
    const current = side?.querySelector("[aria-current]");
    if (!current || current.value === shown) return;
    shown = current.value;
    current.closest("details").open = true;
    const out = side.getBoundingClientRect(), at = current.getBoundingClientRect();
    if (at.top < out.top || at.bottom > out.bottom) side.scrollTop += at.top - out.top - side.clientHeight / 2;
  }
  document.addEventListener("DOMContentLoaded", follow);
  document.addEventListener("htmx:after:swap", follow);

  // The connection that tells of changes ends with the workshop.
  const online = (yes) => () => { $("offline").hidden = yes; };
  document.addEventListener("htmx:sse:error", online(false));
  document.addEventListener("htmx:sse:after:connection", online(true));

  // A browser has six connections for all of the workshop's tabs: one that
  // nobody has looked at takes none. The first attempt is made anew here; htmx
  // does that for what has been connected once.
  let looking = false;
  function look() {
    if (document.hidden || looking) return;
    looking = true;
    document.dispatchEvent(new Event("look"));
  }
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:error", (e) => {
    if (e.target.id !== "events") return;
    looking = false;
    online(false)();
    setTimeout(look, 1000);
  });

  // An update of the traces, or of the people in a room, that has waited for a
  // choice asks for what was chosen, not for what was shown when it began to wait.
  document.addEventListener("htmx:before:request", (e) => {
    const { sourceElement: el, request } = e.detail.ctx;
    if (el.id === "traces" || el.id === "people") request.action = el.getAttribute("hx-get");
  });

  // What the workshop refuses, it gives a reason for.
  let forget;
  document.addEventListener("htmx:response:error", async (e) => {
    const text = e.detail.ctx.text || "The workshop refused this.";
    const p = $("trouble");
    p.textContent = text;
    p.hidden = false;
    clearTimeout(forget);
    forget = setTimeout(() => { p.hidden = true; }, 8000);
  });
})();
