/** Scripts of another origin, such as a CDN's: no worker may be one, but a worker of ours may import one. */

/** Bundlers that replace `import.meta.url` put a file's address there, which tells nothing. */
export function isElsewhere(url: string): boolean {
  return /^https?:/.test(url) && new URL(url).origin !== location.origin;
}

/** The address of a script of ours that imports that one. The policy has to allow `worker-src blob:` and its origin. */
export function shim(url: string): string {
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
}
