/** Starts something when the element comes into view, and stops it when it leaves. Returns what ends the watch. */
export function whileInView(element: Element, start: () => () => void): () => void {
  let stop: (() => void) | undefined;
  const observer = new IntersectionObserver((entries) => {
    stop?.();
    stop = entries.at(-1)!.isIntersecting ? start() : undefined;
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    stop?.();
  };
}
