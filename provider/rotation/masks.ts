/**
 * How Zuplo spells a secret is not documented. A mask that is missed breaks traffic, since what it hides may name a
 * certificate; a value that is taken for one only keeps a certificate enabled.
 */

/** What no value looks like, as a rule. */
export function isMask(value: string): boolean {
  return (
    stars.test(value) || run.test(value) || (cut.test(value) && !address.test(value)) || isSaid(value.trim())
  );
}

/** The same, and what could be one: no letter or digit, as a path or a sign has none, or two stars. */
export function mayBeMask(value: string): boolean {
  return isMask(value) || !/[\p{L}\p{N}]/u.test(value) || /[*•●∙·]{2}/.test(value);
}

const stars = /[*•●∙·]{3}/;
/** Of one character that is no digit: `xxxxxxxx`. */
const run = /^([^\d\s])\1{3,}$/u;
/** What is left of a value: `...abcd`. */
const cut = /\.{3}|…/;
const address = /[\s/]/;

const key = /^(encrypted|secret|hidden|masked|redacted|sensitive)$/;
const filler = /^(values?|variable|env|environment|data|text|string|is|not|shown|the|this)$/;

/** Said in words: `[secret]`, `<encrypted value>`, `SECRET_VALUE`. In brackets, other words may stand beside. */
function isSaid(value: string): boolean {
  const inner = /^[<([{]+([\w\s.-]+)[>)\]}]+$/.exec(value)?.[1];
  const words = (inner ?? value)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter(word => word !== "");
  const isOnlyThat = words.every(word => key.test(word) || filler.test(word));
  return words.some(word => key.test(word)) && (inner !== undefined || isOnlyThat);
}
