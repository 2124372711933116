/** The time axis. */
export interface Scale {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Time → x; what lies outside is at the edge. */
  x(at: number): number;
  /** Time → seconds since the rotation began. */
  seconds(at: number): number;
  /** At full seconds. */
  ticks: { x: number; text: string }[];
}

export function createScale(
  range: { from: number; to: number; zero: number },
  pixels: { left: number; right: number },
): Scale {
  const { from, to, zero } = range;
  const perMs = (pixels.right - pixels.left) / Math.max(1, to - from);
  const x = (at: number) => pixels.left + (Math.min(Math.max(at, from), to) - from) * perMs;
  const step = stepFor((to - from) / 1000);
  const ticks: Scale["ticks"] = [];
  const first = Math.ceil((from - zero) / 1000 / step) * step;
  for (let second = first; zero + second * 1000 <= to; second += step) {
    ticks.push({ x: x(zero + second * 1000), text: second < 0 ? `−${-second}` : String(second) });
  }
  return { from, to, x, seconds: at => (at - zero) / 1000, ticks };
}

const [minute, hour, day] = [60, 3600, 86_400];
const steps = [1, 2, 5, 10, 20, minute, 5 * minute, 15 * minute, hour, 6 * hour, day];

/** So that there are at most about 20 ticks: a rotation may fail on a Friday and go on after the weekend. */
function stepFor(seconds: number): number {
  return steps.find(step => seconds / step <= 20) ?? Math.ceil(seconds / 20 / day) * day;
}
