/** A limit in time for one piece of work, which may be ended earlier by `cancellation`. */
export interface Deadline {
  /** Aborts when the time is over, or with the cancellation. */
  signal: AbortSignal;
  isOver(): boolean;
  /** To be called when the work has ended: nothing of it is kept. */
  end(): void;
}

/**
 * AbortSignal.any and AbortSignal.timeout would say the same, but on Node 20 the time limit may be collected as garbage
 * before its time comes, and then it never does.
 *
 * @param ms whole milliseconds
 */
export function deadlineOf(ms: number, cancellation?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const cancel = () => controller.abort(cancellation?.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort(new DOMException(undefined, "TimeoutError"));
  }, ms);
  timer.unref();
  if (cancellation?.aborted) cancel();
  else cancellation?.addEventListener("abort", cancel, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    end() {
      clearTimeout(timer);
      cancellation?.removeEventListener("abort", cancel);
    },
  };
}
