/* The API's page: Swagger UI on our document; calls that change something carry the page's CSRF token. */
"use strict";

(function () {
  const place = document.getElementById("api-docs");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

  // Swagger's own layout is a page with a main part; ours stands inside the page's.
  const Inside = function (system) {
    const draw = system.React.createElement;
    const part = function (name) { return draw(system.getComponent(name, true), { key: name }); };
    return {
      components: {
        Inside: function (props) {
          const read = props.specSelectors.loadingStatus() === "success";
          if (!read) return draw("div", { className: "swagger-ui" }, part("errors"));
          const keys = draw("div", { key: "keys", className: "scheme-container" }, part("AuthorizeBtnContainer"));
          return draw("div", { className: "swagger-ui" }, [
            draw(system.getComponent("SvgAssets"), { key: "svg" }), part("errors"), part("InfoContainer"), keys, part("operations"), part("Models"),
          ]);
        },
      },
    };
  };

  // Its headings begin at the third level, below our own of the first.
  const levels = { H3: 2, H4: 3, H5: 4 };
  new MutationObserver(function () {
    place.querySelectorAll("h3:not([aria-level]), h4:not([aria-level]), h5:not([aria-level])").forEach(function (heading) {
      heading.setAttribute("aria-level", levels[heading.tagName]);
    });
  }).observe(place, { childList: true, subtree: true });

  document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: false, // it puts links into the buttons that unfold
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    presets: [window.SwaggerUIBundle.presets.apis],
    plugins: [Inside],
    layout: "Inside",
    requestInterceptor: function (request) {
      const ours = new URL(request.url, document.baseURI).origin === window.location.origin;
      if (ours && !["GET", "HEAD", "OPTIONS"].includes((request.method || "GET").toUpperCase())) {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
})();
