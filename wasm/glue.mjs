// Emscripten's JavaScript, made digestible for bundlers: the same program, said so that Vite, webpack and esbuild
// neither follow what only Node has, nor meet a top-level await, nor lose sight of the thread's script; and with a
// shared memory that takes less where a browser refuses to set four gigabytes aside (iOS does).

const fromNode =
  'const fromNode = (name) => import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`);\n';

/** Pages of 64 KB. */
const sharedMemory = `const sharedMemory = (initial) => {
  for (let maximum = 65536; ; maximum /= 2)
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (maximum < 4096) throw error;
    }
};
`;

/**
 * The source of simd.js or simd-threads.js, adapted; once adapted, unchanged.
 * @param {string} source
 */
export function adapt(source) {
  if (source.startsWith(fromNode)) return withIgnoredThread(source);
  const factory = /export default (\w+);/.exec(source)?.[1];
  const adapted = source
    // Vite reads a worker's options only where they are written out. Node: no options of the program's own.
    .replace(/var workerOptions=\{(.*?)\};(.*?),workerOptions\)/s, '$2,{$1,execArgv:[]})')
    .replace(
      /if \(isNode\) isPthread = \(await import\(.*?\)\)\.workerData === 'em-pthread';/,
      startNodeThread(factory),
    )
    .replace(/\bimport\((['"])(?:node:)?(module|worker_threads)\1\)/g, 'fromNode("$2")')
    .replace(
      /new WebAssembly\.Memory\(\{initial:(.{1,30}?),maximum:65536,shared:true\}\)/,
      'sharedMemory($1)',
    )
    // Node tells of a thread that ends without an error by an event of its own; until it is ready it is waited for.
    .replace(
      /worker\.on\("error",\w+=>worker\.onerror\(\w+\)\)/,
      '$&;worker.on("exit",()=>worker.loaded||Module["onAbort"]?.("a thread ended before it was ready"))',
    )
    // Nothing here has wide strings.
    .replace(
      /var UTF16Decoder=.*?var __embind_register_std_wstring=.*?(?=var __embind_register_void=)/s,
      'var __embind_register_std_wstring=()=>{};',
    )
    // Whoever has SIMD has globalThis.
    .replace(/(emval_get_global=\(\)=>)\{.*?unable to get global object\.".*?\};/s, '$1globalThis;');
  const left =
    /\bimport\(\s*['"][^)]*\)|^.*\(await .*workerData.*$|.{20},workerOptions\)|new WebAssembly\.Memory.*shared|worker\.on\("error",[^;]*;(?!worker\.on\("exit")/m.exec(
      adapted,
    );
  if (left) throw new Error(`This version of Emscripten writes what wasm/glue.mjs does not know: ${left[0]}`);
  return withIgnoredThread(fromNode + (adapted.includes('sharedMemory(') ? sharedMemory : '') + adapted);
}

/**
 * A thread's script is the one that starts it. Turbopack would follow that for ever.
 * @param {string} source
 */
function withIgnoredThread(source) {
  return source.replace(/new Worker\((?=new URL\()/, 'new Worker(/* turbopackIgnore: true */ ');
}

/**
 * In place of a top-level await, which workers of the classic kind cannot have.
 * @param {string | undefined} factory
 */
function startNodeThread(factory) {
  return `if (isNode) fromNode("worker_threads").then(({ workerData }) => workerData === 'em-pthread' && ${factory}());`;
}
