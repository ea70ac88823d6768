// node scripts/build/serve.mjs [--port 8080] [--host localhost] [--no-isolation] [folder]: serves the page with the headers
// that it needs: isolation (for threads) and a strict policy.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { at, commandLine, Failure, isMain, main, messageOf, numberOf } from '../lib.mjs';

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
  const files = sirv(folder, { dev: true, etag: true });
  return (request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
    compress(request, response, () => files(request, response));
  };
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
  for (let tries = 0; !server.listening; ++tries) {
    try {
      await once(server.listen(port && port + tries, host), 'listening');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EADDRINUSE' && port !== 0 && tries < 20 && port + tries < 65535) continue;
      throw new Failure(`port ${port + tries} on ${host} cannot be opened (${code ?? messageOf(error)}).`);
    }
  }
  const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
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

if (isMain(import.meta.url)) {
  main(async () => {
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
    const port = numberOf(values, 'port', { from: 0, to: 65535 });
    const [folder] = positionals;
    const isolation = !values['no-isolation'];
    const { url } = await serve({ port, host: values.host, isolation, ...(folder && { folder }) });
    console.log(`\nUnfold is at ${url}   (Ctrl-C stops it)`);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
  });
}
