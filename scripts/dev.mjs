// npm run dev: the page with live reload. The package is built once; npm run build:package renews it.
import { build } from './build.mjs';
import { at, main, run, setUp } from './lib.mjs';

main(() => {
  setUp('build');
  build('wasm', 'package');
  run(process.execPath, [at('node_modules/vite/bin/vite.js'), '--config', 'web/vite.config.ts'], {
    otherwise: null,
  });
});
