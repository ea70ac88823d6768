import { useEffect, useState } from 'preact/hooks';
import { message } from '../messages';
import { takeFile } from '../state/files';

const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** The whole window takes files; this is what shows while one hovers over it. */
export function DropZone() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) void takeFile(file);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, []);
  return over ? (
    <div class="drop" aria-hidden="true">
      <p>{message.text.drop}</p>
    </div>
  ) : null;
}
