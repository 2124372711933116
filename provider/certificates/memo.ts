/** Results that are asked for again within a run, the last `limit` of them. */
export class Memo<Value> {
  private readonly values = new Map<string, Value>();

  constructor(private readonly limit: number) {}

  get(key: string): Value | undefined {
    return this.values.get(key);
  }

  set(key: string, value: Value): void {
    // A map keeps the order of insertion: the first key is the oldest.
    const [oldest] = this.values.keys();
    if (this.values.size >= this.limit && oldest !== undefined) this.values.delete(oldest);
    this.values.set(key, value);
  }
}
