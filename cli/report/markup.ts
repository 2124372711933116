/** HTML and SVG as strings, with everything that is not markup escaped. */

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => entities[character] ?? character);
}

type Attributes = Record<string, string | number | undefined>;

/** @param children markup; text goes through `escaped` first. */
export function tag(name: string, attributes: Attributes, ...children: string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? rounded(value) : String(value))}"`)
    .join("");
  return `<${name}${list}>${children.join("")}</${name}>`;
}

/** Text in an SVG. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return tag("text", { x, y, ...attributes }, escaped(text));
}

/** What a pointer that rests on an SVG element is told. */
export function tooltip(text: string): string {
  return tag("title", {}, escaped(text));
}

/** A tenth of a pixel is less than anyone sees. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
