// Filters that live in the address: fields that are empty stay out of it.
(function () {
  "use strict";
  document.addEventListener("htmx:configRequest", function (event) {
    var given = event.detail.parameters;
    Object.keys(given).forEach(function (name) { if (given[name] === "") delete given[name]; });
  });
  var form = document.getElementById("filters");
  if (form) form.addEventListener("submit", function () {
    form.querySelectorAll("input, select").forEach(function (one) { if (one.value === "" && one.name) { one.disabled = true; window.setTimeout(function () { one.disabled = false; }, 0); } });
  });
})();
