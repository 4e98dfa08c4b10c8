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

  /* Keys: / to the search, j and k along the rows, Enter opens (a focused link does that by itself).
     Never while something is being typed, and not at all where they were switched off (WCAG 2.1.4). */
  var hint = document.querySelector("[data-keys]");
  if (hint) { hint.hidden = false; }
  function typing(place) { return Boolean(place.closest("input, select, textarea, [contenteditable]")); }
  function search() {
    var field = document.querySelector("main [role=search] input:not([type=hidden])");
    if (field) { field.focus(); field.select(); }
    return field;
  }
  function move(step) {
    var links = Array.prototype.slice.call(document.querySelectorAll("main .rows-keys th a, main .matches h3 a"));
    var here = links.indexOf(document.activeElement);
    var next = links[here < 0 && step < 0 ? links.length - 1 : here + step];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    return next;
  }
  document.addEventListener("keydown", function (event) {
    var does = { "/": search, "j": function () { return move(1); }, "k": function () { return move(-1); } }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (document.documentElement.classList.contains("keyless") || typing(event.target)) { return; }
    if (does()) { event.preventDefault(); }
  });

  var stop = document.querySelector("main .stop[tabindex]");
  if (stop) { stop.focus(); }
}());
