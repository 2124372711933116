import type { Certificate, State } from "../state/model";
import type { World } from "./world";

/** What reads of certificates tell where they lag behind the writes. */
export class CertificatesPast {
  private of: State | undefined;
  private states: { until: number; certificates: Certificate[] }[] = [];

  constructor(private readonly world: World) {}

  /** Keeps what is true until the write that is about to be made. */
  note(): void {
    const { state, certificatesLag } = this.world;
    if (certificatesLag === undefined) return;
    if (this.of !== state) [this.of, this.states] = [state, []];
    const certificates = state.certificates.map(certificate => ({ ...certificate }));
    this.states.push({ until: Date.parse(this.world.now()), certificates });
  }

  /** @param lagMs how long a write is not seen yet */
  told(lagMs = 0): readonly Certificate[] {
    const { state } = this.world;
    if (lagMs === 0 || this.of !== state) return state.certificates;
    const at = Date.parse(this.world.now()) - lagMs;
    return this.states.find(({ until }) => until > at)?.certificates ?? state.certificates;
  }
}
