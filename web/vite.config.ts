import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

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
  },
  worker: { format: 'es' },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
