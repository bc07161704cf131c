// Reads a JSON list of diagrams; prints, for each, its type, or 'not a diagram'.
import DOMPurify from "dompurify";
import mermaid from "mermaid";
import { readFileSync } from "node:fs";

// Outside a browser there is nothing to purify, and Mermaid's parser asks all the same.
DOMPurify.addHook = () => {};
DOMPurify.sanitize = (text) => text;

const found = [];
for (const diagram of JSON.parse(readFileSync(0, "utf8"))) {
  const parsed = await mermaid.parse(diagram, { suppressErrors: true });
  found.push(parsed ? parsed.diagramType : "not a diagram");
}
console.log(JSON.stringify(found));
