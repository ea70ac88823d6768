// A service worker that answers predictions without a server: `fetch('predict?input=…')`, online or not. model.js is
// what `npx unfold-rnn export model.safetensors --to js -o model.js` writes, of any task that takes a text.
import { predict } from './model.js';

const FILES = ['./', 'index.html'];

addEventListener('install', (event) => {
  event.waitUntil(caches.open('network').then((cache) => cache.addAll(FILES)));
  skipWaiting();
});

addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.pathname.endsWith('/predict')) event.respondWith(answer(url.searchParams.get('input') ?? ''));
  else event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

async function answer(input) {
  try {
    return Response.json(predict(input));
  } catch (error) {
    return Response.json({ error: error.message }, { status: 400 });
  }
}
