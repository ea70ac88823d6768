/**
 * The ways out: a saved model for ONNX Runtime, PyTorch and Keras, in fewer bits, or as a program that needs nothing. Needs no engine;
 * importing does nothing.
 */
export { toFloat16 } from './float16.js';
export { toC } from './plain/c/index.js';
export { toNumPy } from './plain/numpy/index.js';
export { type HtmlOptions, toHtml } from './plain/html/index.js';
export { toJavaScript } from './plain/javascript/index.js';
export type { PlainOptions } from './plain/options.js';
export { type ImportOptions, importModel } from './import.js';
export { type KerasProject, toKeras } from './keras.js';
export { type OnnxOptions, type OnnxPair, toOnnx } from './onnx/index.js';
export { toPyTorch, type PyTorchProject } from './pytorch/index.js';
export { fromStateDict, type StateDictOptions, toStateDict } from './pytorch/state-dict.js';
