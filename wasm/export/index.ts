/**
 * The ways out: a saved model for ONNX Runtime, PyTorch and Keras. Needs no engine; importing does nothing.
 */
export { type KerasProject, toKeras } from './keras.js';
export { type OnnxOptions, type OnnxPair, toOnnx } from './onnx/index.js';
export { toPyTorch, type PyTorchProject } from './pytorch/index.js';
export { fromStateDict, type StateDictOptions, toStateDict } from './pytorch/state-dict.js';
