"use strict";
(() => {
  const tip = document.getElementById("tip");
  const FEW = 6; // rows that are seen at once and need no filter
  const said = document.getElementById("said");
  const number = (cell) => (cell && cell.dataset.v !== undefined ? Number(cell.dataset.v) : NaN);

  // Sorting: a button in each header; missing figures stay last.
  function sort(table, column, header) {
    const up = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, n: number(row.cells[column]), t: row.cells[column].textContent }));
    const figures = rows.some((each) => !Number.isNaN(each.n));
    const text = new Intl.Collator("en-GB", { numeric: true });
    rows.sort((a, b) => {
      if (!figures) return up ? text.compare(a.t, b.t) : text.compare(b.t, a.t);
      if (Number.isNaN(a.n) || Number.isNaN(b.n)) return Number.isNaN(a.n) - Number.isNaN(b.n);
      return up ? a.n - b.n : b.n - a.n;
    });
    body.append(...rows.map((each) => each.row));
    said.textContent = `Sorted by ${header.textContent.trim()}, ${up ? "ascending" : "descending"}.`;
  }

  // Filtering: rows that contain the text stay.
  function filter(table, wanted, shown) {
    const rows = table.tBodies[0].rows;
    const needle = wanted.trim().toLocaleLowerCase("en-GB");
    let count = 0;
    for (const row of rows) {
      const here = !needle || row.textContent.toLocaleLowerCase("en-GB").includes(needle);
      row.hidden = !here;
      count += here;
    }
    shown.textContent = `${count} of ${rows.length} rows`;
  }

  function prepare(table) {
    const headers = table.tHead.rows[0].cells;
    const first = table.tBodies[0].rows[0];
    [...headers].forEach((header, column) => {
      if (first && first.cells[column] && first.cells[column].dataset.v !== undefined) header.classList.add("n");
      if (!("sortable" in table.dataset)) return;
      header.setAttribute("aria-sort", "none");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      button.addEventListener("click", () => sort(table, column, header));
      header.replaceChildren(button);
    });
    if (!("sortable" in table.dataset)) return;
    if (table.tBodies[0].rows.length <= FEW) return;
    const box = document.createElement("div");
    box.className = "filter screen";
    const label = document.createElement("label");
    const input = document.createElement("input");
    const shown = document.createElement("span");
    input.type = "search";
    input.id = `f-${table.id}`;
    label.htmlFor = input.id;
    label.textContent = "Rows that contain";
    shown.setAttribute("role", "status");
    shown.textContent = `${table.tBodies[0].rows.length} rows`;
    let waiting = 0;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => filter(table, input.value, shown), 80);
    });
    box.append(label, input, shown);
    table.parentElement.before(box);
  }

  // Tips: for the pointer on a mark, and for the arrow keys in a picture.
  function show(mark, x, y) {
    hide();
    mark.classList.add("on");
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - box.width - 4))}px`;
    tip.style.top = `${y + box.height + 24 > innerHeight ? Math.max(4, y - box.height - 12) : y + 16}px`;
  }
  function hide() {
    tip.hidden = true;
    for (const mark of document.querySelectorAll("[data-tip].on")) mark.classList.remove("on");
  }
  document.addEventListener("pointermove", (event) => {
    if (event.target === tip) return;
    const mark = event.target.closest && event.target.closest("[data-tip]");
    if (mark) show(mark, event.clientX, event.clientY);
    else if (event.pointerType === "mouse") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    const mark = event.target.closest && event.target.closest("[data-tip]");
    if (mark) show(mark, event.clientX, event.clientY);
    else hide();
  });
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const picture = event.target.closest && event.target.closest(".picture");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!picture || !step) return;
    const once = new Map([...picture.querySelectorAll("[data-tip]")].reverse().map((mark) => [mark.dataset.tip, mark]));
    const marks = [...once.values()].reverse().filter((mark) => mark.getBoundingClientRect().width > 0);
    if (!marks.length) return;
    event.preventDefault();
    const at = marks.findIndex((mark) => mark.classList.contains("on"));
    const mark = marks[at < 0 ? (step > 0 ? 0 : marks.length - 1) : (at + step + marks.length) % marks.length];
    const box = mark.getBoundingClientRect();
    show(mark, box.left + box.width / 2, box.top + box.height / 2);
    said.textContent = mark.dataset.tip;
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.closest && event.target.closest(".picture")) hide();
  });

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // Pages of areas: packed together, unpacked when one is asked for.
  const packed = document.getElementById("packed");
  const place = document.getElementById("page");
  if (packed && place) {
    const { codes, together, packs } = JSON.parse(packed.textContent);
    const opened = new Map();
    const unpack = async (pack) => {
      if (!opened.has(pack)) opened.set(pack, await unpacked(packs[pack]));
      return opened.get(pack);
    };
    const choose = document.getElementById("choose");
    const area = document.getElementById("area");
    const close = document.getElementById("close");
    const follow = async () => {
      if (!location.hash.startsWith("#area=")) return;
      const code = decodeURIComponent(location.hash.slice(6));
      const at = codes.indexOf(code);
      if (at < 0) return;
      place.innerHTML = (await unpack(Math.floor(at / together)))[code];
      place.querySelectorAll("table").forEach(prepare);
      area.value = code;
      close.hidden = false;
      const heading = place.querySelector("h3");
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    };
    choose.addEventListener("submit", (event) => {
      event.preventDefault();
      if (area.value) location.hash = `area=${encodeURIComponent(area.value)}`;
      follow();
    });
    close.addEventListener("click", () => {
      place.replaceChildren();
      close.hidden = true;
      history.replaceState(null, "", "#h-areas");
      area.focus();
    });
    addEventListener("hashchange", follow);
    follow();
  }

  // Print: what is folded is printed, and folded again afterwards.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.log:not([open])")];
    folded.forEach((one) => (one.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((one) => (one.open = false)));

  // The slider: each point is a pack of parts of the page, which replace what is shown.
  const points = document.getElementById("points");
  if (points) {
    const { words, packs } = JSON.parse(points.textContent);
    const slider = document.getElementById("slider");
    const point = document.getElementById("point");
    const shown = slider.querySelector("output");
    const name = () => point.setAttribute("aria-valuetext", (shown.textContent = words[point.valueAsNumber]));
    slider.hidden = false;
    slider.addEventListener("submit", (event) => event.preventDefault());
    name();
    point.addEventListener("input", async () => {
      name();
      const wanted = point.valueAsNumber;
      const parts = await unpacked(packs[wanted]);
      if (point.valueAsNumber !== wanted) return; // moved on meanwhile
      for (const [id, html] of Object.entries(parts)) {
        const part = document.getElementById(id);
        if (!part) continue;
        part.innerHTML = html;
        part.querySelectorAll("table").forEach(prepare);
      }
    });
  }

  document.querySelectorAll("table").forEach(prepare);
})();
