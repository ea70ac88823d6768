/** Its published types are those of Express, which is not used here. */
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  export default function compression(): (
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ) => void;
}

// In Chromium, where a page is cross-origin isolated.
interface Performance {
  measureUserAgentSpecificMemory(): Promise<{ breakdown: { bytes: number; types: string[] }[] }>;
}

// What the measured pages have: their worker, the two functions that chromium.mjs puts there, and what the peers'
// libraries, which are no dependencies of the project, are used for.
declare var worker: Worker;
declare function answered(message: unknown): void;
declare function ended(reason: string): void;

interface Tensor {
  toFloat(): Tensor;
  data(): Promise<Float32Array>;
  dispose(): void;
}

declare var tf: {
  tensor1d(values: ArrayLike<number>, type: string): Tensor;
  randomUniform(shape: number[], low: number, high: number): Tensor;
  zeros(shape: number[]): Tensor;
  variable(initial: Tensor): Tensor;
  oneHot(indices: Tensor, depth: number): Tensor;
  split(x: Tensor, parts: number, axis?: number): Tensor[];
  concat(parts: Tensor[]): Tensor;
  add(a: Tensor, b: Tensor | number): Tensor;
  addN(parts: Tensor[]): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: number, b: Tensor): Tensor;
  minimum(a: Tensor, b: number): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  sum(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  sigmoid(x: Tensor): Tensor;
  tanh(x: Tensor): Tensor;
  softmax(x: Tensor): Tensor;
  losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  train: { adam(rate: number): { applyGradients(gradients: Record<string, Tensor>): void } };
  variableGrads(loss: () => Tensor): { value: Tensor; grads: Record<string, Tensor> };
  tidy(body: () => Tensor[]): Tensor[];
  keep(x: Tensor): Tensor;
  dispose(tensors: Tensor[]): void;
  setBackend(name: string): Promise<boolean>;
  wasm: { setWasmPaths(path: string): void; setThreadsCount(count: number): void; getThreadsCount(): number };
};

declare var brain: {
  recurrent: {
    LSTM: new (options: {
      inputSize: number;
      inputRange: number;
      outputSize: number;
      hiddenLayers: number[];
    }) => {
      initialize(): void;
      trainPattern(input: ArrayLike<number>, logLearningRate: boolean): number;
    };
  };
};
