// The package stays small: what is never read again as source loses its white space, and is spelled as shortly as it can
// be; its names stay, for the traces of errors. dist/sdk is left alone, since Pulumi stores the text of closures in states.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

const dist = join(import.meta.dirname, "../../dist");

for (const folder of ["provider", "cli"].filter(each => existsSync(join(dist, each)))) {
  for (const name of readdirSync(join(dist, folder), { recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const file = join(dist, folder, name);
    const source = readFileSync(file, "utf8");
    const { code } = transformSync(source, {
      minifyWhitespace: true,
      minifySyntax: true,
      platform: "node",
      target: "node20",
    });
    if (code !== source) writeFileSync(file, code);
  }
}
