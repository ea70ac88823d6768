// Emscripten's JavaScript, made digestible for bundlers: the same program, said so that Vite, webpack and esbuild
// neither follow what only Node has, nor meet a top-level await, nor lose sight of the thread's script.

const fromNode =
  'const fromNode = (name) => import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`);\n';

/** The source of simd.js or simd-threads.js, adapted; once adapted, unchanged. */
export function adapt(source) {
  if (source.startsWith(fromNode)) return source;
  const factory = /export default (\w+);/.exec(source)?.[1];
  const adapted = source
    // Vite reads a worker's options only where they are written out. Node: no options of the program's own.
    .replace(/var workerOptions=\{(.*?)\};(.*?),workerOptions\)/s, '$2,{$1,execArgv:[]})')
    .replace(
      /if \(isNode\) isPthread = \(await import\(.*?\)\)\.workerData === 'em-pthread';/,
      startNodeThread(factory),
    )
    .replace(/\bimport\((['"])(?:node:)?(module|worker_threads)\1\)/g, 'fromNode("$2")');
  const left = /\bimport\(\s*['"][^)]*\)|^.*\(await .*workerData.*$|.{20},workerOptions\)/m.exec(adapted);
  if (left) throw new Error(`This version of Emscripten writes what wasm/glue.mjs does not know: ${left[0]}`);
  return fromNode + adapted;
}

/** In place of a top-level await, which workers of the classic kind cannot have. */
function startNodeThread(factory) {
  return `if (isNode) fromNode("worker_threads").then(({ workerData }) => workerData === 'em-pthread' && ${factory}());`;
}
