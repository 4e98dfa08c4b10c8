/* What makes the desk quicker; everything works without it.
   A region with data-watch is fetched anew until it no longer asks for it; then the page is shown whole. */
(function () {
  "use strict";
  var region = document.querySelector("[data-watch]");
  function look() {
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) { location.reload(); return null; }
      return answer.text();
    }).then(function (text) {
      if (text === null) { return; }
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById(region.id);
      if (!fresh || !fresh.hasAttribute("data-watch")) { location.reload(); return; }
      if (region.innerHTML !== fresh.innerHTML) { region.innerHTML = fresh.innerHTML; }
      again();
    }).catch(again);
  }
  function again() { setTimeout(look, Number(region.getAttribute("data-watch"))); }
  if (region) { again(); }

  /* j and k in a list, only while the list has the focus (a lone letter must not act elsewhere). */
  document.addEventListener("keydown", function (event) {
    var table = event.target.closest ? event.target.closest("table.rows-keys, .scroll") : null;
    if (!table || event.ctrlKey || event.metaKey || event.altKey || (event.key !== "j" && event.key !== "k")) { return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    var links = Array.prototype.slice.call(table.querySelectorAll("tbody th a"));
    var next = links[links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1)];
    if (next) { next.focus(); event.preventDefault(); }
  });

  var stop = document.querySelector("main .stop[tabindex]");
  if (stop) { stop.focus(); }
}());
