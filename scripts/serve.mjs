// A static server with the headers the page needs: isolation (for threads) and a strict policy.
//   node scripts/serve.mjs [--port 8080] [--host localhost] [--no-isolation] [folder]
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { at, Failure, isMain, main } from './lib.mjs';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

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

/** The file an address means, or undefined: nothing outside the folder, through links or not. */
async function find(folder, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(`http://host${url}`).pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  try {
    let file = await realpath(join(folder, path));
    let info = await stat(file);
    if (info.isDirectory()) {
      if (!path.endsWith('/')) return undefined;
      file = await realpath(join(file, 'index.html'));
      info = await stat(file);
    }
    return info.isFile() && file.startsWith(folder + sep) ? { file, info } : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes between which a file is worth being sent compressed, and is kept so. */
const COMPRESSED = [1000, 8_000_000];
const dense = new Set(['.ico', '.png', '.woff2']);
const compress = promisify(brotliCompress);
/** By the file's tag: the second who asks gets what the first waited for. */
const compressed = new Map();

function smaller(file, tag) {
  const key = `${file} ${tag}`;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  if (!compressed.has(key)) {
    const bytes = readFile(file).then((whole) => compress(whole, { params }));
    bytes.catch(() => compressed.delete(key));
    compressed.set(key, bytes);
  }
  return compressed.get(key);
}

async function answer(folder, headers, request, response) {
  const reply = (status, more, text = '') => {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', ...more });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return reply(405, { Allow: 'GET, HEAD' }, 'Only GET and HEAD.\n');
  }
  const found = await find(folder, request.url);
  if (!found) return reply(404, {}, 'Not found.\n');
  // A weak one: it is the same file in both encodings.
  const tag = `W/"${found.info.size.toString(36)}-${found.info.mtimeMs.toString(36)}"`;
  if (request.headers['if-none-match'] === tag) return reply(304, { ETag: tag, Vary: 'Accept-Encoding' });
  const { size } = found.info;
  const ending = extname(found.file).toLowerCase();
  const worth = size >= COMPRESSED[0] && size <= COMPRESSED[1] && !dense.has(ending);
  const accepted = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
  const body = worth && accepted ? await smaller(found.file, tag) : undefined;
  response.writeHead(200, {
    ...headers,
    ...(body && { 'Content-Encoding': 'br' }),
    'Content-Type': types[ending] ?? 'application/octet-stream',
    'Content-Length': body?.length ?? size,
    ETag: tag,
    Vary: 'Accept-Encoding',
  });
  if (request.method === 'HEAD') return response.end();
  if (body) return response.end(body);
  createReadStream(found.file)
    .on('error', () => response.destroy())
    .pipe(response);
}

function listen(server, port, host) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      done();
    });
  });
}

/**
 * Serves a folder; resolves to {url, port, close()}. Port 0 takes any free one; a busy port is
 * passed over for the next, up to twenty.
 */
export async function serve({
  folder = at('web/dist'),
  port = 8080,
  host = 'localhost',
  isolation = true,
  headers = {},
} = {}) {
  const real = await realpath(resolve(folder)).catch(() => {
    throw new Failure(`the folder ${folder} is missing; run npm run build.`);
  });
  const all = { ...baseHeaders, ...(isolation ? isolationHeaders : {}), ...headers };
  const server = createServer((request, response) => {
    answer(real, all, request, response).catch(() => response.destroy());
  });
  for (let tries = 0; ; ++tries) {
    try {
      await listen(server, port && port + tries, host);
      break;
    } catch (error) {
      if (error.code === 'EADDRINUSE' && port !== 0 && tries < 20 && port + tries < 65535) continue;
      throw new Failure(`port ${port + tries} on ${host} cannot be opened (${error.code ?? error.message}).`);
    }
  }
  const taken = server.address().port;
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

export function serveOptions(args) {
  const options = {};
  for (let i = 0; i < args.length; ++i) {
    const value = () => args[++i] ?? fail(`${args[i - 1]} needs a value`);
    if (args[i] === '--no-isolation') options.isolation = false;
    else if (args[i] === '--host') options.host = value();
    else if (args[i] === '--port') {
      options.port = Number(value());
      if (!(Number.isInteger(options.port) && options.port >= 0 && options.port < 65536)) {
        fail(`--port takes a whole number from 0 to 65535, not "${args[i]}"`);
      }
    } else if (args[i].startsWith('-')) fail(`there is no option ${args[i]}`);
    else options.folder = args[i];
  }
  return options;
}

function fail(text) {
  throw new Failure(`${text} (options: --port, --host, --no-isolation).`);
}

/** Serves until the process is stopped. */
export async function serveForever(options) {
  const { url } = await serve(options);
  console.log(`\nUnfold is at ${url}   (Ctrl-C stops it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
}

if (isMain(import.meta.url)) main(() => serveForever(serveOptions(process.argv.slice(2))));
