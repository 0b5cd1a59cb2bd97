/* The composer: the network's own count while typing, drafts that survive, Ctrl+Enter. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  if (!sc || sc.composer) return;
  sc.composer = true;
  var NEAR = 20;

  function key(form) { return "sc-draft-" + form.dataset.scComposer; }
  function field(form) { return form.querySelector("textarea"); }

  /* Names that a reply carries at its start count nothing: the network adds them itself. */
  function counted(form, text) {
    var free = (form.dataset.scFree || "").toLowerCase();
    var start = /^\s*@([A-Za-z0-9_]{1,15})(?=\s|$)/.exec(text);
    return start && free && start[1].toLowerCase() === free ? text.slice(start[0].length).replace(/^ +/, "") : text;
  }

  sc.count = function (form, text) {
    text = text.normalize("NFC");
    if (form.dataset.scCounter === "twitter-text" && window.scTwitterText) {
      return window.scTwitterText.parseTweet(counted(form, text)).weightedLength;
    }
    return Array.from(text).length;
  };

  function show(form) {
    var text = field(form).value;
    var limit = Number(form.dataset.scLimit);
    var used = sc.count(form, text);
    var left = limit - used;
    var box = form.querySelector("[data-sc-count]");
    var over = form.querySelector("[data-sc-over]");
    var send = form.querySelector("[data-sc-send]");
    box.classList.toggle("sc-counter--near", left >= 0 && left <= NEAR);
    box.classList.toggle("sc-counter--over", left < 0);
    box.querySelector(".sc-ring__val").setAttribute("stroke-dasharray", Math.min(100, (used / limit) * 100) + " 100");
    box.lastElementChild.textContent = (left < 0 ? box.dataset.over : box.dataset.left).replace("%s", Math.abs(left));
    over.hidden = left >= 0;
    over.lastElementChild.textContent = over.lastElementChild.dataset.scText.replace("%s", -left);
    if (send) send.disabled = left < 0 || !text.trim();
    var outside = form.querySelector("[data-sc-outside]");
    if (outside) {
      var url = new URL(outside.href);
      url.searchParams.set("text", text);
      outside.href = url.href;
    }
  }

  function ready(form) {
    if (form.dataset.scReady) return;
    form.dataset.scReady = "1";
    var area = field(form);
    var kept = null;
    try { kept = sessionStorage.getItem(key(form)); } catch (error) { kept = null; }
    if (kept && !area.value) area.value = kept;
    show(form);
    if (form.hasAttribute("data-sc-open") && !area.value) area.focus();
  }

  function all(root) {
    (root || document).querySelectorAll("form[data-sc-composer]").forEach(ready);
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-sc-composer]");
    if (!form || event.target !== field(form)) return;
    try { sessionStorage.setItem(key(form), event.target.value); } catch (error) { /* private windows may refuse */ }
    show(form);
  });

  document.addEventListener("keydown", function (event) {
    var form = event.target.closest && event.target.closest("form[data-sc-composer]");
    if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    var send = form.querySelector("[data-sc-send]");
    if (send && !send.disabled) form.requestSubmit(send);
  });

  document.addEventListener("change", function (event) {
    var pick = event.target.closest("[data-sc-as]");
    if (!pick) return;
    sc.ask(pick.dataset.scAs + "?account=" + encodeURIComponent(pick.value)).then(function (answer) {
      return answer.text();
    }).then(sc.swap);
  });

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-sc-outside], [data-sc-copy]");
    if (link) {
      var form = link.closest("form[data-sc-composer]");
      var text = form ? field(form).value : link.dataset.scCopy;
      if (text && navigator.clipboard) navigator.clipboard.writeText(text).then(function () { sc.toast(sc.word("copied")); });
    }
    var edit = event.target.closest("[data-sc-edit]");
    if (edit) {
      field(edit.closest("form")).focus();
      edit.closest(".sc-answered").remove();
    }
    var close = event.target.closest("[data-sc-close]");
    if (close) {
      event.preventDefault();
      var slot = close.closest(".sc-slot");
      var opener = document.querySelector('[data-sc-focus="' + slot.id + '"]');
      slot.textContent = "";
      if (opener) opener.focus();
    }
  });

  document.addEventListener("sc:done", function (event) {
    var form = event.detail;
    if (!form.dataset.scComposer) return;
    try { sessionStorage.removeItem(key(form)); } catch (error) { /* nothing was kept */ }
  });

  document.addEventListener("sc:put", function (event) {
    if (event.detail.matches("form[data-sc-composer]")) ready(event.detail);
    else all(event.detail);
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { all(); });
  else all();
})();
