// The map: countries as polygons of this desk (no tiles, no request elsewhere), incidents as circles on one
// canvas, those that lie together gathered into one; and a part of the map as a filter.
(function () {
  "use strict";
  var WIDTH = 46; // pixels within which points are gathered
  var kept = null; // the view, while filters change
  var loaded = {};
  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function get(address) {
    if (!loaded[address]) loaded[address] = fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
    return loaded[address];
  }
  // Countries that reach over the date line come in one piece; they are cut there, or lines would cross the map.
  function land(topology) {
    var world = topojson.feature(topology, topology.objects.countries);
    world.features.forEach(function (one) {
      var shape = one.geometry;
      if (!shape) return;
      var parts = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
      one.geometry = { type: "MultiPolygon", coordinates: [].concat.apply([], parts.map(cut)) };
    });
    return world;
  }
  function cut(rings) {
    var unrolled = rings.map(unroll);
    var reach = [Infinity, -Infinity];
    unrolled[0].forEach(function (at) { reach = [Math.min(reach[0], at[0]), Math.max(reach[1], at[0])]; });
    var found = [];
    [-360, 0, 360].forEach(function (by) {
      if (reach[0] + by >= 180 || reach[1] + by <= -180) return;
      var part = unrolled.map(function (ring) {
        var moved = ring.map(function (at) { return [at[0] + by, at[1]]; });
        return clip(clip(moved, 180, 1), -180, -1);
      });
      if (part[0].length > 3) found.push(part.filter(function (ring) { return ring.length > 3; }));
    });
    return found;
  }
  function unroll(ring) {
    var turn = 0;
    var made = ring.map(function (at, n) {
      if (n && at[0] - ring[n - 1][0] > 180) turn -= 360;
      if (n && at[0] - ring[n - 1][0] < -180) turn += 360;
      return [at[0] + turn, at[1]];
    });
    if (turn) made.push([made[made.length - 1][0], -90], [made[0][0], -90], made[0]); // around the pole
    return made;
  }
  function clip(ring, edge, side) {
    var made = [];
    ring.forEach(function (at, n) {
      var before = ring[n ? n - 1 : ring.length - 1];
      var inside = (at[0] - edge) * side <= 0;
      if (n && inside !== ((before[0] - edge) * side <= 0)) {
        var share = (edge - before[0]) / (at[0] - before[0]);
        made.push([edge, before[1] + share * (at[1] - before[1])]);
      }
      if (inside) made.push(at);
    });
    if (made.length && (made[0][0] !== made[made.length - 1][0] || made[0][1] !== made[made.length - 1][1])) made.push(made[0]);
    return made;
  }
  function element(name, text, parent) {
    var made = document.createElement(name);
    if (text !== null) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }
  function draw(map, box) {
    map.createPane("land").style.zIndex = 200;
    var renderer = L.canvas({ pane: "land", padding: 0.3 });
    var layer = null;
    var fine = false;
    function put(topology) {
      if (layer) map.removeLayer(layer);
      layer = L.geoJSON(land(topology), { renderer: renderer, pane: "land", interactive: false, style: function () {
        return { color: colour("--shore"), weight: 0.8, fillColor: colour("--land"), fillOpacity: 1 };
      } }).addTo(map);
    }
    get(box.dataset.world).then(function (topology) { if (!fine) put(topology); });
    function closer() {
      if (fine || map.getZoom() < 4) return;
      fine = true;
      get(box.dataset.fine).then(put, function () { fine = false; });
    }
    map.on("zoomend", closer);
    closer();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
      if (layer) layer.setStyle({ color: colour("--shore"), fillColor: colour("--land") });
    });
  }
  function start(box) {
    box.classList.add("leaflet-container");
    var map = L.map(box, { preferCanvas: true, worldCopyJump: true, minZoom: 1, maxZoom: 11, zoomSnap: 0.5, attributionControl: false, maxBounds: [[-85, -400], [85, 400]] });
    L.control.attribution({ prefix: false }).addAttribution("Natural Earth").addTo(map);
    return map;
  }
  function popup(members) {
    var box = element("div", null);
    members.slice(0, 8).forEach(function (row) {
      var line = element("p", null, box);
      var link = element("a", row[3].toLowerCase() + (row[8] ? " · " + row[8] : ""), line);
      link.href = "/incidents/" + encodeURIComponent(row[0]);
      element("span", " " + row[5] + (row[6] ? " · disputed" : "") + " · " + row[7] + (row[7] === 1 ? " voice" : " voices"), line);
    });
    if (members.length > 8) element("p", (members.length - 8).toLocaleString("en") + " more here; the list below has all", box);
    return box;
  }
  function gather(map, rows) {
    var cells = new Map();
    var zoom = map.getZoom();
    var within = map.getBounds().pad(0.3);
    rows.forEach(function (row) {
      if (!within.contains([row[2], row[1]])) return;
      var at = map.project([row[2], row[1]], zoom);
      var key = Math.floor(at.x / WIDTH) + " " + Math.floor(at.y / WIDTH);
      var cell = cells.get(key);
      if (!cell) cells.set(key, cell = { x: 0, y: 0, disputed: 0, rows: [] });
      cell.x += at.x; cell.y += at.y; cell.disputed += row[6]; cell.rows.push(row);
    });
    return Array.from(cells.values()).map(function (cell) {
      return { at: map.unproject([cell.x / cell.rows.length, cell.y / cell.rows.length], zoom), rows: cell.rows, disputed: cell.disputed };
    });
  }
  function incidents(box) {
    var map = start(box);
    var note = document.getElementById("mapnote");
    note.textContent = "The points are on their way; the list below shows the same incidents.";
    draw(map, box);
    var layer = L.layerGroup().addTo(map);
    var rows = [];
    function show() {
      layer.clearLayers();
      var biggest = 1;
      var cells = gather(map, rows);
      cells.forEach(function (cell) { biggest = Math.max(biggest, cell.rows.length); });
      cells.forEach(function (cell) {
        var many = cell.rows.length;
        var radius = many === 1 ? 5 : 6 + 14 * Math.sqrt(many / biggest);
        var share = cell.disputed / many;
        var dot = L.circleMarker(cell.at, { radius: radius, color: colour(share === 1 ? "--q4" : "--s0"), weight: share === 1 ? 2.5 : 1.5, fillColor: colour("--s0"), fillOpacity: 0.3 });
        // the inner circle is the part of them that is disputed
        if (share) layer.addLayer(L.circleMarker(cell.at, { radius: radius * Math.sqrt(share), stroke: false, fillColor: colour("--q4"), fillOpacity: 0.75, interactive: false }));
        dot.bindTooltip(many === 1 ? cell.rows[0][3].toLowerCase() + (cell.rows[0][8] ? " · " + escaped(cell.rows[0][8]) : "") : many.toLocaleString("en") + " incidents, " + cell.disputed.toLocaleString("en") + " disputed");
        dot.on("click", function () {
          if (many > 8 && map.getZoom() < 10) map.setView(cell.at, Math.min(map.getZoom() + 2, 11));
          else L.popup({ maxWidth: 320, maxHeight: 260 }).setLatLng(cell.at).setContent(popup(cell.rows)).openOn(map);
        });
        layer.addLayer(dot);
      });
    }
    map.on("moveend", function () { if (rows.length) kept = { center: map.getCenter(), zoom: map.getZoom() }; show(); });
    map.setView([25, 15], 1.5);
    get(box.dataset.points).then(function (told) {
      var before = kept;
      rows = told.rows;
      note.textContent = rows.length.toLocaleString("en") + (rows.length === 1 ? " incident" : " incidents") + (told.whole ? " with a place" : " with a place, the latest ones") + "; red is the disputed part.";
      tools(map, note, box);
      var part = (box.dataset.box || "").split(",").map(Number);
      if (part.length === 4) {
        if (part[2] < part[0]) part[2] += 360;
        L.rectangle([[part[1], part[0]], [part[3], part[2]]], { color: colour("--focus"), weight: 1.5, fill: false, interactive: false }).addTo(map);
        map.fitBounds([[part[1], part[0]], [part[3], part[2]]], { padding: [20, 20] });
      } else if (before) map.setView(before.center, before.zoom);
      else if (rows.length) map.fitBounds(L.latLngBounds(rows.map(function (row) { return [row[2], row[1]]; })), { padding: [30, 30], maxZoom: 6 });
      show();
    }).catch(function () { note.textContent = "The points could not be loaded; the list below shows the same incidents."; });
  }
  function escaped(text) { var box = element("i", text); return box.innerHTML; }
  function ask(bounds) {
    var field = document.getElementById("f-box");
    function turn(lon) { return Math.max(-180, Math.min(180, lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon)); }
    var wide = bounds.getEast() - bounds.getWest() >= 360;
    field.value = [wide ? -180 : turn(bounds.getWest()), Math.max(-90, bounds.getSouth()), wide ? 180 : turn(bounds.getEast()), Math.min(90, bounds.getNorth())].map(function (one) { return one.toFixed(3); }).join(",");
    field.closest("details").open = true;
    if (window.htmx) window.htmx.trigger(field.form, "submit"); else field.form.requestSubmit();
  }
  function tools(map, note, box) {
    function button(text, act) {
      var made = element("button", text, note);
      made.type = "button";
      made.addEventListener("click", act);
      return made;
    }
    button("Only what this view shows", function () { ask(map.getBounds()); });
    var drawing = button("Draw a part of the map", function () {
      box.classList.add("drawing");
      map.dragging.disable();
      drawing.textContent = "Drag over the map …";
      var from = null;
      var shape = null;
      map.once("mousedown", function (event) {
        from = event.latlng;
        map.on("mousemove", move);
        map.once("mouseup", done);
      });
      function move(event) {
        if (shape) map.removeLayer(shape);
        shape = L.rectangle([from, event.latlng], { color: colour("--focus"), weight: 1.5, interactive: false }).addTo(map);
      }
      function done(event) {
        map.off("mousemove", move);
        map.dragging.enable();
        box.classList.remove("drawing");
        drawing.textContent = "Draw a part of the map";
        if (shape) ask(L.latLngBounds(from, event.latlng));
      }
    });
  }
  function one(box) {
    var map = start(box);
    var at = [Number(box.dataset.lat), Number(box.dataset.lon)];
    draw(map, box);
    map.setView(at, 5.5);
    L.circleMarker(at, { radius: 7, color: colour("--q4"), weight: 2, fillOpacity: 0.5 }).bindTooltip(escaped(box.dataset.name)).addTo(map);
    map.fire("zoomend");
  }
  function begin() {
    var box = document.getElementById("map");
    if (!box || box.dataset.begun || typeof L === "undefined") return;
    box.dataset.begun = "1";
    if (box.dataset.points) incidents(box); else one(box);
  }
  begin();
  document.addEventListener("htmx:afterSettle", begin);
})();
