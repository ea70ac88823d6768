import { useEffect, useRef } from 'preact/hooks';
import { whileInView } from '../charts/inView';

/** Starts something when the element comes into view, and stops it when it leaves or goes. */
export function useInView<E extends Element>(start: () => () => void) {
  const element = useRef<E>(null);
  useEffect(() => whileInView(element.current!, start), []);
  return element;
}
