/* A draft saves itself while it is written, and says how many people fit; without this script its buttons do. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) { return; }
  var status = form.querySelector("[data-status]"), people = form.querySelector("[data-people]");
  var waiting = null, stopped = false, busy = false, asking = false;
  function say(name) { status.textContent = form.getAttribute("data-" + name); }
  function tell(lines) {
    var list = document.createElement("ul");
    list.className = "plain";
    lines.forEach(function (line) {
      var item = document.createElement("li");
      item.textContent = line;
      list.appendChild(item);
    });
    people.textContent = "";
    people.appendChild(list);
  }
  function save() {
    waiting = null;
    if (stopped) { return; }
    if (busy) { later(); return; }
    busy = true;
    var sent = new FormData(form);
    sent.append("do", asking ? "estimate" : "save");
    asking = false;
    fetch(location.href, {
      method: "POST", body: sent, credentials: "same-origin", headers: { "Accept": "application/json" }
    }).then(function (answer) {
      busy = false;
      if (answer.status === 409) { stopped = true; say("clash"); return null; }
      return answer.ok && !answer.redirected ? answer.json() : null;
    }).then(function (told) {
      if (!told) { return; }
      form.querySelector("[name=version]").value = told.version;
      say("saved");
      if (told.people.length) { tell(told.people); }
    }).catch(function () { busy = false; later(); });
  }
  function later() {
    if (waiting) { clearTimeout(waiting); }
    waiting = setTimeout(save, 5000);
  }
  form.addEventListener("input", later);
  /* What is chosen or left is a requirement; while text is being typed nobody is counted. */
  form.addEventListener("change", function (event) {
    if (event.target.closest("[data-counts]")) { asking = true; }
    later();
  });
  form.addEventListener("submit", function () { stopped = true; if (waiting) { clearTimeout(waiting); } });
})();
