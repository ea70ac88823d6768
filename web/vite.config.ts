import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './offline.config';
import { policy } from './policy.config';
import { preload } from './preload.config';
import { schema } from './schema.config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Emscripten 3 keeps the options of its thread workers in a variable; Vite wants to read them in place. */
function readableThreadOptions(): Plugin {
  const call = /(new Worker\(\s*new URL\("simd-threads\.js",\s*import\.meta\.url\)),\s*workerOptions\)/;
  return {
    name: 'unfold:readable-thread-options',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/simd-threads.js') || !call.test(code)) return null;
      return { code: code.replace(call, '$1, { type: "module", name: "em-pthread" })'), map: null };
    },
  };
}

/** What uPlot asks of Intl as soon as it is loaded, and the page never needs, would hold a phone up for a tenth of a second. */
function withoutIntl(): Plugin {
  const eager: [string, string][] = [
    ["new Intl.NumberFormat(domEnv ? nav.language : 'en-US')", '{ format: String }'],
    ['new Intl.DateTimeFormat().resolvedOptions().timeZone', 'undefined'],
  ];
  return {
    name: 'unfold:without-intl',
    transform(code, id) {
      if (!/uPlot\.esm\.js$/.test(id)) return null;
      for (const [asked, instead] of eager) {
        if (!code.includes(asked)) throw new Error(`uPlot no longer has ${asked}.`);
        code = code.replace(asked, instead);
      }
      return { code, map: null };
    },
  };
}

type ModuleOf = (id: string) => { importedIds: readonly string[] } | null;

/** What the page imports at its start, whatever else imports it too. */
function importedBy(entry: string, moduleOf: ModuleOf, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const id of moduleOf(entry)?.importedIds ?? []) importedBy(id, moduleOf, found);
  return found;
}

let start: Set<string> | undefined;

/** The start is one file: in a dozen, each of a few hundred bytes, it would take longer. */
function chunkOf(id: string, { getModuleInfo }: { getModuleInfo: ModuleOf }): string | undefined {
  // What the catalogues of other languages need, apart from the one that waits for them.
  if (/\/src\/i18n\/(format|language)\.ts$/.test(id)) return 'format';
  start ??= importedBy(here('src/main.tsx'), getModuleInfo);
  return start.has(id) ? 'main' : undefined;
}

export default defineConfig({
  root: here('.'),
  // The page works from any folder of any server.
  base: './',
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2023',
    // Nothing is inlined: the policy allows files of this origin, and texts are fetched when chosen.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks: chunkOf,
      },
    },
  },
  plugins: [readableThreadOptions(), withoutIntl(), schema(), policy(), preload(), offline()],
  worker: { format: 'es', plugins: () => [readableThreadOptions()] },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
