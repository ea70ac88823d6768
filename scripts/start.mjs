// npm start [-- --port 8080 --host localhost --no-isolation]: sets up, builds, serves the page.
import { build } from './build.mjs';
import { main, setUp } from './lib.mjs';
import { serveForever, serveOptions } from './serve.mjs';

main(async () => {
  const options = serveOptions();
  setUp('build');
  build('wasm', 'package', 'web');
  await serveForever(options);
});
