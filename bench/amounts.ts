/** Figures with their units, as a reader sees them. */
import type { Unit } from "./row";
import type { Summary } from "./statistics";

export function amount({ median }: Summary, unit: Unit): string {
  return `${number(median, unit)}${suffix(unit)}`;
}

export function withSpread({ median, min, max }: Summary, unit: Unit): string {
  const middle = `${number(median, unit)}${suffix(unit)}`;
  return min === max ? middle : `${middle} (${number(min, unit)}–${number(max, unit)})`;
}

export function suffix(unit: Unit): string {
  return unit === "" ? "" : ` ${unit}`;
}

function number(value: number, unit: Unit): string {
  const isWhole = unit === "calls" || unit === "requests" || (unit === "ms" && Math.abs(value) >= 10);
  const digits = isWhole ? 0 : 2;
  return new Intl.NumberFormat("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}
