import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { report } from '../app/notices';

/** A part of the page that is fetched when it is first shown. */
export function Lazy({ load }: { load: () => Promise<ComponentType> }) {
  const [Panel, setPanel] = useState<ComponentType | null>(null);
  useEffect(() => void load().then((panel) => setPanel(() => panel), report), []);
  return Panel && <Panel />;
}
