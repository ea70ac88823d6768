import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './offline.config';
import { policy } from './policy.config';
import { preload } from './preload.config';

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
        // What the catalogues of other languages need, apart from the one that waits for them.
        manualChunks: (id) => (/\/src\/state\/(format|language)\.ts$/.test(id) ? 'format' : undefined),
      },
    },
  },
  plugins: [readableThreadOptions(), policy(), preload(), offline()],
  worker: { format: 'es', plugins: () => [readableThreadOptions()] },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
