import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('src/offline/sw.js', import.meta.url));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Writes the service worker: it knows every file of the build, and changes when one of them does. */
export function offline(): Plugin {
  let out = '';
  return {
    name: 'unfold:offline',
    apply: 'build',
    configResolved(config) {
      out = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith(sep)) out = config.build.outDir;
    },
    closeBundle() {
      const paths = filesBelow(out).filter((path) => !path.endsWith('sw.js') && !path.endsWith('.map'));
      const names = paths.map((path) => relative(out, path).split(sep).join('/')).sort();
      const hash = createHash('sha256');
      for (const name of names) hash.update(name).update(readFileSync(join(out, name)));
      const worker = readFileSync(source, 'utf8');
      // The folder itself is the page's address.
      const files = names.map((name) => (name === 'index.html' ? './' : name));
      const version = hash.update(worker).digest('hex').slice(0, 16);
      const head = `const FILES = ${JSON.stringify(files)};\nconst VERSION = ${JSON.stringify(version)};\n`;
      writeFileSync(join(out, 'sw.js'), head + worker.replace(/^\/\* global .*\n/m, ''));
    },
  };
}
