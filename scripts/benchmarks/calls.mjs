// Calls into the programs that are measured: processes of Node's and Python's here, workers in chromium.mjs.
// All answer {id, name, args} with {id, value} or {id, error}.
import { fork, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { at, Failure } from '../lib.mjs';

/**
 * What the far end gives is `any`: its methods are not known here.
 * @typedef {{ id: number, value?: any, error?: string }} Answer
 * @typedef {{ call(method: string, ...args: unknown[]): Promise<any>, close(): unknown }} Calls
 */

/**
 * {call(name, ...args), close()} over a way to send, and a function that gives the messages and the end.
 * @param {string} name
 * @param {(message: object) => unknown} send
 * @param {(message: (answer: Answer) => void, end: (reason: string) => void) => void} listen
 * @param {() => unknown} close
 * @returns {Calls}
 */
export function caller(name, send, listen, close) {
  /** @type {Map<number, { resolve(value: unknown): void, reject(error: Error): void }>} */
  const waiting = new Map();
  let last = 0;
  /** @type {Failure | undefined} */
  let ended;
  listen(
    ({ id, value, error }) => {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Failure(`${name}: ${error}`));
    },
    (reason) => {
      ended = new Failure(`${name}: ${reason}`);
      for (const { reject } of waiting.values()) reject(ended);
    },
  );
  return {
    call: (method, ...args) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        waiting.set(++last, { resolve, reject });
        send({ id: last, name: method, args });
      }),
    close,
  };
}

/**
 * Resolves when the process has ended, so that it takes no time from the next one.
 * @param {import('node:child_process').ChildProcess} child
 */
function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill();
  return ended;
}

/** @param {string} file */
export function openNode(file) {
  const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return caller(
    `Node, ${basename(file)}`,
    (message) => child.send(message),
    (message, end) => {
      child.on('message', message);
      child.on('error', (error) => end(error.message));
      child.on('close', (status, signal) => end(`ended (${signal ?? `status ${status}`})`));
    },
    () => stop(child),
  );
}

/**
 * Debian's Python, whatever is first on PATH: the libraries are Debian's.
 * @param {string} file
 * @param {Record<string, string>} env
 */
export function openPython(file, env) {
  const child = spawn('/usr/bin/python3', ['-u', file], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)));
  child.stdin.on('error', () => {}); // the end is reported by 'close'
  return caller(
    basename(file),
    (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    (message, end) => {
      createInterface({ input: child.stdout }).on('line', (line) => message(JSON.parse(line)));
      child.on('error', (error) => end(error.message));
      child.on('close', (status) => end(complaint.trim().split('\n').at(-1) || `ended (status ${status})`));
    },
    () => stop(child),
  );
}

/**
 * The native program, as a copy: a build that goes on meanwhile does not change what is measured.
 * @param {string} folder
 */
export function nativeProgram(folder) {
  const built = at('build/native/unfold');
  if (!existsSync(built)) throw new Failure('build/native/unfold is missing; run npm run build:native.');
  mkdirSync(folder, { recursive: true });
  cpSync(built, join(folder, 'unfold'));
  return join(folder, 'unfold');
}
