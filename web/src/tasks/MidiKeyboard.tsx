import { useEffect, useRef, useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { SECONDS_A_STEP } from './player';
import { Take } from './midiTake';
import type { Rows } from './pianoRoll';

const words = message.tasks.words;
/** Milliseconds of silence that end what is played. */
const PAUSE = 1500;

/** Hears every keyboard that is connected, also later; returns what ends that. */
function listen(access: MIDIAccess, heard: (event: MIDIMessageEvent) => void): () => void {
  const connect = (handler: ((event: MIDIMessageEvent) => void) | null) => {
    for (const input of access.inputs.values()) input.onmidimessage = handler;
  };
  connect(heard);
  access.onstatechange = () => connect(heard);
  return () => {
    access.onstatechange = null;
    connect(null);
  };
}

/** Records an opening from a MIDI keyboard: it ends with a pause, or when told. */
export function MidiKeyboard({ disabled, onTake }: { disabled: boolean; onTake: (rows: Rows) => void }) {
  const [struck, setStruck] = useState<number | null>(null);
  const [problem, setProblem] = useState('');
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  const start = async () => {
    setProblem('');
    const access = await navigator.requestMIDIAccess().catch(() => null);
    if (!access) return setProblem(words.midiDenied);
    if (access.inputs.size === 0) return setProblem(words.midiNone);
    const take = new Take(1000 * SECONDS_A_STEP);
    let [last, timer] = [0, 0];
    const silence = listen(access, ({ data, timeStamp }) => {
      if (data) take.add(data, timeStamp);
      last = timeStamp;
      setStruck(take.size);
      clearTimeout(timer);
      if (take.silent && take.size > 0) timer = window.setTimeout(() => end.current?.(), PAUSE);
    });
    end.current = () => {
      end.current = null;
      clearTimeout(timer);
      silence();
      setStruck(null);
      if (take.size > 0) onTake(take.rows(last));
    };
    setStruck(0);
  };

  return (
    <>
      <button
        type="button"
        disabled={disabled}
        aria-pressed={struck !== null}
        onClick={() => (end.current ? end.current() : void start())}
      >
        {struck === null ? words.midiKeyboard : words.midiDone}
      </button>
      <span class="task-note" role="status">
        {problem || (struck !== null && words.midiListening(struck))}
      </span>
    </>
  );
}
