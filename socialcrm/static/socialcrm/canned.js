/* Writing a saved reply: places go in by a click, and the preview follows. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-sc-cannedform]");
  if (!form) return;
  document.documentElement.classList.add("sc-scripted");
  var area = form.querySelector("textarea");
  var preview = document.getElementById("sc-preview");
  var samples = JSON.parse(preview.dataset.samples);
  var PLACE = /(@?)\{\s*([a-z_]+\.[a-z_]+)\s*(?:\|([^{}]*))?\}/g;

  function fill(whole, at, name, fallback) {
    if (!(name in samples)) return whole;
    return name.endsWith(".handle") ? "@" + samples[name] : at + (samples[name] || fallback || "");
  }

  function show() { preview.textContent = area.value.replace(PLACE, fill); }

  form.addEventListener("input", show);
  form.addEventListener("click", function (event) {
    var chip = event.target.closest("[data-sc-variable]");
    if (!chip) return;
    area.focus();
    area.setRangeText(chip.dataset.scVariable, area.selectionStart, area.selectionEnd, "end");
    /* Behind a bar goes what is written where nothing is known. */
    if (chip.dataset.scVariable.endsWith("|}")) area.selectionStart = area.selectionEnd = area.selectionEnd - 1;
    show();
  });
  show();
})();
