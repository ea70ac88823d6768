/** The engine's JavaScript, which Emscripten writes: there is none to read before the first build. */
declare module '*/dist/simd.js' {
  const factory: import('../dist/shared/engine.js').EngineFactory;
  export default factory;
}
declare module '*/dist/simd-threads.js' {
  const factory: import('../dist/shared/engine.js').EngineFactory;
  export default factory;
}
