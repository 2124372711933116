/** Pauses between looks, in milliseconds: quick at first, since most builds are, then slower, with jitter. */
export function* pauses(firstMs = 100, longestMs = 2000): Generator<number, never> {
  for (let pause = firstMs; ; pause = Math.min(pause * 1.3, longestMs))
    yield pause * (0.9 + Math.random() * 0.2);
}
