/* Forms and links of socialcrm without a reload: the server answers with elements, each takes the place of the one
   with its id. Everything works without this file, by ordinary forms and pages. */
(function () {
  "use strict";
  if (window.socialcrm) return;
  var sc = (window.socialcrm = { busy: new WeakSet() });
  document.documentElement.classList.add("sc-scripted");

  sc.word = function (name) {
    var words = document.getElementById("sc-words");
    return (words && words.dataset[name]) || "";
  };

  sc.parse = function (html) {
    var holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };

  /* Put an element in the place of the one with its id, with the focus on the same control as before. */
  sc.put = function (fresh) {
    var old = fresh.id && document.getElementById(fresh.id);
    if (!old) return null;
    var focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    if (focused) sc.focusLike(fresh, focused);
    document.dispatchEvent(new CustomEvent("sc:put", { detail: fresh }));
    return fresh;
  };

  sc.focusLike = function (fresh, old) {
    var same = old.id && fresh.querySelector("#" + CSS.escape(old.id));
    var named = !same && old.name && fresh.querySelector('[name="' + CSS.escape(old.name) + '"]:not([type=hidden])');
    var address = old.tagName === "A" && old.getAttribute("href");
    var linked = address && fresh.querySelector('a[href="' + CSS.escape(address) + '"]');
    var next = ".sc-composer[data-sc-open] textarea, .sc-state button";
    var target = same || named || linked || fresh.querySelector(next) || fresh.querySelector("button, a[href], input:not([type=hidden]), textarea") || fresh;
    if (target === fresh && !fresh.hasAttribute("tabindex")) fresh.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  };

  sc.swap = function (html) {
    var parts = Array.from(sc.parse(html).children);
    parts.forEach(function (part) {
      if (part.matches("template[data-sc-toast]")) sc.toast(part.content.firstElementChild);
      else sc.put(part);
    });
    document.dispatchEvent(new CustomEvent("sc:swapped"));
  };

  sc.toast = function (toast) {
    var place = document.getElementById("sc-toasts");
    if (!place) return;
    if (typeof toast === "string") {
      var text = toast;
      toast = document.createElement("div");
      toast.className = "toast sc-toast show";
      toast.appendChild(document.createElement("span")).className = "sc-toast__text";
      toast.firstChild.textContent = text;
    }
    place.querySelectorAll(".sc-toast").forEach(function (older) {
      if (older.querySelector("form")) older.remove(); /* its Undo is about a page that is gone */
    });
    place.appendChild(toast);
    setTimeout(function () {
      if (!toast.contains(document.activeElement)) toast.remove();
    }, 10000);
  };

  sc.ask = function (url, options) {
    options = Object.assign({ credentials: "same-origin" }, options);
    options.headers = Object.assign({ "X-Requested-With": "socialcrm" }, options.headers);
    return fetch(url, options);
  };

  /* The answer's HTML; anything else, also a way to the sign-in page, is refused. */
  sc.html = function (url) {
    return sc.ask(url).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status);
    });
  };

  /* What is new at an address since this ETag: { html, etag }, or null where nothing is. */
  sc.news = function (url, etag) {
    var sent = { headers: { "If-None-Match": etag || "" }, cache: "no-store" };
    return sc.ask(url, sent).then(function (answer) {
      if (answer.status === 304 || !answer.ok || answer.redirected) return null;
      return answer.text().then(function (html) { return { html: html, etag: answer.headers.get("ETag") || "" }; });
    });
  };

  /* How long to wait before the next look: a second while a reply is on its way, and half a minute after it was due. */
  sc.pace = function (usual) {
    var waits = Array.from(document.querySelectorAll("[data-sc-until]")).some(function (place) {
      return Date.now() - new Date(place.dataset.scUntil) < 30000;
    });
    return waits || document.querySelector(".sc-state .sc-icon--spin") ? 1000 : usual;
  };

  function trouble(form, text) {
    var place = form.querySelector("[data-sc-trouble]");
    if (!place) {
      place = document.createElement("div");
      place.className = "sc-elig sc-elig--error";
      place.setAttribute("role", "alert");
      place.setAttribute("data-sc-trouble", "");
      var before = form.querySelector(".sc-composer__bar");
      if (before) before.before(place);
      else form.append(place);
    }
    place.textContent = text;
  }

  sc.submit = function (form, button) {
    if (sc.busy.has(form)) return;
    sc.busy.add(form);
    var data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    var url = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    var sent = form.method === "get" ? {} : { method: "POST", body: data };
    if (form.method === "get") url += (url.includes("?") ? "&" : "?") + new URLSearchParams(data);
    form.setAttribute("aria-busy", "true");
    var buttons = Array.from(form.querySelectorAll("button:not([disabled])"));
    buttons.forEach(function (b) { b.setAttribute("aria-disabled", "true"); });
    function free() {
      sc.busy.delete(form);
      form.removeAttribute("aria-busy");
      buttons.forEach(function (b) { b.removeAttribute("aria-disabled"); });
    }
    function send(again) {
      sc.ask(url, sent).then(
        function (answer) {
          if (answer.status === 403 && !again && sent.body) {
            return renew(data).then(function () { send(true); }, function () {
              free();
              trouble(form, sc.word("signin"));
            });
          }
          return answer.text().then(function (html) {
            free();
            if (answer.redirected) return trouble(form, sc.word("signin"));
            if (answer.status >= 500 || !/^\s*<(div|aside|li|section|form|template)/.test(html)) return trouble(form, sc.word("failed"));
            if (answer.ok) document.dispatchEvent(new CustomEvent("sc:done", { detail: form }));
            sc.swap(html);
          });
        },
        function () {
          free();
          trouble(form, sc.word("offline"));
        }
      );
    }
    send(false);
  };

  /* Who signed in again in another tab has another token than this page: take the one of the page as it is now. */
  function renew(data) {
    var name = "csrfmiddlewaretoken";
    return fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status);
    }).then(function (html) {
      var field = new DOMParser().parseFromString(html, "text/html").querySelector('[name="' + name + '"]');
      if (!field) return Promise.reject(0);
      document.querySelectorAll('[name="' + name + '"]').forEach(function (old) { old.value = field.value; });
      data.set(name, field.value);
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-sc-form]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    sc.submit(form, event.submitter);
  });

  function open(link) {
    var focus = link.dataset.scFocus;
    if (focus && !document.getElementById(focus)) return location.assign(link.href); /* no place for it on this page */
    sc.ask(link.href).then(function (answer) {
      if (!answer.ok || answer.redirected) return location.assign(link.href);
      return answer.text().then(function (html) {
        sc.swap(html);
        typeIn(focus || link.dataset.scWrite);
        if (link.dataset.scWrite) toTheMiddle(link.dataset.scWrite);
      });
    }, function () { location.assign(link.href); });
  }

  function typeIn(id) {
    var place = id && document.getElementById(id);
    var field = place && place.querySelector("textarea");
    if (!field) return false;
    field.focus();
    field.selectionStart = field.value.length;
    return true;
  }

  /* "Write": to the composer that is open already, or open it; where its column is hidden, first to that. */
  function write(link) {
    var place = document.getElementById(link.dataset.scWrite);
    var record = place && place.closest("[data-show]");
    var tab = record && !place.offsetParent && record.querySelector(".sc-tab[data-pane=feed], .sc-tab[data-sc-pane=feed]");
    if (tab) tab.click();
    if (typeIn(link.dataset.scWrite)) toTheMiddle(link.dataset.scWrite);
    else open(link);
  }
  function toTheMiddle(id) { document.getElementById(id).scrollIntoView({ block: "center" }); }

  function more(link) {
    link.setAttribute("aria-busy", "true");
    sc.html(link.dataset.scMore).then(function (html) {
      var feed = document.getElementById("sc-feed");
      var last = feed.querySelector(".sc-dayset:last-of-type");
      document.getElementById("sc-more").remove();
      var first = null;
      Array.from(sc.parse(html).children).forEach(function (part) {
        var items = part.matches(".sc-dayset") ? Array.from(part.querySelectorAll(".sc-item")) : [];
        first = first || items[0];
        if (last && items.length && part.dataset.day === last.dataset.day) items.forEach(function (i) { last.append(i); });
        else feed.append(part);
      });
      if (first) {
        first.setAttribute("tabindex", "-1");
        first.focus({ preventScroll: true });
      }
    }).catch(function () { location.assign(link.href); });
  }

  function pane(tab) {
    var record = tab.closest("[data-show]");
    record.dataset.show = tab.dataset.scPane || tab.dataset.pane;
    record.querySelectorAll(".sc-tab").forEach(function (other) {
      if (other === tab) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
    window.scrollTo(0, 0);
  }

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var target = event.target;
    var link;
    if ((link = target.closest("a[data-sc-get]"))) { event.preventDefault(); open(link); }
    else if ((link = target.closest("a[data-sc-write]"))) { event.preventDefault(); write(link); }
    else if ((link = target.closest("a[data-sc-more]"))) { event.preventDefault(); more(link); }
    else if ((link = target.closest("[data-sc-pane]"))) { event.preventDefault(); pane(link); }
    else if ((link = target.closest("[data-sc-dismiss]"))) link.closest(".sc-toast").remove();
    else if ((link = target.closest("[aria-disabled=true]"))) event.preventDefault();
    document.querySelectorAll("details.sc-drop[open]").forEach(function (menu) {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.sc-drop[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* A picture that does not load gives way to the person's initials. */
  document.addEventListener("error", function (event) {
    var img = event.target;
    if (img.tagName !== "IMG" || !img.dataset.scInitials) return;
    var letters = document.createElement("span");
    letters.textContent = img.dataset.scInitials;
    letters.setAttribute("aria-hidden", "true");
    img.replaceWith(letters);
  }, true);
})();
