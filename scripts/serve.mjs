// A static server with the headers the page needs: isolation (for threads) and a strict policy.
//   node scripts/serve.mjs [--port 8080] [--host localhost] [--no-isolation] [folder]
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { at, commandLine, Failure, isMain, main, messageOf } from './lib.mjs';

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const baseHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/**
 * Answers with the files of a folder, as they are at the time; compressed for who takes that.
 * @param {string} folder
 * @param {Record<string, string>} headers
 * @returns {Promise<import('node:http').RequestListener>}
 */
async function answers(folder, headers) {
  // Only now: they may have been installed a moment ago.
  const [{ default: sirv }, { default: compression }] = await Promise.all([
    import('sirv'),
    import('compression'),
  ]);
  const compress = compression();
  /** @param {import('node:http').ServerResponse} response @param {number} status @param {string} text */
  const refuse = (response, status, text) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(text);
  };
  const files = sirv(folder, {
    dev: true,
    etag: true,
    onNoMatch: (_, response) => refuse(response, 404, 'Not found.\n'),
  });
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, 'Only GET and HEAD.\n');
    }
    compress(request, response, () => files(request, response));
  };
}

/**
 * Resolves to the port.
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {string} host
 * @returns {Promise<number>}
 */
function listen(server, port, host) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * @typedef {object} ServeOptions
 * @property {string} [folder] default: web/dist
 * @property {number} [port] default 8080, or the next free one, up to twenty on; 0 takes any
 * @property {string} [host]
 * @property {boolean} [isolation]
 * @property {Record<string, string>} [headers] added to, or in place of, the usual ones
 *
 * @typedef {{ url: string, port: number, close(): Promise<void> }} Site
 */

/**
 * Serves a folder.
 * @param {ServeOptions} options
 * @returns {Promise<Site>}
 */
export async function serve({
  folder = at('web/dist'),
  port = 8080,
  host = 'localhost',
  isolation = true,
  headers = {},
} = {}) {
  if (!existsSync(folder)) throw new Failure(`the folder ${folder} is missing; run npm run build.`);
  const all = { ...baseHeaders, ...(isolation ? isolationHeaders : {}), ...headers };
  const server = createServer(await answers(resolve(folder), all));
  let taken = port;
  for (let tries = 0; ; ++tries) {
    try {
      taken = await listen(server, port && port + tries, host);
      break;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EADDRINUSE' && port !== 0 && tries < 20 && port + tries < 65535) continue;
      throw new Failure(`port ${port + tries} on ${host} cannot be opened (${code ?? messageOf(error)}).`);
    }
  }
  return {
    port: taken,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** What the command line asks for. */
export function serveOptions() {
  const { values, positionals } = commandLine(
    {
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '8080' },
        host: { type: 'string', default: 'localhost' },
        'no-isolation': { type: 'boolean', default: false },
      },
    },
    'options: --port, --host, --no-isolation',
  );
  const port = Number(values.port);
  if (!(Number.isInteger(port) && port >= 0 && port < 65536))
    throw new Failure(`--port takes a whole number from 0 to 65535, not "${values.port}".`);
  const [folder] = positionals;
  return { port, host: values.host, isolation: !values['no-isolation'], ...(folder && { folder }) };
}

/**
 * Serves until the process is stopped.
 * @param {ServeOptions} options
 */
export async function serveForever(options) {
  const { url } = await serve(options);
  console.log(`\nUnfold is at ${url}   (Ctrl-C stops it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
}

if (isMain(import.meta.url)) main(() => serveForever(serveOptions()));
