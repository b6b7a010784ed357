"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse($("data").textContent);
  root.classList.add("js");

  /* Theme: what the system says until the reader says otherwise. */
  const remember = (value) => { try { localStorage.setItem("theme", value); } catch { /* files may have no storage */ } };
  try { const kept = localStorage.getItem("theme"); if (kept) root.dataset.theme = kept; } catch { /* same */ }
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });

  /* Time */
  const clock = (s) => {
    const t = Math.floor(Math.max(s, 0)), h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60;
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(t % 60)}` : `${m}:${two(t % 60)}`;
  };
  /* The last index whose value is not above x, or -1. */
  const last = (values, x) => {
    let low = 0, high = values.length;
    while (low < high) { const mid = (low + high) >> 1; if (values[mid] <= x) low = mid + 1; else high = mid; }
    return low - 1;
  };
  const lineAt = (t) => {
    const at = last(data.starts, t + 0.005);
    for (let i = at; i > at - 4 && i >= 0; i--) if (data.ends[i] > t) return i;
    return at;
  };
  const line = (i) => $(`u${i}`);
  const words = (i) => line(i).querySelector("p");

  /* Ranges of text inside a line, whose doubtful words are elements of their own. */
  const range = (p, from, to) => {
    const found = document.createRange();
    const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    let at = 0, begun = false;
    for (let node = walk.nextNode(); node; at += node.length, node = walk.nextNode()) {
      if (!begun && from < at + node.length) { found.setStart(node, from - at); begun = true; }
      if (begun && to <= at + node.length) { found.setEnd(node, to - at); return found; }
    }
    return null;
  };
  const paint = (name, ranges) => {
    if (!window.Highlight || !CSS.highlights) return;
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges)); else CSS.highlights.delete(name);
  };

  /* Where we are */
  const audio = $("audio");
  let usable = false, until = Infinity, position = 0, current = -1, currentWord = -1;

  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 56 && box.top < innerHeight - 110;
  };
  const say = (i) => {
    const shown = i >= 0;
    $("says-link").hidden = !shown;
    if (!shown) return;
    const who = line(i).closest(".para");
    $("says-who").className = `who ${who.classList[1]}`;
    $("says-who").textContent = who.querySelector("h3").firstChild.textContent;
    $("says-text").textContent = words(i).textContent;
    $("says-text").className = "";
    $("says-link").href = `#u${i}`;
  };
  const mark = (t) => {
    const i = lineAt(t);
    if (i !== current) {
      const before = current >= 0 ? line(current) : null;
      const following = before && audio && !audio.paused && seen(before);
      before?.classList.remove("now");
      before?.removeAttribute("aria-current");
      current = i;
      currentWord = -1;
      paint("word", []);
      say(i);
      if (i >= 0) {
        line(i).classList.add("now");
        line(i).setAttribute("aria-current", "true");
        if (following && !seen(line(i))) line(i).scrollIntoView({ block: "center" });
      }
    }
    if (current >= 0) markWord(t);
  };
  const markWord = (t) => {
    const steps = data.words[current];
    let at = data.starts[current], offset = 0, found = -1, from = 0, to = 0;
    for (let k = 0; k < steps.length; k += 2) {
      at += steps[k] / 100;
      if (at > t + 0.01) break;
      found = k; from = offset; offset += steps[k + 1]; to = offset;
    }
    if (found === currentWord) return;
    currentWord = found;
    if (words(current).textContent[from] === " ") from += 1;
    const word = found < 0 ? null : range(words(current), from, to);
    paint("word", word && !audio?.paused ? [word] : []);
  };
  const show = (t) => {
    position = t;
    $("at").textContent = clock(t);
    $("seek").value = t;
    $("seek").setAttribute("aria-valuetext", clock(t));
    if ($("head")) { $("head").hidden = false; $("head").style.left = `${100 * t / data.duration}%`; }
    mark(t);
  };
  const go = (t, end = Infinity, start = true) => {
    const to = Math.min(Math.max(t, 0), data.duration);
    until = end;
    if (usable) { audio.currentTime = to; if (start) audio.play().catch(() => {}); }
    show(to);
  };

  /* Sound */
  const toggle = () => {
    if (!usable) return;
    until = Infinity;
    if (audio.paused) audio.play().catch(() => {}); else audio.pause();
  };
  const tick = () => {
    show(audio.currentTime);
    if (audio.currentTime >= until - 0.05) { audio.pause(); until = Infinity; }
    if (!audio.paused) requestAnimationFrame(tick);
  };
  if (audio) {
    audio.controls = false;
    const ready = () => { usable = true; $("play").disabled = $("speed").disabled = false; };
    const missing = () => {
      usable = false;
      $("missing").hidden = false;
      $("play").hidden = $("speed").hidden = true;
      if (current < 0) $("says-text").textContent = "Click a time or a line.";
    };
    if (audio.readyState > 0) ready(); else audio.addEventListener("loadedmetadata", ready);
    if (audio.error) missing(); else audio.addEventListener("error", missing);
    const state = () => {
      $("play").textContent = audio.paused ? "▶" : "❚❚";
      $("play").setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    };
    audio.addEventListener("play", () => { state(); requestAnimationFrame(tick); });
    audio.addEventListener("pause", state);
    audio.addEventListener("seeked", () => { if (audio.paused) show(audio.currentTime); });
    $("play").addEventListener("click", toggle);
    $("speed").addEventListener("change", () => { audio.playbackRate = Number($("speed").value); });
  }
  $("seek").addEventListener("input", () => go(Number($("seek").value), Infinity, false));

  /* Anything with a time goes there: evidence plays its own seconds, a line plays on. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-t]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    go(Number(link.dataset.t), link.dataset.e ? Math.max(Number(link.dataset.e), Number(link.dataset.t) + 1) : Infinity);
    if (usable || link.closest(".line")) event.preventDefault();
  });
  $("lines")?.addEventListener("click", (event) => {
    const p = event.target.closest("p");
    if (!p || String(getSelection())) return;
    go(wordTime(p, event));
  });
  const wordTime = (p, event) => {
    const i = Number(p.parentElement.id.slice(1));
    const caret = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(event.clientX, event.clientY)
      : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const node = caret && (caret.offsetNode ?? caret.startContainer);
    if (!node || !p.contains(node)) return data.starts[i];
    const before = document.createRange();
    before.setStart(p, 0);
    before.setEnd(node, caret.offset ?? caret.startOffset);
    const offset = before.toString().length, steps = data.words[i];
    let at = data.starts[i], letters = 0;
    for (let k = 0; k < steps.length; k += 2) {
      at += steps[k] / 100;
      letters += steps[k + 1];
      if (letters >= offset) break;
    }
    return at;
  };

  /* Timeline */
  const inner = $("inner");
  if (inner) {
    const scroll = $("scroll"), most = Math.max(1, Math.min(64, data.duration / 40));
    let zoom = 1;
    const stretch = (to, clientX) => {
      const box = scroll.getBoundingClientRect();
      const x = clientX === undefined ? box.width / 2 : clientX - box.left;
      const place = (scroll.scrollLeft + x) / inner.offsetWidth;
      zoom = Math.min(Math.max(to, 1), most);
      inner.style.width = `${100 * zoom}%`;
      $("chart").dataset.zoom = [64, 16, 4, 1].find((level) => zoom >= level * 0.9);
      scroll.scrollLeft = place * inner.offsetWidth - x;
      $("out").disabled = zoom <= 1;
      $("in").disabled = zoom >= most;
    };
    const timeAt = (event) => {
      const box = inner.getBoundingClientRect();
      return data.duration * Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    };
    stretch(1);
    $("in").addEventListener("click", () => stretch(zoom * 2));
    $("out").addEventListener("click", () => stretch(zoom / 2));
    $("fit").addEventListener("click", () => stretch(1));
    scroll.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      stretch(zoom * Math.exp(-event.deltaY / 300), event.clientX);
    }, { passive: false });
    inner.addEventListener("click", (event) => go(timeAt(event)));
    inner.addEventListener("pointermove", (event) => {
      const t = timeAt(event), i = lineAt(t);
      $("hair").hidden = false;
      $("hair").style.left = `${100 * t / data.duration}%`;
      const who = i >= 0 && data.ends[i] > t ? line(i).closest(".para").querySelector("h3").firstChild.textContent : "";
      $("readout").textContent = who ? `${clock(t)}  ${who}: ${words(i).textContent}` : clock(t);
    });
    inner.addEventListener("pointerleave", () => { $("hair").hidden = true; });
  }

  /* Search. One letter folds to one letter, so that offsets hold. */
  const fold = (text) => Array.from(text, (c) => { const l = c.toLowerCase(); return l.length === c.length ? l : c; }).join("");
  let hits = [], at = -1;
  const search = () => {
    const query = fold($("query").value.trim());
    document.querySelectorAll(".line.hit").forEach((one) => one.classList.remove("hit"));
    hits = [];
    at = -1;
    for (let i = 0; query && i < data.starts.length; i++) {
      const text = fold(words(i).textContent);
      for (let from = text.indexOf(query); from >= 0; from = text.indexOf(query, from + query.length)) {
        hits.push({ i, range: range(words(i), from, from + query.length) });
      }
    }
    if (!CSS.highlights) hits.forEach((hit) => line(hit.i).classList.add("hit"));
    paint("hits", hits.map((hit) => hit.range));
    paint("hit", []);
    $("hits").textContent = query ? (hits.length ? `${hits.length} found` : "nothing found") : "";
  };
  const step = (by) => {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    paint("hit", [hits[at].range]);
    line(hits[at].i).scrollIntoView({ block: "center" });
    $("hits").textContent = `${at + 1} of ${hits.length}`;
  };
  if ($("find")) {
    let wait;
    $("query").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(search, 120); });
    $("find").addEventListener("submit", (event) => { event.preventDefault(); step(1); });
    $("before").addEventListener("click", () => { if (at < 0) at = 0; step(-1); });
  }

  /* Keys. Inputs keep their own; letters typed through an input method are not ours. */
  const neighbour = (by) => {
    const focused = document.activeElement.closest(".line");
    const to = focused && $(`u${Number(focused.id.slice(1)) + by}`);
    to?.querySelector("a").focus();
    return Boolean(focused);
  };
  const keys = {
    " ": toggle,
    k: toggle,
    j: (event) => go(position - (event.shiftKey ? 30 : 5), Infinity, false),
    l: (event) => go(position + (event.shiftKey ? 30 : 5), Infinity, false),
    arrowleft: (event) => keys.j(event),
    arrowright: (event) => keys.l(event),
    arrowup: () => neighbour(-1),
    arrowdown: () => neighbour(1),
    "/": () => $("query")?.focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, audio, .scroll")) return;
    const key = event.key.toLowerCase();
    if (key === " " && event.target.closest("button, summary")) return;
    if (keys[key] && keys[key](event) !== false) event.preventDefault();
  });
})();
