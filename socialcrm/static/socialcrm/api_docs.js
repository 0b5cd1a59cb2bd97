/* The API's page: Swagger UI on our document; calls that change something carry the page's CSRF token. */
"use strict";

(function () {
  const place = document.getElementById("api-docs");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

  document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    presets: [window.SwaggerUIBundle.presets.apis],
    requestInterceptor: function (request) {
      const ours = new URL(request.url, document.baseURI).origin === window.location.origin;
      if (ours && !["GET", "HEAD", "OPTIONS"].includes((request.method || "GET").toUpperCase())) {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
})();
