import { Dialog } from '../controls/Dialog';
import { Lazy } from '../controls/Lazy';
import { message } from '../i18n/messages';

const preview = async () => (await import('./PreviewPanel')).PreviewPanel;

const gestures = async () => (await import('../gestures/GesturesPanel')).GesturesPanel;

/** What is asked about the reader's own data; fetched when it is opened. */
export function DataDialogs() {
  return (
    <>
      <Dialog name="preview" title={message.text.preview} wide>
        {() => <Lazy load={preview} />}
      </Dialog>
      <Dialog name="gestures" title={message.text.gestures} wide>
        {() => <Lazy load={gestures} />}
      </Dialog>
    </>
  );
}
