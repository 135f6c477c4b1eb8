"use strict";
(function () {
  function all(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  function number(value) {
    if (value === null || value === undefined) { return "not measured"; }
    return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
  }

  // one prediction, layer by layer
  all(document, ".prediction").forEach(function (box) {
    var rows = all(box, "tbody tr"), bar = box.querySelector(".stepper"), at = rows.length;
    if (!bar || rows.length < 2) { return; }
    var buttons = all(bar, "button"), status = bar.querySelector("[role=status]");
    function show(next) {
      at = Math.max(0, Math.min(rows.length, next));
      rows.forEach(function (row, place) {
        row.classList.toggle("later", place > at);
        if (place === at) { row.setAttribute("aria-current", "step"); } else { row.removeAttribute("aria-current"); }
      });
      buttons.forEach(function (button) {
        var move = button.getAttribute("data-move");
        var idle = move === "all" ? at === rows.length : move === "1" ? at === rows.length - 1 : at === 0;
        button.setAttribute("aria-disabled", String(idle));
      });
      if (at === rows.length) { status.textContent = "All " + rows.length + " layers are shown."; return; }
      var cells = rows[at].children;
      status.textContent = "Layer " + (at + 1) + " of " + rows.length + ": " + cells[0].textContent +
        ", shape " + cells[1].textContent + ", mean ± std " + cells[4].textContent + ".";
    }
    function go(move) {
      if (move === "first") { show(0); }
      else if (move === "all") { show(rows.length); }
      else if (at === rows.length) { show(move === "1" ? 0 : rows.length - 1); }
      else { show(Math.min(rows.length - 1, at + Number(move))); }
    }
    buttons.forEach(function (button) {
      button.addEventListener("click", function () { go(button.getAttribute("data-move")); });
    });
    bar.addEventListener("keydown", function (event) {
      var move = { ArrowRight: "1", ArrowLeft: "-1", Home: "first", Escape: "all" }[event.key];
      if (move) { event.preventDefault(); go(move); }
    });
    bar.hidden = false;
    show(rows.length);
  });

  // one update, in all charts of its run
  all(document, ".run").forEach(function (run) {
    var box = run.querySelector(".scrub");
    var data = document.getElementById(run.getAttribute("data-run") + "-trace-json");
    if (!box || !data) { return; }
    var updates = JSON.parse(data.textContent).updates, input = box.querySelector("input");
    var names = { planned: "planned", used: "used", reported: "reported", loss: "loss", grad_norm: "gradient norm", ratio: "ratio" };
    var said = Object.keys(names).filter(function (name) {
      return updates[name].some(function (value) { return value !== null; });
    });
    function follow() {
      var place = Number(input.value), k = updates.k[place];
      var text = "Update " + k + ": " + said.map(function (name) {
        return names[name] + " " + number(updates[name][place]);
      }).join(" · ");
      box.querySelector("output").textContent = text;
      input.setAttribute("aria-valuetext", text);
      all(run, ".canvas").forEach(function (canvas) {
        var first = Number(canvas.getAttribute("data-first")), last = Number(canvas.getAttribute("data-last"));
        var line = canvas.querySelector(".cursor"), across = 100 * (k - first) / (last - first);
        line.classList.toggle("on", across >= 0 && across <= 100);
        line.setAttribute("x1", across + "%");
        line.setAttribute("x2", across + "%");
      });
    }
    input.max = updates.k.length - 1;
    input.value = 0;
    input.addEventListener("input", follow);
    box.hidden = false;
    document.documentElement.className = "js";
    box.querySelector("output").textContent = "Move the slider, or press the arrow keys on it.";
  });
})();
