/* Who else is at a conversation: what this person does is told with the question that is asked anyway, and the answer
   names the colleagues. It is soft: whoever says nothing for a while is gone, and nothing waits for it. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  var inbox = sc && sc.inbox;
  if (!inbox || inbox.doing) return;
  var root = inbox.root;
  var TYPED = 10000; /* a pause in writing that is still writing */
  var AWAY = 180000; /* a page that nobody touches for so long is not looked at */
  var typed = { at: 0, c: "" };
  var touched = Date.now();

  function isWriting() {
    var area = document.querySelector("#sc-dock form[data-sc-composer] textarea");
    return Boolean(area && area.value.trim() && typed.c === inbox.openPk() && Date.now() - typed.at < TYPED);
  }

  inbox.doing = function () {
    if (!inbox.openPk() || Date.now() - touched > AWAY) return "";
    if (inbox.isNarrow() && root.dataset.show === "list") return "";
    return isWriting() ? "writing" : "looking";
  };

  /* Put into the page who is there. A row that stays as it was is not touched. */
  inbox.present = function (fresh) {
    var there = {};
    fresh.querySelectorAll("#sc-around [data-sc-at]").forEach(function (one) { there[one.dataset.scAt] = one.innerHTML; });
    root.querySelectorAll(".sc-here").forEach(function (place) { fill(place, there[place.id.slice(5)] || ""); });
    var now = fresh.querySelectorAll("#sc-present");
    var place = inbox.byId("sc-present");
    if (place && now.length) fill(place, now[now.length - 1].innerHTML);
  };

  function fill(place, html) {
    if (place.innerHTML.trim() !== html.trim()) place.innerHTML = html.trim();
  }

  document.addEventListener("input", function (event) {
    if (!event.target.matches("#sc-dock form[data-sc-composer] textarea")) return;
    var was = isWriting();
    typed = { at: Date.now(), c: inbox.openPk() };
    if (!was && isWriting()) inbox.look(300); /* colleagues learn of it at once */
  });

  ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"].forEach(function (name) {
    document.addEventListener(name, function () { touched = Date.now(); }, { passive: true, capture: true });
  });
})();
