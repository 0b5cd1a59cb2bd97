/* The reports' charts: uPlot draws what stands in a table beside it, so that eyes and screen readers get one truth.
   Rows carry data-x (seconds, UTC) and data-y (figures with commas between). Colours come from the page's tokens. */
(() => {
  "use strict";
  const plots = new Map();
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Day before month in English too, as everywhere on the page.
  const lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const day = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });

  const read = (table) => {
    const rows = [...table.querySelectorAll("tr[data-x]")];
    const figures = rows.map((row) => row.dataset.y.split(",").map(Number));
    const columns = figures[0].map((_, column) => figures.map((row) => row[column]));
    return [rows.map((row) => Number(row.dataset.x)), ...columns];
  };

  // Mentions and scores come in whole numbers: no line at two and a half mentions.
  const steps = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6].map((power) => step * 10 ** power)).sort((a, b) => a - b);

  const axes = () => {
    const base = { stroke: token("--sc-text-3"), font: `12px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } };
    return [
      { ...base, grid: { show: false }, size: 26, space: 72, values: (_, ticks) => ticks.map((at) => day.format(at * 1000)) },
      { ...base, side: 1, size: 36, incrs: steps, grid: { stroke: token("--sc-chart-grid"), width: 1 }, space: 56 },
    ];
  };

  const bars = (name) => ({ stroke: "transparent", width: 0, fill: token(name), points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 28] }) });

  const kinds = {
    band: () => ({
      series: [
        {},
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        { stroke: token("--sc-chart-1"), width: 1.6, points: { show: false } },
      ],
      bands: [{ series: [2, 1], fill: token("--sc-chart-band") }],
      scales: { y: { range: (_, low, high) => [Math.max(0, Math.floor((low - 4) / 10) * 10), Math.min(100, Math.ceil((high + 4) / 10) * 10)] } },
    }),
    days: () => ({
      series: [{}, bars("--sc-chart-mute"), bars("--sc-chart-1")],
      scales: { x: { range: (_, first, last) => [first - 43200, last + 43200] }, y: { range: (_, low, high) => [0, Math.max(4, high * 1.05)] } },
    }),
  };

  const tip = (place, table) => {
    const box = document.createElement("div");
    box.className = "sc-plot__tip";
    box.hidden = true;
    place.append(box);
    const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    const rows = [...table.querySelectorAll("tr[data-x]")];
    return {
      hooks: {
        setCursor: [
          (plot) => {
            const at = plot.cursor.idx;
            box.hidden = at == null || plot.cursor.left < 0;
            if (box.hidden) return;
            const cells = [...rows[at].cells].map((cell) => cell.textContent.trim());
            box.textContent = cells.map((text, column) => (column ? `${heads[column]} ${text}` : text)).join(" · ");
            const left = plot.bbox.left / devicePixelRatio + plot.cursor.left + 12;
            box.style.left = `${Math.max(0, Math.min(left, place.clientWidth - box.offsetWidth))}px`;
            box.style.top = "0";
          },
        ],
      },
    };
  };

  const draw = (place) => {
    const table = document.getElementById(place.dataset.table);
    if (!table || !place.clientWidth) return;
    const found = plots.get(place);
    if (found) found.destroy();
    place.replaceChildren();
    place.style.position = "relative";
    const options = {
      width: place.clientWidth,
      height: place.dataset.plot === "days" ? 200 : 176,
      legend: { show: false },
      padding: [10, 0, 0, 16],
      cursor: { y: false, drag: { x: false, y: false }, points: { show: place.dataset.plot === "band" } },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
      axes: axes(),
      plugins: [tip(place, table)],
      ...kinds[place.dataset.plot](),
    };
    plots.set(place, new uPlot(options, read(table), place));
  };

  const all = () => document.querySelectorAll("[data-plot]").forEach(draw);

  const start = () => {
    all();
    const widths = new WeakMap();
    const watch = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (widths.get(target) !== target.clientWidth) {
          widths.set(target, target.clientWidth);
          draw(target);
        }
      }
    });
    document.querySelectorAll("[data-plot]").forEach((place) => {
      widths.set(place, place.clientWidth);
      watch.observe(place);
    });
    new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    document.querySelectorAll("select[data-submit]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
    // One explanation at a time, and Escape closes it where it was opened.
    document.addEventListener("toggle", (event) => {
      if (!event.target.matches?.(".sc-why") || !event.target.open) return;
      document.querySelectorAll(".sc-why[open]").forEach((other) => { if (other !== event.target) other.open = false; });
    }, true);
    document.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && document.querySelector(".sc-why[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
    });
    document.addEventListener("click", (event) => {
      document.querySelectorAll(".sc-why[open]").forEach((one) => { if (!one.contains(event.target)) one.open = false; });
    });
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
