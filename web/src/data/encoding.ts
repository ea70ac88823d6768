// Files as UTF-8 with line feeds, whatever they were written in: by the package's reader, in a worker.
import { UnfoldError } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { TextProblem } from './corpus';
import type { TextAnswer, TextFound, TextQuestion } from './text.worker';

/** A file that was read. */
export interface ReadFile extends TextFound {
  /** As it came. */
  original: File;
  /** Nothing in the file says that this is its encoding. */
  assumed: boolean;
}

/** Most texts that are neither UTF-8 nor UTF-16: it has every character of Latin-1. */
const USUAL = 'windows-1252';

/**
 * The worker of all files. It stays: to end one that has read ten megabytes takes the page's own thread as long as four
 * frames.
 */
let worker: Worker | undefined;

/** Answers come in the order of the questions. */
let answered: Promise<unknown> = Promise.resolve();

function ask(question: TextQuestion): Promise<TextAnswer> {
  const answer = answered.then(() => askNow(question));
  answered = answer.catch(() => {});
  return answer;
}

function askNow(question: TextQuestion): Promise<TextAnswer> {
  const asked = (worker ??= new Worker(new URL('./text.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise<TextAnswer>((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<TextAnswer>) => resolve(data);
    asked.onerror = (event) => {
      worker = undefined; // the next file tries again
      reject(new Error(event.message || 'text.worker'));
    };
    asked.postMessage(question);
  });
}

/** A file in the given encoding. */
export async function readAs(original: File, encoding: string): Promise<ReadFile> {
  const answer = await ask({ file: original, encoding });
  if ('problem' in answer) throw UnfoldError.from(answer.problem);
  if ('failed' in answer) throw new Error(answer.failed);
  return { ...answer.found, original, assumed: false };
}

/** Magic numbers of archives; Office documents are such. */
const ZIP = [0x50, 0x4b, 3];
const HEAD = 4096;

/** Why a file is no text in any encoding. */
async function refusal(file: File, { expected, actual = '' }: UnfoldError): Promise<TextProblem | undefined> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  if (ZIP.every((byte, at) => head[at] === byte)) return new TextProblem(message.text.archive(file.name));
  if (head.includes(0)) return new TextProblem(message.text.notText(file.name));
  if (expected === 'one encoding') return new TextProblem(message.text.mixed(file.name, actual));
  return undefined;
}

/** A file in the encoding that it has, or that most such files have. */
export async function readFile(file: File): Promise<ReadFile> {
  try {
    return await readAs(file, 'utf-8');
  } catch (error) {
    if (!(error instanceof UnfoldError) || error.code !== 'INVALID_TEXT') throw error;
    const problem = await refusal(file, error);
    if (problem) throw problem;
    return { ...(await readAs(file, USUAL)), assumed: true };
  }
}
