export interface Holder {
  readonly pid: number;
  readonly host: string;
}

export interface LockOptions {
  /** Called once when somebody else holds the lock; undefined when it cannot be read who. */
  readonly onWait: (holder: Holder | undefined) => void;
  readonly signal?: AbortSignal;
  readonly pollMs?: number;
  /** A holder gives a sign of life more often than this. */
  readonly staleMs?: number;
}

export function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T>;
export function isRunning(pid: number): boolean;
