// The CRM's own script. Every page works without it.
(function () {
  "use strict";
  var phone = window.matchMedia("(max-width: 1023.98px)");

  // "/" goes to the search box, as on the key cap beside it.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { closePops(null); clear("filter-pop"); clear("jump-found"); }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    var box = visible("[data-jump]") || visible("[data-listsearch]") || visible("input[type=search]");
    event.preventDefault();
    if (box) { box.focus(); box.select(); } else { window.location.href = "/search/"; }
  });
  function isTyping(node) { return node.closest && node.closest("input, textarea, select, [contenteditable]"); }
  function visible(selector) {
    return Array.prototype.find.call(document.querySelectorAll(selector), function (node) { return node.offsetParent !== null; });
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    closePops(target.closest("details.sc-pop"));
    var tab = target.closest(".sc-tab[data-pane]");
    if (tab && phone.matches) { event.preventDefault(); showPane(tab.dataset.pane); }
    var add = target.closest("[data-formset-add]");
    if (add) addRow(add.closest("[data-formset]"));
    var close = target.closest("[data-toast-close]");
    if (close) close.closest("[data-toast]").remove();
    if (!target.closest(".sc-jumpbox")) clear("jump-found");
    if (!target.closest(".sc-pop")) clear("filter-pop");
  });
  function closePops(keep) {
    document.querySelectorAll("details.sc-pop[open]").forEach(function (pop) { if (pop !== keep) pop.open = false; });
  }
  function clear(id) { var node = document.getElementById(id); if (node) node.textContent = ""; }

  function showPane(pane) {
    document.querySelector("[data-show]").dataset.show = pane;
    document.querySelectorAll(".sc-tab[data-pane]").forEach(function (tab) {
      tab.setAttribute("aria-selected", String(tab.dataset.pane === pane));
    });
    window.scrollTo(0, 0);
  }

  // Rows of e-mails, phones, web sites: the template is the formset's own empty row.
  function addRow(set) {
    var total = set.querySelector("[name$=-TOTAL_FORMS]");
    var html = set.querySelector("template").innerHTML.replace(/__prefix__/g, total.value);
    set.querySelector("[data-formset-add]").insertAdjacentHTML("beforebegin", html);
    total.value = Number(total.value) + 1;
    set.querySelectorAll(".sc-rows__row input:not([type=hidden])").item(total.value - 1).focus();
  }

  // The arrow keys walk through what the search box found.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    var box = event.target.closest && event.target.closest(".sc-jumpbox");
    if (!box) return;
    var links = Array.prototype.slice.call(box.querySelectorAll(".sc-found a"));
    var at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (!links.length) return;
    event.preventDefault();
    (links[at] || box.querySelector("[data-jump]")).focus();
  });

  function start() {
    document.querySelectorAll("[data-formset-add], [data-toast-close]").forEach(function (node) { node.hidden = false; });
    document.querySelectorAll("[data-toast]").forEach(function (toast) {
      setTimeout(function () { if (!toast.querySelector("a, form")) toast.remove(); }, 6000);
    });
    document.querySelectorAll("[data-selection]").forEach(watchSelection);
    document.querySelectorAll("[data-pick]").forEach(watchPick);
  }

  // A long list of boxes to tick: typing leaves those that fit, and those that are ticked.
  function watchPick(set) {
    var find = set.querySelector(".sc-pick__find"), rows = set.querySelectorAll("label:not(.sc-pick__find)");
    find.hidden = rows.length < 8;
    find.addEventListener("input", function (event) {
      var words = event.target.value.trim().toLowerCase();
      rows.forEach(function (row) {
        row.parentElement.hidden = !row.querySelector("input").checked && row.textContent.toLowerCase().indexOf(words) < 0;
      });
    });
    find.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
  }
  function watchSelection(form) {
    var boxes = form.querySelectorAll("input[name=pk]");
    var all = form.querySelector("[data-select-all]");
    var only = form.querySelectorAll("[data-selected-only]");
    function show() {
      var n = form.querySelectorAll("input[name=pk]:checked").length;
      only.forEach(function (node) { node.hidden = n === 0; });
      if (all) { all.checked = n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
    }
    if (all) all.addEventListener("change", function () { boxes.forEach(function (box) { box.checked = all.checked; }); show(); });
    form.addEventListener("change", show);
    show();
  }
  start();
})();
