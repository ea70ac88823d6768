import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { inTurn } from '../app/frame';

/** Parts of the page are drawn one after the other, so that touches and workers are heard in between. */
export function Deferred({ children }: { children: ComponentChildren }) {
  const [here, setHere] = useState(false);
  useEffect(() => inTurn(() => setHere(true)), []);
  return here ? <>{children}</> : null;
}
