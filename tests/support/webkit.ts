// WebKit, where the system has one: WebKitGTK's MiniBrowser on a display of its own, driven by the W3C's WebDriver
// protocol, which is a handful of POSTs here. Playwright would need a build of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';

const find = (name: string) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

const driver = find('WebKitWebDriver');
const display = find('Xvfb');

/** Milliseconds after which the driver gives up waiting: so that whoever waits ends the browser. */
const LIMIT = 180_000;

/** Whether there is one. */
export const webkit = Boolean(driver && display);

/** The element's key in the protocol. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export interface WebKit {
  goto(url: string): Promise<void>;
  /** The value of an expression in the page; of a promise, what it resolves to. */
  evaluate(expression: string): Promise<unknown>;
  /** Until the expression is true. */
  wait(expression: string): Promise<void>;
  /** As a person clicks: the element has to be there, in view and not covered. */
  click(selector: string): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** @param env on top of this process's: `JSC_useSharedArrayBuffer` makes it as Safari is. */
export async function openWebKit(env: Record<string, string> = {}): Promise<WebKit> {
  const screen = spawn(display!, ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
  const port = await freePort();
  const service = spawn(driver!, [`--port=${port}`], {
    env: { ...process.env, ...env, DISPLAY: `:${number.toString().trim()}`, LIBGL_ALWAYS_SOFTWARE: '1' },
    stdio: 'ignore',
  });
  let session = '';

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}${session}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (response.ok) return value;
    const { error, message } = value as { error: string; message: string };
    throw new Error(`WebKit: ${error}: ${message}`);
  }

  async function close(): Promise<void> {
    if (session) await ask('DELETE', '').catch(() => {}); // it may have ended by itself
    await end(service);
    await end(screen);
  }

  /** The driver says nothing when it listens. */
  async function begin(): Promise<void> {
    while (service.exitCode === null) {
      const status = (await ask('GET', '/status').catch(() => undefined)) as { ready: boolean } | undefined;
      if (status?.ready) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { sessionId } = (await ask('POST', '/session', {
      capabilities: { alwaysMatch: { timeouts: { script: LIMIT, pageLoad: LIMIT } } },
    })) as { sessionId: string };
    session = `/session/${sessionId}`;
  }

  try {
    await begin();
  } catch (error) {
    await close();
    throw error;
  }

  // Written into the script: the policies under test let nothing be evaluated in the page.
  const evaluate = async (expression: string) => {
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${expression}))().then(
        (value) => done([value]),
        (error) => done(String(error)),
      );`;
    const answer = await ask('POST', '/execute/async', { script, args: [] });
    if (typeof answer === 'string') throw new Error(`${expression}: ${answer}`);
    return (answer as [unknown])[0];
  };

  return {
    goto: async (url) => void (await ask('POST', '/url', { url })),
    evaluate,
    wait: async (expression) => {
      const poll = `(resolve) => {
        const timer = setInterval(() => (${expression}) && resolve(clearInterval(timer)), 50);
      }`;
      await evaluate(`new Promise(${poll})`).catch((error: unknown) => {
        throw new Error(`waited for ${expression}`, { cause: error });
      });
    },
    click: async (selector) => {
      const element = (await ask('POST', '/element', { using: 'css selector', value: selector })) as Record<
        string,
        string
      >;
      await ask('POST', `/element/${element[ELEMENT]}/click`, {});
    },
    close,
  };
}
