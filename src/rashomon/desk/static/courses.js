// Figures over time drawn by ECharts, over the plot that is on the page already: to point at and to zoom.
(function () {
  "use strict";
  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function value(said) { return said.low !== null ? said.low : said.high; }
  function draw(place, course) {
    var box = place.querySelector(".plot");
    if (!box || course.said.length < 2) return;
    box.replaceChildren();
    box.classList.add("drawn");
    var chart = rashomonCharts.init(box, null, { renderer: "svg", height: 240 });
    function paint() {
      var voices = new Map();
      course.said.forEach(function (said) {
        if (!voices.has(said.voice)) voices.set(said.voice, []);
        voices.get(said.voice).push({ value: [said.day, value(said)], said: said });
      });
      var soft = colour("--soft");
      chart.setOption({
        animation: false, aria: { enabled: true }, textStyle: { fontFamily: "inherit", color: soft },
        grid: { left: 48, right: 24, top: 16, bottom: 28 },
        tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour("--card"), borderColor: colour("--line"), textStyle: { color: colour("--ink") }, formatter: function (item) { return item.data.said.voice + "\n" + item.data.said.day + ": " + item.data.said.words; } },
        xAxis: { type: "time", axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: soft, hideOverlap: true, formatter: "{d} {MMM} {yyyy}" }, minInterval: 86400000 },
        yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: soft } },
        dataZoom: [{ type: "inside" }],
        series: Array.from(voices.entries()).map(function (pair, number) {
          return { name: pair[0], type: "line", symbol: "circle", symbolSize: 9, color: colour("--s" + number % 8), data: pair[1] };
        })
      }, true);
    }
    paint();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    new ResizeObserver(function () { chart.resize(); }).observe(box);
  }
  var places = Array.from(document.querySelectorAll("[data-course]"));
  if (!places.length) return;
  fetch(places[0].dataset.from, { credentials: "same-origin" }).then(function (answer) { return answer.json(); }).then(function (told) {
    places.forEach(function (place) {
      var course = told.courses.find(function (one) { return one.kind === place.dataset.course; });
      if (course) draw(place, course);
    });
  }).catch(function () { /* the plot that is there stays */ });
})();
