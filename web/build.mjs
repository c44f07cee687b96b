// Puts the page together: build/web/site, static files that work from any path.
//
//   node web/build.mjs           after cmake --build --preset web
//
// Every web/page/*.html is copied; every script and style sheet that one of them
// names is bundled. Then the sizes: what a reader loads up to the first frame must
// stay within the budget.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const budget = 600_000; // bytes, gzipped

const web = dirname(fileURLToPath(import.meta.url));
const root = dirname(web);
const page = join(web, "page");
const built = join(root, "build/web/web");
const site = join(root, "build/web/site");

if (!process.argv.includes("--no-check")) execFileSync(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", web], {
  stdio: "inherit",
});

rmSync(site, { recursive: true, force: true });
mkdirSync(join(site, "fonts"), { recursive: true });

const pages = readdirSync(page).filter((name) => name.endsWith(".html"));
const named = new Set();
for (const name of pages) {
  cpSync(join(page, name), join(site, name));
  const text = readFileSync(join(page, name), "utf8");
  for (const [, address] of text.matchAll(/(?:src|href)="([\w./-]+\.(?:js|css))"/g)) named.add(address);
}
const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: [...named].map((address) => join(page, address.replace(/\.js$/, ".ts"))),
  outdir: site,
  outbase: page,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  chunkNames: "chunks/[name]-[hash]",
  alias: { "pageframe-wasm": join(built, "pageframe_page.mjs") },
  external: ["fonts/*"],
  logLevel: "warning",
});
cpSync(join(built, "pageframe_page.wasm"), join(site, "pageframe_page.wasm"));
for (const font of readdirSync(join(built, "fonts")).filter((name) => name.endsWith(".ttf"))) {
  cpSync(join(built, "fonts", font), join(site, "fonts", font));
}
if (existsSync(join(root, "examples"))) cpSync(join(root, "examples"), join(site, "examples"), { recursive: true });

// In the sum is what index.html comes to: page.js and what it imports statically, the
// style sheet, the program, the fonts, the list of examples and the one it opens with. Not in
// it: embed.html's own files, other examples, and chunks that are imported on demand.
const [{ examples }] = JSON.parse(readFileSync(join(root, "examples/index.json"), "utf8"));
const first_files = new Set([
  "index.html",
  "styles.css",
  "pageframe_page.wasm",
  "examples/index.json",
  `examples/${examples[0].file}`,
]);
const add = (output) => {
  const name = relative(site, join(root, output));
  if (first_files.has(name)) return;
  first_files.add(name);
  for (const { path, kind } of metafile.outputs[output]?.imports ?? []) {
    if (kind === "import-statement") add(path);
  }
};
add(relative(root, join(site, "page.js")));
let sum = 0;
for (const name of readdirSync(site, { recursive: true }).sort()) {
  const file = join(site, name);
  if (!statSync(file).isFile()) continue;
  const size = statSync(file).size;
  const small = gzipSync(readFileSync(file), { level: 9 }).length;
  const first = first_files.has(name) || name.startsWith("fonts/");
  if (first) sum += small;
  console.log(`${String(size).padStart(9)} ${String(small).padStart(9)} gzipped  ${first ? " " : "-"} ${name}`);
}
console.log(`up to the first frame: ${sum} bytes gzipped of ${budget}`);
if (sum > budget) {
  console.error("that is over the budget");
  process.exit(1);
}
