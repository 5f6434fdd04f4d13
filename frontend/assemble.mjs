// Gathers what the pages load into one folder: names carry a hash of the content, so that a phone
// may keep each file for ever; manifest.json tells the templates which name is current.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const [work, target] = process.argv.slice(2);
const kit = "node_modules/nhsuk-frontend/dist/nhsuk";
const cross = "nhsuk-icon-cross.svg";
const swagger = "node_modules/swagger-ui-dist";
const fresh = `${target}.new`;
const manifest = {};

// One file from several modules: on a slow line a request costs more than the bytes in it. The
// modules share one scope then, so a name used twice fails the syntax check below.
function bundle(entry) {
  const order = [];
  const visit = (file) => {
    if (order.includes(file)) return;
    const source = readFileSync(join("frontend/js", file), "utf8");
    for (const [, wanted] of source.matchAll(/^import .* from "\.\/(.+)";$/gm)) visit(wanted);
    order.push(file);
  };
  visit(entry);
  return order.map((file) => plain(readFileSync(join("frontend/js", file), "utf8"))).join("");
}

function plain(source) {
  return source
    .replace(/^import .*\n/gm, "")
    .replace(/^export /gm, "")
    .replace(/^ *\/\/.*\n/gm, "")
    .replace(/^\s*\n/gm, "");
}

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const kind = extname(name);
  const hashed = join(dirname(name), `${basename(name, kind)}.${hash}${kind}`);
  mkdirSync(join(fresh, dirname(name)), { recursive: true });
  writeFileSync(join(fresh, hashed), content);
  writeFileSync(join(fresh, `${hashed}.gz`), gzipSync(content, { level: 9 }));
  manifest[name] = hashed;
}

function script(name, content) {
  const file = join(work, name.replace(".js", ".mjs"));
  writeFileSync(file, content);
  execFileSync(process.execPath, ["--check", file], { stdio: "inherit" });
  put(name, Buffer.from(content));
}

// Styles name pictures that stand beside them; one that is not built stops the build.
function style(name) {
  const text = readFileSync(join(work, name), "utf8").replace(/url\("([^"]*)"\)/g, (_, picture) => {
    if (!manifest[picture]) throw new Error(`${name} wants ${picture}, which is not built`);
    return `url("${manifest[picture]}")`;
  });
  put(name, Buffer.from(text));
}

rmSync(fresh, { recursive: true, force: true });
put(cross, readFileSync(join(kit, "assets/images", cross)));
readdirSync(work).filter((found) => found.endsWith(".css")).forEach(style);
script("app.js", bundle("app.js"));
script("flare-up-worker.js", plain(readFileSync("frontend/js/flare-up-worker.js", "utf8")));
script("start.js", plain(readFileSync("frontend/js/start.js", "utf8")));
script("api-docs.js", plain(readFileSync("frontend/js/api-docs.js", "utf8")));
put("favicon.svg", readFileSync("frontend/favicon.svg"));
for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  put(`swagger/${file}`, readFileSync(join(swagger, file)));
}
writeFileSync(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
