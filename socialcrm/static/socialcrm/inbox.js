/* The inbox: open a conversation without a reload, choose several, stay fresh. Keys are in keys.js.
   Everything works without this file, by ordinary links and forms. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  var root = document.getElementById("sc-inbox");
  if (!sc || !root || sc.inbox) return;
  var inbox = (sc.inbox = { root: root });
  var EVERY = 4000;
  var misses = 0;
  var timer = null;
  var asking = null;
  var drawn = new WeakMap(); /* row -> the server's HTML of it, since waiting times tick here */
  document.documentElement.classList.add("sc-scripted");

  function byId(id) { return document.getElementById(id); }
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
    sc.ask(link.href).then(function (answer) {
      return answer.ok ? answer.text() : Promise.reject(answer.status);
    }).then(function (html) {
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
      remember();
      markOpen(inbox.openPk());
      if (first) first.querySelector("a").focus({ preventScroll: true });
    }).catch(function () { location.assign(link.href); });
  }

  /* Live refresh: one cheap question; rows and messages are merged one by one. */
  function remember() {
    root.querySelectorAll("#sc-convos > li").forEach(function (row) {
      if (!drawn.has(row)) drawn.set(row, row.innerHTML);
    });
  }

  function mergeRows(fresh) {
    var list = byId("sc-convos");
    var box = byId("sc-convos-box");
    var kept = new Set();
    var arrived = [];
    var place = null;
    Array.from(fresh.querySelectorAll("#sc-convos > li")).forEach(function (row) {
      var old = byId(row.id);
      kept.add(row.id);
      if (!old) {
        arrived.push(row);
        drawn.set(row, row.innerHTML);
      } else if (drawn.get(old) !== row.innerHTML) {
        old = freshen(old, row);
      }
      var node = old || row;
      var next = place ? place.nextSibling : list.firstChild;
      if (node !== next) moveKeepingFocus(list, node, next);
      place = node;
    });
    Array.from(list.children).forEach(function (row) { if (!kept.has(row.id)) drop(row); });
    ["sc-list-more", "sc-list-empty"].forEach(function (id) {
      var old = byId(id);
      var now = fresh.querySelector("#" + id);
      if (old && !old.contains(document.activeElement)) old.remove();
      if (now && !byId(id)) box.append(now);
    });
    markOpen(inbox.openPk());
    return arrived;
  }

  function freshen(old, row) {
    var box = old.querySelector("input[type=checkbox]");
    var was = document.activeElement;
    var focused = old.contains(was) ? was : null;
    drawn.set(old, row.innerHTML);
    var checked = box && box.checked;
    old.innerHTML = row.innerHTML;
    old.querySelector("input[type=checkbox]").checked = checked;
    if (focused) (old.querySelector(focused.tagName.toLowerCase()) || old).focus({ preventScroll: true });
    return old;
  }

  function moveKeepingFocus(list, node, next) {
    var focused = node.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(node, next);
    if (focused) focused.focus({ preventScroll: true });
  }

  /* A row that left the view hands the focus to its neighbour. */
  function drop(row) {
    if (row.contains(document.activeElement)) {
      var near = row.nextElementSibling || row.previousElementSibling;
      if (near) near.querySelector("a").focus({ preventScroll: true });
    }
    row.remove();
  }

  function mergeThread(fresh) {
    var thread = fresh.querySelector("#sc-thread");
    if (!thread || thread.dataset.c !== inbox.openPk()) return;
    byId("sc-thread").dataset.v = thread.dataset.v;
    mergePart(fresh.querySelector("#sc-head"));
    mergePart(fresh.querySelector("#sc-cust"));
    var news = mergeSaid(fresh.querySelector("#sc-msgs"));
    mergeDock(fresh.querySelector("#sc-dock"), news);
  }

  function mergePart(part) {
    var old = part && byId(part.id);
    if (!old || old.contains(document.activeElement) || old.querySelector("details[open]")) return;
    if (drawn.get(old) === part.innerHTML || old.innerHTML === part.innerHTML) return;
    var scrolled = old.scrollTop;
    var html = part.innerHTML;
    sc.put(part);
    drawn.set(part, html);
    part.scrollTop = scrolled;
  }

  /* What was said: changed entries are replaced, new ones inserted where they belong. Returns new words of theirs. */
  function mergeSaid(fresh) {
    var box = byId("sc-msgs");
    var inside = box.firstElementChild;
    var atEnd = Math.abs(box.scrollTop) < 40;
    var news = [];
    var place = null;
    var kept = new Set();
    Array.from(fresh.firstElementChild.children).forEach(function (entry) {
      var old = entry.id && byId(entry.id);
      if (entry.id) kept.add(entry.id);
      if (old && (drawn.get(old) || old.innerHTML) !== entry.innerHTML && !busy(old)) {
        drawn.set(entry, entry.innerHTML);
        sc.put(entry);
        old = entry;
      } else if (!old) {
        drawn.set(entry, entry.innerHTML);
        entry.classList.add("is-new");
        if (entry.hasAttribute("data-theirs")) news.push(entry);
      }
      var node = old || entry;
      var next = place ? place.nextElementSibling : inside.firstElementChild;
      if (node !== next) inside.insertBefore(node, next);
      place = node;
    });
    Array.from(inside.children).forEach(function (entry) {
      if (entry.id && !kept.has(entry.id) && entry.id !== "sc-new" && !busy(entry)) entry.remove();
    });
    if (news.length && !byId("sc-new")) separate(news[0]);
    if (atEnd) box.scrollTop = 0;
    else if (news.length) tell(news[0]);
    return news;
  }

  function busy(node) { return node.contains(document.activeElement) && document.activeElement.matches("textarea, input"); }

  function separate(entry) {
    var line = document.createElement("div");
    line.className = "sc-msgs__new";
    line.id = "sc-new";
    line.setAttribute("role", "separator");
    line.appendChild(document.createElement("span")).textContent = byId("sc-inbox-words").dataset.separator;
    entry.before(line);
  }

  function tell(entry) {
    var news = byId("sc-news");
    if (!news) return;
    news.querySelector("span").textContent = again(entry);
    news.hidden = false;
  }

  function again(entry) {
    var name = byId("sc-head-name");
    return inbox.word("again", name ? name.textContent.trim() : "");
  }

  function isTyping(dock) {
    return Array.from(dock.querySelectorAll("textarea")).some(function (area) {
      return area.value.trim() || area === document.activeElement;
    }) || dock.querySelector("details[open], [aria-busy=true]");
  }

  /* The composer is drawn anew only while nobody writes in it: what it had not seen, the server asks about. */
  function mergeDock(fresh, news) {
    var old = byId("sc-dock");
    if (!old || !fresh) return;
    if (!isTyping(old)) {
      if (old.dataset.newest !== fresh.dataset.newest || !old.querySelector("textarea")) sc.put(fresh);
    } else if (news.length) tell(news[0]);
    if (news.length) inbox.say(again(news[0]));
  }

  function announceRows(arrived) {
    if (!arrived.length) return;
    var name = arrived[0].querySelector(".sc-convo__name").textContent.trim();
    inbox.say(inbox.word("arrived", name));
    arrived.forEach(function (row) { row.classList.add("is-new"); });
  }

  function liveUrl() {
    var url = new URL(root.dataset.scInbox, location.href);
    url.searchParams.set("c", inbox.openPk());
    url.searchParams.set("shown", String(byId("sc-convos").children.length));
    return url;
  }

  function ask() {
    var url = liveUrl();
    var list = root.dataset.scInbox;
    var sent = { headers: { "If-None-Match": inbox.etag || "" }, cache: "no-store" };
    return sc.ask(url, sent).then(function (answer) {
      misses = 0;
      root.classList.remove("is-offline");
      if (answer.status === 304 || !answer.ok || answer.redirected) return;
      return answer.text().then(function (html) {
        if (root.dataset.scInbox !== list) return; /* another list was asked for in the meantime */
        var fresh = sc.parse(html);
        inbox.etag = answer.headers.get("ETag") || "";
        ["sc-views", "sc-inbox-nav"].forEach(function (id) { mergePart(fresh.querySelector("#" + id)); });
        var count = fresh.querySelector("#sc-listhead .sc-count");
        if (count) root.querySelector("#sc-listhead .sc-count").textContent = count.textContent;
        announceRows(mergeRows(fresh));
        mergeThread(fresh);
        tick();
      });
    });
  }

  function look(wait) {
    clearTimeout(timer);
    timer = setTimeout(function () {
      if (document.hidden || asking) return;
      asking = ask().catch(function () {
        misses += 1;
        if (misses > 1) root.classList.add("is-offline");
      }).then(function () {
        asking = null;
        look(EVERY * Math.min(15, 1 << Math.min(misses, 4)));
      });
    }, wait);
  }

  /* Waiting times go on while nothing else happens. */
  function tick() {
    root.querySelectorAll("[data-sc-since]").forEach(function (place) {
      var minutes = Math.floor((Date.now() - new Date(place.dataset.scSince)) / 60000);
      var text = minutes < 1 ? inbox.word("now", "") : minutes < 60 ? inbox.word("min", minutes)
        : minutes < 2880 ? inbox.word("h", Math.floor(minutes / 60)) : inbox.word("d", Math.floor(minutes / 1440));
      if (place.textContent !== text) place.textContent = text;
    });
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

  document.addEventListener("visibilitychange", function () { if (!document.hidden) look(200); });
  setInterval(tick, 20000);
  remember();
  inbox.count();
  inbox.at = inbox.openPk();
  var chip = root.querySelector(".sc-views [aria-current]");
  if (chip) chip.parentNode.scrollLeft = chip.offsetLeft - 40;
  look(EVERY);
})();
