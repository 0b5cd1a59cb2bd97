/* The inbox: open a conversation without a reload, choose several, stay fresh. What keeps it
   fresh is in inbox_live.js, its keys in keys.js.
   Everything works without this file, by ordinary links and forms. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  var root = document.getElementById("sc-inbox");
  if (!sc || !root || sc.inbox) return;
  var inbox = (sc.inbox = { root: root });

  var byId = inbox.byId = function (id) { return document.getElementById(id); };
  function look(wait) { if (inbox.look) inbox.look(wait); }
  function remember() { if (inbox.remember) inbox.remember(); }
  inbox.word = function (name, value) {
    var words = byId("sc-inbox-words");
    return ((words && words.dataset[name]) || "").replace("%s", value);
  };
  inbox.openPk = function () {
    var thread = byId("sc-thread");
    return (thread && thread.dataset.c) || "";
  };
  inbox.rows = function () { return Array.from(root.querySelectorAll("a.sc-convo")); };
  inbox.say = function (text) {
    var place = byId("sc-say");
    place.textContent = "";
    if (text) setTimeout(function () { place.textContent = text; }, 50);
  };
  inbox.isNarrow = function () { return window.matchMedia("(max-width: 767.98px)").matches; };

  /* Panes: on a phone one at a time; below 1280 the customer is a drawer. */
  inbox.show = function (pane) {
    root.dataset.show = pane;
  };

  inbox.markOpen = markOpen;
  function markOpen(pk) {
    inbox.rows().forEach(function (row) {
      if (row.dataset.scConvo === pk) {
        row.setAttribute("aria-current", "true");
        row.classList.remove("sc-convo--unread");
      } else row.removeAttribute("aria-current");
    });
  }

  /* Open a conversation in place. The server answers with its thread and its customer. */
  inbox.open = function (href, options) {
    options = options || {};
    var pk = options.pk || "";
    var thread = byId("sc-thread");
    var want = (inbox.wanted = href);
    thread.setAttribute("aria-busy", "true");
    markOpen(pk);
    inbox.opening = sc.ask(href).then(function (answer) {
      if (!answer.ok || answer.redirected) return location.assign(href);
      return answer.text().then(function (html) {
        if (inbox.wanted !== want) return; /* another row was opened in the meantime */
        sc.swap(html);
        inbox.wanted = "";
        if (!options.silent) history.pushState({ sc: "thread" }, "", href);
        inbox.show("thread");
        markOpen(inbox.openPk());
        retitle();
        if (options.focus !== false) focusThread();
        showMention();
        look(0);
      });
    }, function () {
      inbox.wanted = "";
      thread.removeAttribute("aria-busy");
      sc.toast(inbox.word("lost"));
    });
    inbox.opening.then(function () { if (inbox.wanted === want || !inbox.wanted) inbox.opening = null; });
    return inbox.opening;
  };

  function focusThread() {
    var name = byId("sc-head-name");
    if (name) name.focus({ preventScroll: true });
  }

  /* Where one came for the notes that name one, the newest of them is what is to be seen first. */
  function showMention() {
    if (new URLSearchParams(location.search).get("view") !== "mentions") return;
    var named = root.querySelectorAll("#sc-msgs .sc-mention.is-me");
    if (named.length) named[named.length - 1].scrollIntoView({ block: "center" });
  }

  function retitle() {
    var name = byId("sc-head-name");
    var rest = document.title.split(" · ").slice(1).join(" · ");
    if (name && rest) document.title = name.textContent.trim() + " · " + rest;
  }

  /* Another view, filter or search: the list alone changes, the open conversation stays. */
  inbox.list = function (href, options) {
    byId("sc-list").setAttribute("aria-busy", "true");
    return sc.ask(href).then(function (answer) {
      if (!answer.ok || answer.redirected) return location.assign(href);
      return answer.text().then(function (html) {
        sc.swap(html);
        root.dataset.scInbox = byId("sc-list").dataset.live;
        inbox.etag = "";
        byId("sc-list").removeAttribute("aria-busy");
        if (!options || !options.silent) history.pushState({ sc: "list" }, "", href);
        inbox.show("list");
        remember();
      });
    }, function () { location.assign(href); });
  };

  function more(link) {
    link.setAttribute("aria-busy", "true");
    sc.html(link.href).then(function (html) {
      var box = sc.parse(html).querySelector("#sc-convos-box");
      var list = byId("sc-convos");
      var first = null;
      box.querySelectorAll("#sc-convos > li").forEach(function (row) {
        if (byId(row.id)) return;
        list.append(row);
        first = first || row;
      });
      byId("sc-list-more").remove();
      var next = box.querySelector("#sc-list-more");
      if (next) byId("sc-convos-box").append(next);
      var searched = box.querySelector("#sc-searched");
      if (searched) {
        byId("sc-searched").remove();
        byId("sc-convos-box").append(searched);
      }
      remember();
      markOpen(inbox.openPk());
      if (first) first.querySelector("a").focus({ preventScroll: true });
    }).catch(function () { location.assign(link.href); });
  }

  /* Choosing several. */
  function chosen() { return root.querySelectorAll(".sc-convos__pick input:checked"); }
  inbox.count = function () {
    var place = root.querySelector("[data-sc-chosen]");
    var n = chosen().length;
    if (place) place.textContent = (n === 1 ? place.dataset.one : place.dataset.many).replace("%s", n);
  };

  root.addEventListener("change", function (event) {
    if (event.target.closest(".sc-convos__pick")) inbox.count();
    var who = event.target.closest("[data-sc-bulk-who]");
    if (who && who.value) who.form.requestSubmit(who.form.querySelector("[value=assign]"));
    var form = event.target.closest("form[data-sc-listform]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-sc-listform]");
    if (!form) return;
    event.preventDefault();
    var url = new URL(form.action, location.href);
    new FormData(form).forEach(function (value, name) { if (value) url.searchParams.set(name, value); });
    var typed = form.contains(document.activeElement) && document.activeElement.name === "q";
    inbox.list(url.href).then(function () { if (typed) byId("sc-q").focus(); });
  });

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    var target = event.target;
    var link;
    if ((link = target.closest("a[data-sc-convo]"))) {
      event.preventDefault();
      inbox.open(link.href, { pk: link.dataset.scConvo });
    } else if ((link = target.closest("a[data-sc-list]"))) {
      event.preventDefault();
      inbox.list(link.href);
    } else if ((link = target.closest("a[data-sc-rows]"))) {
      event.preventDefault();
      more(link);
    } else if ((link = target.closest("a[data-sc-back]"))) {
      event.preventDefault();
      goBack(link.href);
    } else if (target.closest("a[data-sc-cust]")) {
      event.preventDefault();
      drawer(true);
    } else if (target.closest("a[data-sc-cust-close]")) {
      event.preventDefault();
      drawer(false);
    } else if ((link = target.closest("[data-sc-select]"))) {
      var on = link.getAttribute("aria-pressed") !== "true";
      link.setAttribute("aria-pressed", String(on));
      byId("sc-list").classList.toggle("is-selecting", on);
      if (!on) chosen().forEach(function (box) { box.checked = false; });
    } else if (target.closest("[data-sc-to-new]")) {
      byId("sc-news").hidden = true;
      var line = byId("sc-new");
      if (line) line.scrollIntoView({ block: "start" });
    }
  });

  function goBack(href) {
    var pk = inbox.openPk();
    history.pushState({ sc: "list" }, "", href);
    inbox.show("list");
    var row = byId("convo-" + pk + "-open");
    if (row) row.focus();
  }

  function drawer(open) {
    inbox.show(open ? "cust" : "thread");
    var target = root.querySelector(open ? "[data-sc-cust-close]" : "[data-sc-cust]");
    if (target) target.focus();
  }
  inbox.drawer = drawer;

  /* After a deed the list follows at once; "done, and open the next one" brings another conversation. */
  document.addEventListener("sc:swapped", function () {
    var thread = byId("sc-thread");
    if (thread) thread.removeAttribute("aria-busy");
    remember();
    if (inbox.at !== inbox.openPk() && !inbox.wanted) follow();
    inbox.at = inbox.openPk();
    inbox.etag = "";
    look(150);
  });

  function follow() {
    var pk = inbox.openPk();
    var list = new URL(root.dataset.scInbox, location.href).search;
    history.pushState({ sc: "thread" }, "", root.dataset.home + (pk ? pk + "/" : "") + list);
    inbox.show(pk ? "thread" : "list");
    markOpen(pk);
    if (pk) focusThread();
    else if (inbox.rows().length) inbox.rows()[0].focus();
  }

  document.addEventListener("sc:done", function (event) {
    if (!event.detail.matches("[data-sc-bulk]")) return;
    chosen().forEach(function (box) { box.checked = false; });
    inbox.count();
  });

  window.addEventListener("popstate", function () {
    var path = location.pathname;
    if (!path.startsWith(root.dataset.home)) return location.reload();
    var pk = path.slice(root.dataset.home.length).replace("/", "");
    if (pk) inbox.open(location.href, { pk: pk, silent: true, focus: false });
    else inbox.list(location.href, { silent: true });
  });

  inbox.count();
  showMention();
  inbox.at = inbox.openPk();
  var chip = root.querySelector(".sc-views [aria-current]");
  if (chip) chip.parentNode.scrollLeft = chip.offsetLeft - 40;
})();
