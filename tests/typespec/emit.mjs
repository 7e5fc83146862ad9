// Emits the OpenAPI documents of TypeSpec's HTTP scenarios: `node emit.mjs SPECS OUT`.
import { NodeHost, compile } from "@typespec/compiler";
import { readdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const [specs, out] = process.argv.slice(2);

// What the emitter of OpenAPI refuses, and what replaces it, by folder.
const edits = {
  // A path with a query in it: the operations are removed.
  routes: [[/ *@scenario\n *@scenarioDoc\("""(?:(?!""")[^])*"""\)\n *@route\("[^"]*\?fixed=true[^"]*"\)\n *op [^;]*;\n/g, ""]],
  // OpenAPI has the ranges 1XX to 5XX and no others.
  "response/status-code-range": [["@minValue(494)", "@minValue(400)"]],
  // The emitter looks up a parameter's examples by its name, and finds a function of JavaScript.
  "special-words": [['@paramNameScenario("constructor") withConstructor(@query constructor: string): void;', ""]],
};

function edited(folder, text) {
  return (edits[folder] ?? []).reduce((text, [from, to]) => text.replaceAll(from, to), text);
}

for (const file of readdirSync(specs, { recursive: true }).filter((file) => file.endsWith("main.tsp")).sort()) {
  const path = join(specs, file);
  const folder = dirname(file).split(sep).join("/");
  const host = {
    ...NodeHost,
    async readFile(at) {
      const source = await NodeHost.readFile(at);
      if (at === path) Object.defineProperty(source, "text", { value: edited(folder, source.text) });
      return source;
    },
  };
  // The type of an item of a stream needs OpenAPI 3.2. In a form, OpenAPI 3.1 has files whose schemas state no type.
  const version = folder.startsWith("streaming/") ? "3.2.0" : folder === "payload/multipart" ? "3.1.0" : "3.0.0";
  const emitter = { "emitter-output-dir": join(out, folder), "openapi-versions": [version] };
  const options = { emit: ["@typespec/openapi3"], options: { "@typespec/openapi3": emitter } };
  try {
    const { diagnostics } = await compile(host, path, options);
    for (const { severity, code, message } of diagnostics) {
      if (severity === "error") console.log(`${folder}: ${code}: ${message}`);
    }
  } catch (error) {
    console.log(`${folder}: ${error.message}`);
  }
}
