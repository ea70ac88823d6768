import type { Plugin } from 'vite';

/** Names the engine in the page: its fetch need not wait until the scripts have run. */
export function preload(): Plugin {
  return {
    name: 'unfold:preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) => {
        const file = Object.keys(bundle).find((name) => /\bsimd-[\w-]{8}\.wasm$/.test(name));
        if (!file) throw new Error('The build has no simd.wasm.');
        const attrs = {
          rel: 'preload',
          href: `./${file}`,
          as: 'fetch',
          type: 'application/wasm',
          crossorigin: '',
        };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
