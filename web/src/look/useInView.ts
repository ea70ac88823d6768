import { useEffect, useRef } from 'preact/hooks';

/** Starts something when the element comes into view, and stops it when it leaves or goes. */
export function useInView<E extends Element>(start: () => () => void) {
  const element = useRef<E>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    const observer = new IntersectionObserver(([entry]) => {
      stop?.();
      stop = entry!.isIntersecting ? start() : undefined;
    });
    observer.observe(element.current!);
    return () => {
      observer.disconnect();
      stop?.();
    };
  }, []);
  return element;
}
