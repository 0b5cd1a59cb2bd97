/* Keys of the inbox: one letter each, never while somebody types; the help dialog turns them off. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  var inbox = sc && sc.inbox;
  var help = document.getElementById("sc-keys");
  if (!inbox || !help || inbox.keys) return;
  inbox.keys = true;
  var root = inbox.root;
  var SWITCH = "sc-keys-off";

  function isOff() {
    try { return localStorage.getItem(SWITCH) === "1"; } catch (error) { return false; }
  }

  function isTyping(node) {
    return Boolean(node.closest && node.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog"));
  }

  function current() {
    return document.activeElement.closest && document.activeElement.closest("a.sc-convo");
  }

  function move(step) {
    var rows = inbox.rows();
    if (!rows.length) return;
    var from = current() || root.querySelector("a.sc-convo[aria-current]");
    var at = rows.indexOf(from);
    var next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))];
    if (inbox.isNarrow()) inbox.show("list");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function inThread(selector) {
    var thread = document.getElementById("sc-thread");
    var found = thread && thread.querySelector(selector);
    if (!thread || !thread.dataset.c) sc.toast(inbox.word("none", ""));
    return found;
  }

  function press(selector) {
    var button = inThread(selector);
    if (button) button.click();
  }

  function menu(name) {
    var place = inThread('details[data-sc-menu="' + name + '"]');
    if (!place) return;
    place.open = true;
    var first = place.querySelector("button, input:not([type=hidden]), select, a");
    if (first) first.focus();
  }

  function write(kind) {
    var tab = inThread('[data-sc-kind-tab="' + kind + '"]');
    if (tab) tab.click();
    var area = inThread(kind === "note" ? ".sc-composer--note textarea" : "form[data-sc-composer] textarea");
    if (area) area.focus();
  }

  function toggle() {
    var row = current() || root.querySelector("a.sc-convo[aria-current]");
    var box = row && row.parentNode.querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  function search() {
    var box = document.getElementById("sc-q");
    if (inbox.isNarrow()) inbox.show("list");
    box.focus();
    box.select();
  }

  var DEEDS = {
    j: function () { move(1); },
    k: function () { move(-1); },
    r: function () { write("reply"); },
    n: function () { write("note"); },
    a: function () { menu("assign"); },
    t: function () { press("form[data-sc-deed=take] button"); },
    e: function () { press("form[data-sc-deed=resolve] button"); },
    E: function () { press("[data-sc-deed-next]"); },
    o: function () { press("form[data-sc-deed=reopen] button"); },
    s: function () { menu("snooze"); },
    x: toggle,
    "/": search,
    "?": function () { help.showModal(); }
  };

  /* Before the page's own keys: "/" searches here, not in the whole site. */
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leave(event);
    if (isTyping(event.target) || (isOff() && event.key !== "?")) return;
    var deed = DEEDS[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    /* A key that comes while the conversation is still on its way is meant for it. */
    if (inbox.opening && !"jkx/?".includes(event.key)) inbox.opening.then(deed);
    else deed();
  }, true);

  /* Escape leads one step out: menu (panel.js), field, drawer. */
  function leave(event) {
    if (root.querySelector("details[open]") || help.open) return;
    if (event.target.closest("#sc-dock textarea, #sc-q")) {
      var back = root.querySelector("a.sc-convo[aria-current]") || inbox.rows()[0];
      if (back && !inbox.isNarrow()) back.focus();
      else event.target.blur();
    } else if (root.dataset.show === "cust") inbox.drawer(false);
  }

  var box = document.getElementById("sc-keys-on");
  box.checked = !isOff();
  box.addEventListener("change", function () {
    try { localStorage.setItem(SWITCH, box.checked ? "" : "1"); } catch (error) { /* private windows may refuse */ }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-sc-keys]")) help.showModal();
    else if (event.target === help) help.close();
  });
})();
