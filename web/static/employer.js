/* A draft saves itself while it is written; without this script its button does. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) { return; }
  var status = form.querySelector("[data-status]");
  var waiting = null, stopped = false, busy = false;
  function say(name) { status.textContent = form.getAttribute("data-" + name); }
  function save() {
    waiting = null;
    if (stopped) { return; }
    if (busy) { later(); return; }
    busy = true;
    fetch(form.action || location.href, {
      method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "Accept": "application/json" }
    }).then(function (answer) {
      busy = false;
      if (answer.status === 409) { stopped = true; say("clash"); return null; }
      return answer.ok && !answer.redirected ? answer.json() : null;
    }).then(function (told) {
      if (told) { form.querySelector("[name=version]").value = told.version; say("saved"); }
    }).catch(function () { busy = false; later(); });
  }
  function later() {
    if (waiting) { clearTimeout(waiting); }
    waiting = setTimeout(save, 5000);
  }
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", function () { stopped = true; if (waiting) { clearTimeout(waiting); } });
})();
