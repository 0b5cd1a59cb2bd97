// Who has chosen neither light nor dark sees what the system shows. Loaded before the styles, so that nothing flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  if (!root.hasAttribute("data-sc-system-theme")) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() { root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); }
  follow();
  dark.addEventListener("change", follow);
})();
