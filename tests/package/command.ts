/** The command line as a shell starts it. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  status: number | null;
  out: string;
  err: string;
  bytes: Buffer;
}

export function start(cwd: string, args: string[], options: SpawnOptions = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd, ...options });
  const ended: Promise<Ended> = new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    let err = '';
    child.stdout?.on('data', (data) => out.push(data));
    child.stderr!.on('data', (data) => (err += data));
    child.on('error', reject);
    child.on('close', (status) => {
      const bytes = Buffer.concat(out);
      resolve({ status, out: bytes.toString(), bytes, err });
    });
  });
  return { child, ended };
}

export async function run(cwd: string, args: string[], input: Uint8Array | string = ''): Promise<Ended> {
  const { child, ended } = start(cwd, args);
  child.stdin!.on('error', () => {}); // it may end without reading
  child.stdin!.end(input);
  return ended;
}
