// Puts the third-party files of the desk's pages beside the desk's own: src/rashomon/desk/static/vendor/.
// `npm ci && node build.mjs`; nothing here is committed, package-lock.json says what it is.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const to = join(here, "..", "src", "rashomon", "desk", "static", "vendor");
const making = `${to}.making`;
const from = (...parts) => join(here, "node_modules", ...parts);

const copied = {
  "htmx.js": ["htmx.org", "dist", "htmx.min.js"],
  "leaflet.js": ["leaflet", "dist", "leaflet.js"],
  "leaflet.css": ["leaflet", "dist", "leaflet.css"],
  "topojson.js": ["topojson-client", "dist", "topojson-client.min.js"],
  "world-110m.json": ["world-atlas", "countries-110m.json"],
  "world-50m.json": ["world-atlas", "countries-50m.json"],
};
const packages = ["echarts", "htmx.org", "leaflet", "topojson-client", "tslib", "world-atlas", "zrender"];

await rm(making, { recursive: true, force: true });
await mkdir(making, { recursive: true });
for (const [name, parts] of Object.entries(copied)) await copyFile(from(...parts), join(making, name));
await build({
  absWorkingDir: here, entryPoints: ["charts.js"], outfile: join(making, "charts.js"),
  bundle: true, minify: true, format: "iife", globalName: "rashomonCharts", legalComments: "none",
});
for (const name of ["leaflet.js", "topojson.js", "htmx.js"]) { // nobody serves the maps that they point to
  const file = join(making, name);
  await writeFile(file, (await readFile(file, "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, ""));
}
// Pictures of Leaflet's markers and layers are not used; without them its style asks for nothing.
const style = join(making, "leaflet.css");
await writeFile(style, (await readFile(style, "utf8")).replace(/background-image:\s*url\([^)]*\);?/g, "").replace(/behavior:\s*url\([^)]*\);?/g, ""));

const versions = {};
let licences = "Third-party files of the desk's pages and their licences. World: made with Natural Earth, public domain.\n";
for (const name of packages) {
  const told = JSON.parse(await readFile(from(name, "package.json"), "utf8"));
  versions[name] = told.version;
  licences += `\n== ${name} ${told.version} (${told.license})\n`;
  const files = (await readdir(from(name), { withFileTypes: true })).filter((each) => each.isFile()).map((each) => each.name);
  for (const file of files.filter((each) => /^(licen[sc]e|notice|copying)/i.test(each)).sort())
    licences += `\n${(await readFile(from(name, file), "utf8")).trim()}\n`;
}
await writeFile(join(making, "LICENCES.txt"), licences);
await writeFile(join(making, "versions.json"), `${JSON.stringify(versions, null, 1)}\n`);
await rm(to, { recursive: true, force: true });
await rename(making, to); // all of it is there, or what was there before
console.log(`desk assets: ${Object.keys(copied).length + 1} files in ${to}`);
