/* What is new in the inbox appears by itself: one cheap question every few seconds while the page is visible. Rows
   and messages are merged one by one, so that focus, choice, place and typed text stay. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  var inbox = sc && sc.inbox;
  if (!inbox || inbox.look) return;
  var root = inbox.root;
  var byId = inbox.byId;
  var EVERY = 4000;
  var misses = 0;
  var timer = null;
  var asking = null;
  var turn = 0; /* goes up with every deed: an answer to a question of before is out of date */
  var drawn = new WeakMap(); /* element -> the server's HTML of it, since waiting times tick here */

  inbox.remember = function () {
    root.querySelectorAll("#sc-convos > li").forEach(function (row) {
      if (!drawn.has(row)) drawn.set(row, row.innerHTML);
    });
  };

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
    ["sc-list-more", "sc-list-empty", "sc-searched"].forEach(function (id) {
      var old = byId(id);
      var now = fresh.querySelector("#" + id);
      if (old && !old.contains(document.activeElement)) old.remove();
      if (now && !byId(id)) box.append(now);
    });
    inbox.markOpen(inbox.openPk());
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
    var doing = inbox.doing ? inbox.doing() : "";
    if (doing) url.searchParams.set("doing", doing);
    return url;
  }

  function ask() {
    var url = liveUrl();
    var list = root.dataset.scInbox;
    var mine = turn;
    return sc.news(url, inbox.etag).then(function (news) {
      misses = 0;
      root.classList.remove("is-offline");
      if (!news || root.dataset.scInbox !== list) return; /* another list was asked for in the meantime */
      if (turn !== mine) return;
      var fresh = sc.parse(news.html);
      inbox.etag = news.etag;
      /* Only colleagues came or went: the list is not drawn again for that. */
      if (!fresh.querySelector("#sc-convos")) return inbox.present(fresh);
      ["sc-views", "sc-inbox-nav"].forEach(function (id) { mergePart(fresh.querySelector("#" + id)); });
      var count = fresh.querySelector("#sc-listhead .sc-count");
      if (count) root.querySelector("#sc-listhead .sc-count").textContent = count.textContent;
      announceRows(mergeRows(fresh));
      mergeThread(fresh);
      inbox.present(fresh);
      tick();
    });
  }

  inbox.look = function (wait) {
    clearTimeout(timer);
    timer = setTimeout(function () {
      if (document.hidden || asking) return;
      var mine = turn;
      asking = ask().catch(function () {
        misses += 1;
        if (misses > 1) root.classList.add("is-offline");
      }).then(function () {
        asking = null;
        inbox.look(turn !== mine ? 150 : sc.pace(EVERY) * Math.min(15, 1 << Math.min(misses, 4)));
      });
    }, wait);
  };

  /* Waiting times go on while nothing else happens. */
  function tick() {
    root.querySelectorAll("[data-sc-since]").forEach(function (place) {
      var minutes = Math.floor((Date.now() - new Date(place.dataset.scSince)) / 60000);
      var text = minutes < 1 ? inbox.word("now", "") : minutes < 60 ? inbox.word("min", minutes)
        : minutes < 2880 ? inbox.word("h", Math.floor(minutes / 60)) : inbox.word("d", Math.floor(minutes / 1440));
      if (place.textContent !== text) place.textContent = text;
    });
  }

  document.addEventListener("visibilitychange", function () { if (!document.hidden) inbox.look(200); });
  document.addEventListener("sc:swapped", function () { turn += 1; });
  setInterval(tick, 20000);
  inbox.remember();
  inbox.look(EVERY);
})();
