/** The weights of a program: matrices as they are in the file, sums of biases, shares of what units keep. */
import type { Tensor } from '../safetensors.js';
import { Names } from './names.js';
import type { Matrix, Periods, Vector } from './program.js';

/** Where a clocked layer's matrix reads which units. */
interface Clocked {
  readonly periods: readonly number[];
  readonly rows: number;
  readonly weightRow: number;
  /** The unit of the first column. */
  readonly column: number;
}

export class Weights {
  readonly names = new Names();
  readonly #matrices = new Map<string, Matrix>();
  readonly #vectors = new Map<string, Vector>();
  readonly #periods = new Map<string, Periods>();

  constructor(readonly parameters: ReadonlyMap<string, Tensor>) {}

  lists(): { matrices: Matrix[]; vectors: Vector[]; periods: Periods[] } {
    return {
      matrices: [...this.#matrices.values()],
      vectors: [...this.#vectors.values()],
      periods: [...this.#periods.values()],
    };
  }

  matrix(name: string, clocked?: Clocked): Matrix {
    const { shape, data } = this.parameters.get(name)!;
    const [rows = 0, columns = 0] = shape;
    let matrix = this.#matrices.get(name);
    if (!matrix) {
      matrix = { name: this.names.of(name, 'weight'), rows, columns, data: clocked ? data.slice() : data };
      this.#matrices.set(name, matrix);
    }
    if (clocked) silence(matrix, clocked);
    return matrix;
  }

  vector(name: string): Vector {
    return this.#vector(name, () => this.parameters.get(name)!.data);
  }

  /** The sum of biases of a sum; null where there are none. */
  biases(sum: string, names: readonly string[]): Vector | null {
    if (!names.length) return null;
    if (names.length === 1) return this.vector(names[0]!);
    return this.#vector(`${sum}.biases`, () => {
      const total = new Float32Array(this.parameters.get(names[0]!)!.data.length);
      for (const name of names)
        this.parameters.get(name)!.data.forEach((value, i) => (total[i] = total[i]! + value));
      return total;
    });
  }

  /** Numbers that are no parameter. */
  fixed(name: string, numbers: readonly number[]): Vector {
    return this.#vector(name, () => Float32Array.from(numbers));
  }

  periods(name: string, periods: readonly number[]): Periods {
    let found = this.#periods.get(name);
    if (!found) {
      found = { name: this.names.of(`${name}.periods`, 'weight'), periods };
      this.#periods.set(name, found);
    }
    return found;
  }

  #vector(name: string, numbers: () => Float32Array): Vector {
    let vector = this.#vectors.get(name);
    if (!vector) {
      vector = { name: this.names.of(name, 'weight'), data: numbers() };
      this.#vectors.set(name, vector);
    }
    return vector;
  }
}

/** Weights from faster to slower units are 0. */
function silence({ columns, data }: Matrix, { periods, rows, weightRow, column }: Clocked): void {
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c)
      if (periods[column + c]! < periods[(weightRow + r) % periods.length]!)
        data[(weightRow + r) * columns + c] = 0;
}
