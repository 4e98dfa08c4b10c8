// Reads a part of the page aloud with the browser's own voice; without one the buttons stay hidden.
(function () {
  "use strict";
  var speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  var buttons = document.querySelectorAll("button[data-aloud]");
  Array.prototype.forEach.call(buttons, function (button) {
    var words = button.textContent;
    function silent() {
      button.textContent = words;
      button.setAttribute("aria-pressed", "false");
    }
    button.addEventListener("click", function () {
      var reading = button.getAttribute("aria-pressed") === "true";
      speech.cancel();
      silent();
      if (reading) return;
      var part = document.getElementById(button.getAttribute("data-aloud"));
      var spoken = new SpeechSynthesisUtterance((part || document.body).innerText);
      spoken.lang = "zh-CN";
      spoken.rate = 0.9;
      spoken.onend = spoken.onerror = silent;
      button.textContent = button.getAttribute("data-stop");
      button.setAttribute("aria-pressed", "true");
      speech.speak(spoken);
    });
    silent();
    button.hidden = false;
  });
  window.addEventListener("pagehide", function () { speech.cancel(); });
})();
