// Service worker: the page as it was built, for when there is no network. Written into the build by
// offline.config.ts, which puts the two constants in front: FILES, every file of the build, and VERSION, their hash.
// Answers keep the headers they came with, so a page from here is as restricted as from the server. Where the server sends
// no isolation headers, as static hosts do, they are added: from the second visit on the page has threads there too.
/* global FILES, VERSION */

const scope = self.registration.scope;
const PREFIX = `unfold ${scope} `;
const NAME = PREFIX + VERSION;

async function install() {
  const cache = await caches.open(NAME);
  // The addresses of assets carry their hash; everything else is asked for anew.
  const requests = FILES.map(
    (file) =>
      new Request(new URL(file, scope), { cache: file.startsWith('assets/') ? 'default' : 'no-cache' }),
  );
  await cache.addAll(requests);
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const ISOLATION = [
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
];

function isolated(response) {
  if (response.type !== 'basic' || ISOLATION.every(([name]) => response.headers.has(name))) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of ISOLATION) if (!headers.has(name)) headers.set(name, value);
  const { status, statusText } = response;
  // Statuses that have no body refuse one.
  return new Response([204, 205, 304].includes(status) ? null : response.body, {
    status,
    statusText,
    headers,
  });
}

async function answer(request) {
  const cache = await caches.open(NAME);
  const { pathname } = new URL(request.url);
  const home =
    request.mode === 'navigate' &&
    [scope, `${scope}index.html`].some((at) => new URL(at).pathname === pathname);
  const held = await cache.match(home ? scope : request, { ignoreVary: true, ignoreSearch: home });
  return isolated(held ?? (await fetch(request)));
}

// No skipWaiting: an open page starts workers by addresses that only its own version has.
self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(scope)) event.respondWith(answer(event.request));
});
