/* How each network counts a text, by the name in data-sc-counter; the server counts by the same rules. */
(function () {
  "use strict";
  var sc = window.socialcrm;
  if (!sc || sc.counters) return;
  var LINK = /https?:\/\/[^\s<>"]+/gi;
  var REMOTE = /(?<![\w/])@(\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?/g;
  var NAMED = /(?<![\w/])@(\w+(?:[\w.-]*\w)?(?:@[\w.-]*\w(?::\d{1,5})?)?)/g;
  var MARK = /^[\p{Mn}\p{Me}\u200d\u{1f3fb}-\u{1f3ff}]$/u;

  /* Characters as people see them; where unsure too many, never too few. */
  function graphemes(text) {
    var total = 0;
    var joined = false;
    Array.from(text).forEach(function (letter) {
      if (MARK.test(letter)) {
        joined = letter === "\u200d";
        return;
      }
      if (!(joined && letter.codePointAt(0) >= 0x2190)) total += 1;
      joined = false;
    });
    return total;
  }

  /* On X a name that a reply carries at its start counts nothing: the network adds it itself. */
  function withoutFree(text, free) {
    var start = /^\s*@([A-Za-z0-9_]{1,15})(?=\s|$)/.exec(text);
    return start && free && start[1].toLowerCase() === free ? text.slice(start[0].length).replace(/^ +/, "") : text;
  }

  /* On Mastodon only who is named is told, so the name goes before the text and counts. */
  function addressed(text, who) {
    var named = Array.from(text.matchAll(NAMED), function (hit) { return hit[1].toLowerCase(); });
    return who && named.indexOf(who) < 0 ? "@" + who + " " + text : text;
  }

  sc.counters = {
    characters: function (text) { return Array.from(text).length; },
    "twitter-text": function (text, who) {
      if (!window.scTwitterText) return Array.from(text).length;
      return window.scTwitterText.parseTweet(withoutFree(text, who)).weightedLength;
    },
    mastodon: function (text, who, link) {
      var whole = addressed(text, who).normalize("NFC");
      var links = (whole.match(LINK) || []).length;
      return links * link + graphemes(whole.replace(LINK, "").replace(REMOTE, "@$1"));
    }
  };

  /* Where the network sees links: [start, end] of each. */
  var finders = {
    "twitter-text": function (text) {
      var found = window.scTwitterText ? window.scTwitterText.extractUrlsWithIndices(text) : [];
      return found.map(function (one) { return one.indices; });
    }
  };

  sc.links = function (form, text) {
    var find = finders[form.dataset.scCounter];
    if (find) return find(text);
    return Array.from(text.matchAll(LINK), function (hit) { return [hit.index, hit.index + hit[0].length]; });
  };

  /* Where a text may be cut: between characters as people see them, and never inside a link. */
  function cuts(form, text) {
    var links = sc.links(form, text);
    var parts = window.Intl && Intl.Segmenter
      ? Array.from(new Intl.Segmenter().segment(text), function (one) { return one.segment; })
      : Array.from(text);
    var at = 0;
    var found = parts.map(function (part) { return (at += part.length); });
    return [0].concat(found).filter(function (cut) {
      return !links.some(function (link) { return link[0] < cut && cut < link[1]; });
    });
  }

  /* How much of a text the network would take: the index of the first character that is over. */
  sc.fits = function (form, text) {
    var limit = Number(form.dataset.scLimit);
    if (sc.count(form, text) <= limit) return text.length;
    var places = cuts(form, text);
    var low = 0;
    var high = places.length - 1;
    while (low < high) {
      var middle = Math.ceil((low + high) / 2);
      if (sc.count(form, text.slice(0, places[middle])) <= limit) low = middle;
      else high = middle - 1;
    }
    return places[low];
  };

  sc.count = function (form, text) {
    var count = sc.counters[form.dataset.scCounter] || sc.counters.characters;
    return count(text.normalize("NFC"), (form.dataset.scFree || "").toLowerCase(), Number(form.dataset.scLink || 23));
  };
})();
