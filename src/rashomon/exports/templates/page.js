(function () {
  "use strict";
  var byClaim = new Map();
  var marks = [];
  var lit = [];
  var pinned = null;
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  document.querySelectorAll(".card").forEach(function (card) {
    byClaim.set(card.getAttribute("data-claim"), { card: card, marks: [] });
  });
  document.querySelectorAll(".text .m").forEach(function (element) {
    var roles = element.getAttribute("data-roles").split("|");
    var mark = { element: element, text: element.closest(".text"), roles: new Map() };
    element.getAttribute("data-claim").split(" ").forEach(function (id, number) {
      mark.roles.set(id, roles[number].split(" "));
      byClaim.get(id).marks.push(mark);
    });
    element.rashomonMark = mark;
    marks.push(mark);
  });

  function alive(id) {
    return byClaim.has(id) && !byClaim.get(id).card.hidden;
  }
  // The classes of a mark are its roles in the claims that are looked at: an actor here may be a voice there.
  function dress(mark, ids, extra) {
    var names = new Set(["m"].concat(extra));
    ids.forEach(function (id) {
      (mark.roles.get(id) || []).forEach(function (role) { names.add(role); });
    });
    mark.element.className = Array.from(names).join(" ");
  }
  function undress(mark) {
    dress(mark, Array.from(mark.roles.keys()).filter(alive), []);
  }
  function clear() {
    lit.forEach(function (mark) { undress(mark); mark.text.classList.remove("on"); });
    lit = [];
    document.querySelectorAll(".card.lit").forEach(function (card) { card.classList.remove("lit"); });
  }
  function light(ids) {
    clear();
    ids.filter(alive).forEach(function (id) {
      byClaim.get(id).card.classList.add("lit");
      byClaim.get(id).marks.forEach(function (mark) {
        dress(mark, ids, ["lit"]);
        mark.text.classList.add("on");
        lit.push(mark);
      });
    });
  }
  function rest() {
    if (pinned) light(pinned); else clear();
  }
  function pin(ids) {
    document.querySelectorAll(".pin").forEach(function (element) { element.classList.remove("pin"); });
    pinned = ids && ids.length ? ids : null;
    if (pinned) pinned.forEach(function (id) {
      byClaim.get(id).card.classList.add("pin");
    });
    rest();
  }
  function show(element, block) {
    if (element) element.scrollIntoView({ block: block, behavior: calm ? "auto" : "smooth" });
  }
  function firstMark(id) {
    return document.getElementById("t-" + id) || (byClaim.get(id).marks[0] || {}).element || null;
  }
  // Of several claims on the same words, those in which the words have a part, not only lie in the quote.
  function meant(mark) {
    var ids = Array.from(mark.roles.keys()).filter(alive);
    var strict = ids.filter(function (id) {
      return mark.roles.get(id).some(function (role) { return role !== "quoted"; });
    });
    return strict.length ? strict : ids;
  }

  function target(event) {
    var element = event.target instanceof Element ? event.target : null;
    var card = element && element.closest(".card");
    if (card) return { ids: [card.getAttribute("data-claim")], card: card, element: element };
    var cite = element && element.closest("[data-cites]");
    if (cite) return { ids: cite.getAttribute("data-cites").split(" "), card: null, element: element, cite: cite };
    var mark = element && element.closest(".text .m");
    if (mark) return { ids: meant(mark.rashomonMark), card: null, element: element };
    return null;
  }
  document.addEventListener("mouseover", function (event) {
    var over = target(event);
    if (over) light(over.ids); else rest();
  });
  document.addEventListener("focusin", function (event) {
    var over = target(event);
    if (over) light(over.ids); else rest();
  });
  document.addEventListener("focusout", rest);
  document.addEventListener("click", function (event) {
    var at = target(event);
    if (!at) {
      if (!event.target.closest(".bar")) pin(null);
      return;
    }
    if (at.element.closest("summary") || at.element.closest("dl")) return;
    if (at.cite) { pin(at.ids); return; } // the link itself leads to the words
    var link = at.element.closest("a");
    if (link) event.preventDefault();
    var again = pinned && at.ids.join() === pinned.join();
    if (again && !link) { pin(null); return; }
    pin(at.ids);
    if (at.card) show(firstMark(at.ids[0]), "center");
    else if (at.ids.length) show(byClaim.get(at.ids[0]).card, "nearest");
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { pin(null); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    var card = event.target instanceof Element && event.target.closest(".card h3 a") && event.target.closest(".card");
    if (!card) return;
    var cards = Array.from(card.parentNode.querySelectorAll(".card:not([hidden])"));
    var next = cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.querySelector("h3 a").focus();
    show(firstMark(next.getAttribute("data-claim")), "nearest");
  });

  var form = document.getElementById("filters");
  function filter() {
    var wanted = Array.from(form.querySelectorAll("select")).map(function (select) {
      return [select.name, select.value];
    }).filter(function (pair) { return pair[1] !== ""; });
    var shown = 0;
    byClaim.forEach(function (one) {
      one.card.hidden = !wanted.every(function (pair) { return one.card.getAttribute("data-" + pair[0]) === pair[1]; });
      shown += one.card.hidden ? 0 : 1;
    });
    pin(null);
    marks.forEach(undress);
    document.getElementById("shown").textContent = wanted.length ? shown + " of " + byClaim.size + " claims" : "";
  }
  if (!form) return; // the desk's pages have no filters of claims
  form.addEventListener("change", filter);
  form.addEventListener("reset", function () { window.setTimeout(filter, 0); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.hidden = false;
})();
