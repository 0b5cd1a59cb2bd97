/* What is new appears by itself: while the page is visible, one cheap question every few seconds. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  if (!sc || sc.live) return;
  sc.live = true;
  var EVERY = 3000;
  var misses = 0;
  var timer = null;

  function typing(slot) {
    var area = slot && slot.querySelector("textarea");
    return Boolean(area && (area.value || slot.contains(document.activeElement)));
  }

  function refreshItem(old, fresh) {
    if (old.dataset.v === fresh.dataset.v) return;
    old.dataset.v = fresh.dataset.v;
    old.dataset.posts = fresh.dataset.posts;
    replaceKeepingFocus(old, fresh, ".sc-item__said");
    replaceKeepingFocus(old, fresh, ".sc-item__mark");
    var slot = old.querySelector(".sc-slot");
    var freshSlot = fresh.querySelector(".sc-slot");
    if (typing(slot)) return;
    if (slot && freshSlot) {
      slot.replaceWith(freshSlot);
      announce(freshSlot);
    } else if (freshSlot) old.querySelector(".sc-item__in").append(freshSlot);
  }

  function replaceKeepingFocus(old, fresh, part) {
    var before = old.querySelector(part);
    var after = fresh.querySelector(part);
    if (!before || !after) return;
    var focused = before.contains(document.activeElement) ? document.activeElement : null;
    before.replaceWith(after);
    if (focused) sc.focusLike(after, focused);
  }

  function announce(element) {
    document.dispatchEvent(new CustomEvent("sc:put", { detail: element }));
  }

  function markNew(item) {
    var head = item.querySelector(".sc-item__head");
    var tag = document.createElement("span");
    tag.className = "sc-tag sc-tag--accent sc-new";
    tag.textContent = sc.word("new");
    if (head) head.append(tag);
    item.classList.add("is-new");
    announce(item);
  }

  /* A post that moved into a thread must not stay beside it as an item of its own. */
  function dropDoubles(item) {
    item.dataset.posts.trim().split(/\s+/).forEach(function (pk) {
      var other = document.getElementById("item-" + pk);
      if (other && other !== item && !typing(other.querySelector(".sc-slot"))) other.remove();
    });
  }

  function mergeDay(feed, fresh, after) {
    var day = feed.querySelector('.sc-dayset[data-day="' + fresh.dataset.day + '"]');
    if (!day) {
      day = fresh.cloneNode(false);
      day.append(fresh.querySelector(".sc-day"));
      if (after) after.after(day);
      else feed.prepend(day);
    }
    var previous = day.querySelector(".sc-day");
    Array.from(fresh.querySelectorAll(".sc-item")).forEach(function (item) {
      var old = document.getElementById(item.id);
      if (old) {
        refreshItem(old, item);
        item = old;
      } else {
        previous.after(item);
        markNew(item);
      }
      dropDoubles(item);
      if (item.parentNode === day) previous = item;
    });
    return day;
  }

  /* What the first page no longer holds, such as the posts of an unlinked profile; older pages are left alone. */
  function dropGone(feed, fresh, now) {
    var shown = Array.from(feed.querySelectorAll(".sc-item"));
    var last = shown.length;
    if (fresh.querySelector("[data-sc-more]")) {
      while (last && !now.has(shown[last - 1].id)) last -= 1;
    }
    shown.slice(0, last).forEach(function (item) {
      if (!now.has(item.id) && !typing(item.querySelector(".sc-slot"))) item.remove();
    });
  }

  /* The words at the end: that nothing was said, or the way to what is older. */
  function mergeEnd(feed, fresh) {
    var old = feed.querySelector("#sc-more, #sc-nothing");
    var now = fresh.querySelector("#sc-more, #sc-nothing");
    if (!now || (old && old.id === now.id)) return;
    if (old) old.remove();
    feed.append(now);
  }

  function mergeFeed(fresh) {
    var feed = document.getElementById("sc-feed");
    var days = fresh.querySelectorAll(".sc-dayset");
    var now = new Set(Array.from(fresh.querySelectorAll(".sc-item"), function (item) { return item.id; }));
    var after = null;
    days.forEach(function (day) { after = mergeDay(feed, day, after); });
    dropGone(feed, fresh, now);
    feed.querySelectorAll(".sc-dayset").forEach(function (day) {
      if (!day.querySelector(".sc-item")) day.remove();
    });
    mergeEnd(feed, fresh);
  }

  function mergePart(fresh) {
    var old = document.getElementById(fresh.id);
    if (!old || old.contains(document.activeElement) || old.querySelector("details[open]")) return;
    if (old.innerHTML.trim() !== fresh.innerHTML.trim()) old.replaceWith(fresh);
  }

  function mergePanel(root, html) {
    var content = sc.parse(html);
    mergeFeed(content.getElementById("sc-feed"));
    mergePart(content.getElementById("sc-feedbar"));
    var aside = document.getElementById("sc-social");
    if (aside && !aside.contains(document.activeElement)) {
      var fresh = content.getElementById("sc-social");
      var scrolled = aside.scrollTop;
      aside.replaceWith(fresh);
      fresh.scrollTop = scrolled;
      return;
    }
    ["sc-profiles", "sc-influence", "sc-suggestions"].forEach(function (id) {
      var part = content.getElementById(id);
      if (part) mergePart(part);
    });
  }

  function askPanel(root) {
    return sc.news(root.dataset.scLive, '"' + root.dataset.scV + '"').then(function (news) {
      misses = 0;
      if (!news) return;
      mergePanel(root, news.html);
      root.dataset.scV = news.etag.replace(/^W\//, "").replace(/"/g, "");
    });
  }

  function askPage(part) {
    if (part.querySelector("details[open], input:checked") || part.contains(document.activeElement)) return Promise.resolve();
    return sc.news(part.dataset.scRefresh, part.dataset.scEtag).then(function (news) {
      misses = 0;
      if (!news) return;
      var fresh = new DOMParser().parseFromString(news.html, "text/html").getElementById(part.id);
      if (!fresh || part.contains(document.activeElement)) return;
      fresh = document.importNode(fresh, true);
      fresh.dataset.scEtag = news.etag;
      if (fresh.innerHTML.trim() !== part.innerHTML.trim()) part.replaceWith(fresh);
      else part.dataset.scEtag = news.etag;
    });
  }

  function look() {
    timer = null;
    if (document.hidden) return;
    var panel = document.querySelector("[data-sc-live]");
    var part = document.querySelector("[data-sc-refresh]");
    var asked = panel ? askPanel(panel) : part ? askPage(part) : null;
    if (!asked) return;
    asked.catch(function () { misses += 1; }).then(function () { plan(sc.pace(EVERY) * Math.min(20, 1 << Math.min(misses, 5))); });
  }

  function plan(wait) {
    if (timer === null && !document.hidden) timer = setTimeout(look, wait);
  }

  function countDown() {
    document.querySelectorAll("[data-sc-until]").forEach(function (place) {
      var left = Math.ceil((new Date(place.dataset.scUntil) - Date.now()) / 1000);
      if (left > 0) place.textContent = place.dataset.scIn.replace("%s", left);
    });
  }

  document.addEventListener("visibilitychange", function () { plan(200); });
  /* After a deed of one's own the next look fetches everything, whatever happened in between. */
  document.addEventListener("sc:swapped", function () {
    var panel = document.querySelector("[data-sc-live]");
    if (panel) panel.dataset.scV = "";
    countDown();
  });
  setInterval(countDown, 500);
  plan(EVERY);
})();
