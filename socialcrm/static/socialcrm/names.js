/* Naming a colleague in an internal note: "@" opens a list of who may see the conversation, arrows and Enter choose.
   Without this file the username is typed as it is. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  if (!sc || sc.names) return;
  sc.names = true;
  var BEFORE = /(?:^|[^\w@./+-])@([\w.+-]*)$/;
  var known = {}; /* address -> promise of the list */
  var now = null; /* { area, list, at }: the list that is open */

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  function typed(area) {
    var found = area.selectionStart === area.selectionEnd && BEFORE.exec(area.value.slice(0, area.selectionStart));
    return found ? found[1] : null;
  }

  function fetched(url) {
    known[url] = known[url] || sc.html(url).catch(function (error) { delete known[url]; throw error; });
    return known[url];
  }

  function close() {
    if (!now) return;
    now.list.remove();
    now.said.remove();
    ["aria-controls", "aria-activedescendant", "aria-autocomplete"].forEach(function (name) { now.area.removeAttribute(name); });
    now = null;
  }

  function shown() { return Array.from(now.list.children).filter(function (one) { return !one.hidden; }); }

  function choose(at) {
    var options = shown();
    if (!options.length) return;
    now.at = (at + options.length) % options.length;
    options.forEach(function (one, place) { one.setAttribute("aria-selected", String(place === now.at)); });
    now.area.setAttribute("aria-activedescendant", options[now.at].id);
    options[now.at].scrollIntoView({ block: "nearest" });
  }

  function sieve(text) {
    var wanted = plain(text);
    now.list.querySelectorAll("[role=option]").forEach(function (one) {
      var words = plain(one.dataset.scName + " " + one.querySelector(".sc-trunc").textContent).split(/[\s-]+/);
      one.hidden = !words.some(function (word) { return word.startsWith(wanted); });
      one.setAttribute("aria-selected", "false");
    });
    var n = shown().length;
    if (!n) return close();
    now.said.textContent = now.list.dataset.found.replace("%s", n);
    choose(0);
  }

  function open(area, html) {
    var list = sc.parse(html).querySelector(".sc-names");
    if (!list || !list.children.length) return;
    Array.from(list.children).forEach(function (one, place) { one.id = "sc-name-" + place; });
    list.id = "sc-names";
    var said = document.createElement("div");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    area.after(list, said);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    now = { area: area, list: list, said: said, at: 0 };
  }

  function look(area) {
    if (typed(area) === null) return close();
    fetched(area.form.dataset.scPeople).then(function (html) {
      var text = typed(area); /* what is there by now */
      if (text === null || document.activeElement !== area) return close();
      if (now && now.area !== area) close();
      if (!now) open(area, html);
      if (now) sieve(text);
    }, close);
  }

  function take(option) {
    var area = now.area;
    var from = area.selectionStart - typed(area).length;
    close();
    area.focus();
    area.setRangeText(option.dataset.scName + " ", from, area.selectionStart, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches("form[data-sc-people] textarea")) look(event.target);
  });

  /* Before the page's own keys: Escape closes the list, and not the field. */
  document.addEventListener("keydown", function (event) {
    if (!now || event.target !== now.area || event.ctrlKey || event.metaKey || event.altKey) return;
    var steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) choose(now.at + steps[event.key]);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) take(shown()[now.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("mousedown", function (event) {
    var option = now && event.target.closest("#sc-names [role=option]");
    if (!option) return;
    event.preventDefault(); /* the field keeps the focus */
    take(option);
  });

  document.addEventListener("focusout", function (event) { if (now && event.target === now.area) close(); });
})();
