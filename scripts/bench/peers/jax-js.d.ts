// What jax.mjs uses of jax-js, which is no dependency of the project.
export interface Arr {
  ref: Arr;
  shape: number[];
  slice(...at: (number | number[])[]): Arr;
  reshape(shape: number[]): Arr;
  add(other: Arr | number): Arr;
  sub(other: Arr | number): Arr;
  mul(other: Arr | number): Arr;
  div(other: Arr | number): Arr;
  sum(): Arr;
  data(): Promise<Float32Array>;
  dispose(): void;
}
export declare const numpy: {
  array(values: ArrayLike<number> | number): Arr;
  zeros(shape: number[]): Arr;
  stack(parts: Arr[]): Arr;
  matmul(a: Arr, b: Arr): Arr;
  minimum(a: Arr, b: number): Arr;
  square(x: Arr): Arr;
  sqrt(x: Arr): Arr;
  tanh(x: Arr): Arr;
};
export declare const nn: {
  sigmoid(x: Arr): Arr;
  softmax(x: Arr): Arr;
  logSoftmax(x: Arr): Arr;
  oneHot(indices: Arr, depth: number): Arr;
};
export declare const tree: { ref<T>(tree: T): T };
export declare function init(device: string): Promise<unknown>;
export declare function defaultDevice(device: string): void;
export declare function blockUntilReady(tree: unknown): Promise<unknown>;
export declare function jit<A extends unknown[], R>(f: (...args: A) => R): (...args: A) => R;
export declare function valueAndGrad<P, Aux>(
  loss: (p: P) => [Arr, Aux],
  options: { hasAux: true },
): (p: P) => [[Arr, Aux], P];
