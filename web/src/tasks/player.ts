// Plays rows of keys through Web Audio: an oscillator a note, with an envelope; nothing sounds before somebody asks.
import { frequencyOf, notesOf, type Rows } from './pianoRoll';

/** Of what is played and saved. */
export const SECONDS_A_STEP = 0.3;

const ATTACK = 0.012;
const RELEASE = 0.09;
/** Of all notes together, so that a chord does not clip. */
const LOUDNESS = 0.16;
const LEAD = 0.06;

export class Player {
  private context: AudioContext | null = null;
  private out: GainNode | null = null;
  /** When the rows at hand began, with which of their steps, and where they end. */
  private began = 0;
  private first = 0;
  private last = 0;
  /** The same of those before them, which may still be heard. */
  private former: { began: number; first: number } | null = null;
  private playing: OscillatorNode[] = [];

  constructor(readonly secondsAStep = SECONDS_A_STEP) {}

  /** Where it is, in steps of the rows that play. */
  get step(): number {
    if (!this.context) return 0;
    const now = this.context.currentTime;
    const heard = now < this.began ? this.former : null;
    const { began, first } = heard ?? { began: this.began, first: this.first };
    return first + Math.max(0, now - began) / this.secondsAStep;
  }

  /** Plays rows from a step on; `after`: without a gap behind what plays now. Seconds until they begin. */
  play(rows: Rows, from: number, after = false): number {
    this.context ??= new AudioContext();
    void this.context.resume();
    this.out ??= this.connect(this.context);
    const soon = this.context.currentTime + LEAD;
    const end = this.began + (this.last - this.first) * this.secondsAStep;
    this.former = after ? { began: this.began, first: this.first } : null;
    this.began = after ? Math.max(soon, end) : soon;
    this.first = from;
    this.last = rows.length;
    for (const { key, from: at, steps } of notesOf(rows, from))
      if (at >= from) this.note(key, this.began + (at - from) * this.secondsAStep, steps * this.secondsAStep);
    return this.began - this.context.currentTime;
  }

  private connect(context: AudioContext): GainNode {
    const out = context.createGain();
    out.gain.value = LOUDNESS;
    out.connect(context.destination);
    return out;
  }

  private note(key: number, at: number, seconds: number): void {
    const context = this.context!;
    const oscillator = context.createOscillator();
    const envelope = context.createGain();
    oscillator.type = 'triangle';
    oscillator.frequency.value = frequencyOf(key);
    const end = at + Math.max(0.05, seconds - 0.02);
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.linearRampToValueAtTime(1, at + ATTACK);
    envelope.gain.setTargetAtTime(0.55, at + ATTACK, 0.25);
    envelope.gain.setTargetAtTime(0, end, RELEASE / 3);
    oscillator.connect(envelope).connect(this.out!);
    oscillator.start(at);
    oscillator.stop(end + RELEASE);
    oscillator.onended = () => {
      envelope.disconnect();
      this.playing = this.playing.filter((one) => one !== oscillator);
    };
    this.playing.push(oscillator);
  }

  stop(): void {
    for (const oscillator of this.playing) oscillator.stop();
    this.playing = [];
    this.first = this.last = 0;
    this.former = null;
  }

  /** The context goes too: a browser has only a few. */
  close(): void {
    this.stop();
    void this.context?.close();
    this.context = null;
    this.out = null;
  }
}
