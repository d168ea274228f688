// Runs the unit tests of packages and services: esbuild compiles them, Node's own runner runs them.
//
//   npm test                all of them
//   npm test -- auth api    those whose path has one of the words in it
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const made = join(root, ".build", "tests");
const words = process.argv.slice(2);

const entryPoints = ["packages", "services"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name, "test")))
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".test.ts"))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
if (entryPoints.length === 0) {
  console.error(`no test has one of these in its path: ${words.join(", ")}`);
  process.exit(2);
}

rmSync(made, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: made,
  outbase: ".",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  sourcemap: true,
  external: ["@aws-sdk/*"], // found in node_modules, and not what is tested
  logLevel: "warning",
});
const files = entryPoints.map((path) => join(made, path.replace(/\.ts$/, ".cjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  stdio: "inherit",
});
process.exit(status ?? 1);
