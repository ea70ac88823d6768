/** Debian's Python, whose PyTorch and ONNX some tests compare with; where they are missing, those tests are skipped. */
import { execFileSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** What the program prints; throws with what it complains of. */
export function python(args: readonly string[], program = PYTHON, env: Record<string, string> = {}): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
      env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1', ...env },
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr || message);
  }
}

/** Whether Python has the module; says so if not. */
export function hasModule(name: string): boolean {
  try {
    python(['-c', `import ${name}`]);
    return true;
  } catch {
    console.warn(`Skipped: ${PYTHON} has no ${name} (scripts/setup exchange installs it).`);
    return false;
  }
}
