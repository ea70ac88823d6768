import type { Plugin } from 'vite';
import { contentSecurityPolicy } from '../scripts/build/serve.mjs';

/** Writes the policy into the page too, for servers that send no headers; who may frame it only a header can say. */
export function policy(): Plugin {
  const parts = contentSecurityPolicy.split('; ').filter((part) => !part.startsWith('frame-ancestors'));
  const content = [...parts, "require-trusted-types-for 'script'"].join('; ');
  return {
    name: 'unfold:policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  };
}
