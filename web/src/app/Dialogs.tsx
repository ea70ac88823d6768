import type { ComponentType } from 'preact';
import { Dialog } from '../controls/Dialog';
import { Lazy } from '../controls/Lazy';
import { message } from '../i18n/messages';
import type { DialogName } from './dialogs';

interface Entry {
  name: DialogName;
  title: string;
  wide: boolean;
  load: () => Promise<ComponentType>;
}

/** What each holds is fetched when it is opened: most readers open none. */
const DIALOGS: readonly Entry[] = [
  {
    name: 'runs',
    title: message.runs.title,
    wide: true,
    load: async () => (await import('../storage/RunsPanel')).RunsPanel,
  },
  {
    name: 'compare',
    title: message.compare.title,
    wide: true,
    load: async () => (await import('../compare/ComparePanel')).ComparePanel,
  },
  {
    name: 'export',
    title: message.exports.title,
    wide: false,
    load: async () => (await import('../sharing/ExportPanel')).ExportPanel,
  },
  {
    name: 'embed',
    title: message.embed.title,
    wide: false,
    load: async () => (await import('../sharing/EmbedPanel')).EmbedPanel,
  },
  {
    name: 'preview',
    title: message.text.preview,
    wide: true,
    load: async () => (await import('../data/PreviewPanel')).PreviewPanel,
  },
  {
    name: 'gestures',
    title: message.text.gestures,
    wide: true,
    load: async () => (await import('../gestures/GesturesPanel')).GesturesPanel,
  },
  {
    name: 'tours',
    title: message.tours.title,
    wide: false,
    load: async () => (await import('../tours/ToursPanel')).ToursPanel,
  },
];

export function Dialogs() {
  return DIALOGS.map(({ name, title, wide, load }) => (
    <Dialog key={name} name={name} title={title} wide={wide}>
      {() => <Lazy load={load} />}
    </Dialog>
  ));
}
