import { useEffect, useRef, useState } from 'preact/hooks';
import type { Model } from 'unfold-rnn';
import { readTheme } from '../charts/theme';
import { Icon } from '../controls/Icon';
import { message } from '../i18n/messages';
import { integer } from '../i18n/format';
import { prefersReducedMotion } from '../app/userPreferences';
import { download } from '../data/files';
import { midiOf } from '../data/music';
import { engine } from '../training/engine';
import { nextFrame } from '../app/frame';
import { report } from '../app/notices';
import { heldOut, useAnswers } from './answers';
import { MidiKeyboard } from './MidiKeyboard';
import { Player, SECONDS_A_STEP } from './player';
import type { TaskView } from './taskView';
import { drawRoll, keysOf, nameOfKey, type Rows } from './pianoRoll';

/** Two bars are given, six are the network's. */
const GIVEN = 8;
const WRITTEN = 24;
/** Steps of an opening that was played. */
const MOST_GIVEN = 64;
/** A roll is looked at longer than a word. */
const RENEW_EVERY = 4000;
/** Milliseconds before the end at which the next bars are asked for. */
const AHEAD = 900;

const words = message.tasks.words;
const dark = matchMedia('(prefers-color-scheme: dark)');

interface Music {
  rows: Rows;
  given: number;
  step: number;
}

/** Goes on from the last steps of something. */
async function goOn(model: Model, before: Rows, most = GIVEN): Promise<Music> {
  const input = before.slice(-most).map((row) => [...row]);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { forecast = [] } = await model.predict({ input, steps: WRITTEN, temperature: 1, seed });
  return { rows: [...input, ...forecast], given: input.length, step: model.info.step };
}

async function begin(model: Model, example: number): Promise<Music> {
  const { split, count } = heldOut(model);
  if (count === 0) return goOn(model, [new Array<number>(88).fill(0)]);
  const { input } = await model.example(split, example % count);
  return goOn(model, (input as number[][]).slice(0, GIVEN));
}

/** The player and what it plays; while it plays, the network writes on before the music ends. */
function usePlayer(written: Music | null) {
  const [playing, setPlaying] = useState<Music | null>(null);
  const player = useRef<Player | null>(null);
  const stop = () => {
    player.current?.stop();
    setPlaying(null);
  };
  const start = () => {
    if (!written) return;
    player.current ??= new Player();
    player.current.play(written.rows, 0);
    setPlaying(written);
  };
  useEffect(() => () => player.current?.close(), []);
  useEffect(() => {
    if (!playing) return;
    let live = true;
    const { rows } = playing;
    const left = (rows.length - (player.current?.step ?? 0)) * (player.current?.secondsAStep ?? 1);
    let timer = setTimeout(
      () => {
        const model = engine.current;
        if (!model) return stop();
        goOn(model, rows).then((next) => {
          if (!live) return;
          const wait = player.current?.play(next.rows, next.given, true) ?? 0;
          timer = setTimeout(() => setPlaying(next), 1000 * wait);
        }, report);
      },
      Math.max(0, 1000 * left - AHEAD),
    );
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [playing]);
  return { playing, start, stop, at: () => player.current?.step ?? 0 };
}

/** Draws the roll whenever it, its size or the scheme changes, and with the playhead while it plays. */
function useRoll(music: Music | null, at: (() => number) | null) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    let live = true;
    let theme = readTheme(element.parentElement!);
    const draw = () => {
      if (!live || !element.isConnected) return;
      const roll = music ?? { rows: [], given: 0 };
      const now = at && music ? Math.min(music.rows.length, Math.max(0, at())) : null;
      // Where less motion is asked for, it goes from step to step.
      const head = now !== null && prefersReducedMotion() ? Math.floor(now) : now;
      drawRoll(element, roll, theme, head);
      if (head !== null) element.dataset.playhead = head.toFixed(1);
      else delete element.dataset.playhead;
      if (at) nextFrame(draw);
    };
    const redraw = () => nextFrame(draw);
    redraw();
    const size = new ResizeObserver(redraw);
    size.observe(element);
    const onScheme = () => {
      theme = readTheme(element.parentElement!);
      redraw();
    };
    dark.addEventListener('change', onScheme);
    return () => {
      live = false;
      size.disconnect();
      dark.removeEventListener('change', onScheme);
    };
  }, [music, at !== null]);
  return canvas;
}

async function saveMidi({ rows, step }: Music): Promise<void> {
  try {
    download(await midiOf(rows, SECONDS_A_STEP), `unfold-step-${step}.mid`);
  } catch (error) {
    report(error);
  }
}

function Listing({ rows, given }: Music) {
  return (
    <div class="unseen">
      <table>
        <caption>{words.rollCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{message.facts.step}</th>
            <th scope="col">{words.keys}</th>
            <th scope="col">{words.from}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              <th scope="row">{at + 1}</th>
              <td>{keysOf(row).map(nameOfKey).join(' ') || words.silence}</td>
              <td>{at < given ? words.given : words.network}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NotesView() {
  const [held, setHeld] = useState(false);
  const example = useRef(0);
  const played = useRef<Rows | null>(null);
  const [shown, again] = useAnswers(
    (model) => (played.current ? goOn(model, played.current, MOST_GIVEN) : begin(model, example.current)),
    { held, every: RENEW_EVERY },
  );
  const { playing, start, stop, at } = usePlayer(shown?.value ?? null);
  useEffect(() => setHeld(playing !== null), [playing]);
  const anew = () => {
    example.current++;
    played.current = null;
    again();
  };
  const goOnFrom = (rows: Rows) => {
    played.current = rows;
    again();
  };
  const music = playing ?? shown?.value ?? null;
  const canvas = useRoll(music, playing ? at : null);
  return (
    <div class="roll" data-step={music?.step}>
      <p class="task-note">{words.rollAbout}</p>
      <canvas ref={canvas} class="roll-canvas" aria-hidden="true" />
      <div class="roll-controls">
        <button
          type="button"
          class="primary"
          disabled={music === null}
          aria-pressed={playing !== null}
          onClick={playing ? stop : start}
        >
          <Icon name={playing ? 'pause' : 'play'} />
          {playing ? words.stop : words.play}
        </button>
        <button type="button" disabled={music === null || playing !== null} onClick={anew}>
          {words.anew}
        </button>
        <button type="button" disabled={music === null} onClick={() => music && void saveMidi(music)}>
          <Icon name="save" />
          {words.saveMidi}
        </button>
        {'requestMIDIAccess' in navigator && (
          <MidiKeyboard disabled={music === null || playing !== null} onTake={goOnFrom} />
        )}
        <span class="task-note">{music && words.writtenAt(integer(music.step))}</span>
      </div>
      <ul class="forecast-legend" aria-hidden="true">
        <li class="forecast-key roll-key-given">{words.given}</li>
        <li class="forecast-key roll-key-own">{words.network}</li>
      </ul>
      {music && <Listing {...music} />}
    </div>
  );
}

export const notesView: TaskView = { View: NotesView };
