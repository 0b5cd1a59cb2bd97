/* The composer: the network's own count while typing, drafts that survive, saved replies, Ctrl+Enter. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  if (!sc || sc.composer) return;
  sc.composer = true;
  var NEAR = 20;
  var DRAFT = "sc-draft-";
  var KEPT_DAYS = 14;
  /* What a saved reply could not fill in; the server refuses it too. */
  var UNFILLED = /\{(?:contact|profile|user|account)\.\w+\}/;

  function field(form) { return form.querySelector("textarea"); }
  function isReply(form) { return form.hasAttribute("data-sc-composer"); }

  /* Drafts: of one person, for one conversation, in this browser; gone when sent and at sign-out. */
  var drafts = {
    user: function () {
      var words = document.getElementById("sc-words");
      return (words && words.dataset.user) || "";
    },
    key: function (form) {
      var about = form.dataset.scDraft || (form.dataset.scNote && "note-" + form.dataset.scNote) || "p" + form.dataset.scComposer;
      return DRAFT + drafts.user() + "-" + about;
    },
    keep: function (form) {
      var text = field(form).value;
      try {
        if (text) localStorage.setItem(drafts.key(form), JSON.stringify({ text: text, at: Date.now() }));
        else localStorage.removeItem(drafts.key(form));
      } catch (error) { /* private windows may refuse */ }
    },
    get: function (form) {
      try { return JSON.parse(localStorage.getItem(drafts.key(form)) || "{}").text || ""; } catch (error) { return ""; }
    },
    drop: function (form) {
      try { localStorage.removeItem(drafts.key(form)); } catch (error) { /* nothing was kept */ }
    },
    sweep: function (all) {
      var mine = DRAFT + drafts.user() + "-";
      try {
        Object.keys(localStorage).forEach(function (key) {
          if (!key.startsWith(DRAFT)) return;
          var at = 0;
          try { at = JSON.parse(localStorage.getItem(key)).at; } catch (error) { at = 0; }
          var old = Date.now() - at > KEPT_DAYS * 86400000;
          if (all || old || !key.startsWith(mine)) localStorage.removeItem(key);
        });
      } catch (error) { /* nothing was kept */ }
    }
  };

  /* The text again under the field, unseen but for a mark behind what is over the limit. */
  function mark(form, text) {
    var mirror = form.querySelector("[data-sc-mirror]");
    if (!mirror) return;
    var fits = sc.fits(form, text);
    mirror.textContent = fits < text.length ? text.slice(0, fits) : "";
    if (fits === text.length) return;
    mirror.appendChild(document.createElement("mark")).textContent = text.slice(fits);
    mirror.appendChild(document.createTextNode("\n"));
    follow(field(form));
  }

  function follow(area) {
    var mirror = area.parentNode.querySelector("[data-sc-mirror]");
    if (!mirror) return;
    mirror.style.width = area.clientWidth + "px"; /* as wide as the text, without a scrollbar */
    mirror.scrollTop = area.scrollTop;
  }

  function show(form) {
    if (!isReply(form)) return;
    var text = field(form).value;
    mark(form, text);
    var limit = Number(form.dataset.scLimit);
    var used = sc.count(form, text);
    var left = limit - used;
    var box = form.querySelector("[data-sc-count]");
    var send = form.querySelector("[data-sc-send]");
    box.classList.toggle("sc-counter--near", left >= 0 && left <= NEAR);
    box.classList.toggle("sc-counter--over", left < 0);
    box.querySelector(".sc-ring__val").setAttribute("stroke-dasharray", Math.min(100, (used / limit) * 100) + " 100");
    box.lastElementChild.textContent = (left < 0 ? box.dataset.over : box.dataset.left).replace("%s", Math.abs(left));
    warn(form, "[data-sc-over]", left < 0 ? -left : "");
    var missing = UNFILLED.exec(text);
    warn(form, "[data-sc-missing]", missing ? missing[0] : "");
    var dear = form.querySelector("[data-sc-dear]");
    if (dear) dear.hidden = !sc.links(form, text).length;
    if (send) send.disabled = left < 0 || !text.trim() || Boolean(missing);
    var outside = form.querySelector("[data-sc-outside]");
    if (outside) {
      var url = new URL(outside.href);
      url.searchParams.set("text", text);
      outside.href = url.href;
    }
  }

  function warn(form, selector, value) {
    var place = form.querySelector(selector);
    if (!place) return;
    place.hidden = value === "";
    place.lastElementChild.textContent = place.lastElementChild.dataset.scText.replace("%s", value);
  }

  function ready(form) {
    if (form.dataset.scReady) return;
    form.dataset.scReady = "1";
    var area = field(form);
    var kept = drafts.get(form);
    if (kept && !area.value) area.value = kept;
    show(form);
    if (form.hasAttribute("data-sc-open") && !area.value) area.focus();
  }

  function all(root) {
    (root || document).querySelectorAll("form[data-sc-composer], form[data-sc-note]").forEach(ready);
  }

  function write(form, text) {
    var area = field(form);
    var before = area.value.slice(0, area.selectionStart);
    var after = area.value.slice(area.selectionEnd);
    area.value = before + (before && !/\s$/.test(before) ? " " : "") + text + after;
    drafts.keep(form);
    show(form);
    area.focus();
    var hole = UNFILLED.exec(area.value);
    if (hole) area.setSelectionRange(hole.index, hole.index + hole[0].length);
  }

  document.addEventListener("input", function (event) {
    var search = event.target.closest("[data-sc-canned-q]");
    if (search) return sieve(search);
    var form = event.target.closest("form[data-sc-composer], form[data-sc-note]");
    if (!form || event.target !== field(form)) return;
    drafts.keep(form);
    show(form);
  });

  document.addEventListener("scroll", function (event) {
    if (event.target.matches && event.target.matches("form[data-sc-composer] textarea")) follow(event.target);
  }, true);

  window.addEventListener("resize", function () {
    document.querySelectorAll("form[data-sc-composer] textarea").forEach(follow);
  });

  document.addEventListener("keydown", function (event) {
    var form = event.target.closest && event.target.closest("form[data-sc-composer], form[data-sc-note]");
    if (!form || event.key !== "Enter") return;
    if (event.target.matches("[data-sc-canned-q]")) return pickFirst(event);
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    var send = form.querySelector("[data-sc-send], .btn-note");
    if (send && !send.disabled) form.requestSubmit(send);
  });

  document.addEventListener("change", function (event) {
    var pick = event.target.closest("[data-sc-as]");
    if (!pick) return;
    var url = new URL(pick.dataset.scAs, location.href);
    url.searchParams.set("account", pick.value);
    var slot = pick.closest(".sc-slot").id;
    var text = field(pick.form).value;
    sc.html(url.href).then(function (html) {
      sc.swap(html);
      var fresh = document.getElementById(slot).querySelector("form[data-sc-composer]");
      if (!fresh) return;
      field(fresh).value = text; /* what was written stays, whoever it is sent as */
      show(fresh);
    }).catch(function () { sc.toast(sc.word("lost")); });
  });

  /* Saved replies: fetched when the menu opens, filled in by the server for this person. */
  document.addEventListener("toggle", function (event) {
    var menu = event.target;
    if (!menu.matches || !menu.matches("details[data-sc-canned]") || !menu.open) return;
    var place = menu.querySelector("[data-sc-canned-list]");
    if (place.dataset.full) return;
    sc.html(menu.dataset.scCanned).then(function (html) {
      place.dataset.full = "1";
      place.replaceChildren(sc.parse(html));
      var search = place.querySelector("[data-sc-canned-q]");
      if (search) search.focus();
    }).catch(function () { menu.open = false; sc.toast(sc.word("lost")); });
  }, true);

  function sieve(search) {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var box = search.closest(".sc-canned__in");
    var shown = 0;
    box.querySelectorAll("li").forEach(function (one) {
      var text = one.textContent.toLowerCase();
      one.hidden = !words.every(function (word) { return text.includes(word); });
      shown += one.hidden ? 0 : 1;
    });
    box.querySelector(".sc-canned__none").hidden = shown > 0;
  }

  function pickFirst(event) {
    event.preventDefault();
    var first = event.target.closest(".sc-canned__in").querySelector("li:not([hidden]) [data-sc-fill]");
    if (first) first.click();
  }

  function tab(link) {
    var slot = link.closest(".sc-slot");
    slot.dataset.kind = link.dataset.scKindTab;
    slot.querySelectorAll("[data-sc-kind-tab]").forEach(function (one) {
      one.setAttribute("aria-pressed", String(one === link));
    });
    var form = slot.querySelector(slot.dataset.kind === "note" ? "form[data-sc-note]" : "form[data-sc-composer]");
    field(form).focus();
  }

  function close(link) {
    var slot = link.closest(".sc-slot");
    var opener = document.querySelector('[data-sc-focus="' + slot.id + '"]');
    slot.textContent = "";
    if (opener) opener.focus();
  }

  function discard(link) {
    var form = link.closest("form");
    field(form).value = "";
    drafts.drop(form);
    link.closest(".sc-answered").remove();
    show(form);
    field(form).focus();
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    var link = target.closest("[data-sc-outside], [data-sc-copy]");
    if (link) {
      var form = link.closest("form[data-sc-composer]");
      var text = form ? field(form).value : link.dataset.scCopy;
      if (text && navigator.clipboard) navigator.clipboard.writeText(text).then(function () { sc.toast(sc.word("copied")); });
    }
    if ((link = target.closest("[data-sc-edit]"))) {
      field(link.closest("form")).focus();
      link.closest(".sc-answered").remove();
    } else if ((link = target.closest("[data-sc-discard]"))) {
      event.preventDefault();
      discard(link);
    } else if ((link = target.closest("[data-sc-close]"))) {
      event.preventDefault();
      close(link);
    } else if ((link = target.closest("[data-sc-kind-tab]"))) {
      event.preventDefault();
      tab(link);
    } else if ((link = target.closest("[data-sc-fill]"))) {
      link.closest("details").open = false;
      write(link.closest("form"), link.dataset.scFill);
    }
  });

  document.addEventListener("sc:done", function (event) {
    var form = event.detail;
    if (form.dataset.scComposer || form.dataset.scNote) drafts.drop(form);
  });

  /* Signing out leaves nothing of what was typed in this browser. */
  document.addEventListener("submit", function (event) {
    if (/\/logout\/?$/.test(event.target.getAttribute("action") || "")) drafts.sweep(true);
  });

  document.addEventListener("sc:put", function (event) {
    if (event.detail.matches("form[data-sc-composer]")) ready(event.detail);
    else all(event.detail);
  });

  function start() {
    drafts.sweep(false);
    all();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
