/** Files and pipes: `-` is standard input or output. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, open, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UsageError } from './options.js';

/** A file that cannot be read or written: one sentence, and status 1. */
export class FileError extends Error {}

const causes: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is refused',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

function refuse(path: string, what: string, error: unknown): FileError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new FileError(`${path} cannot be ${what}: ${causes[code] ?? message}.`);
}

export async function read(path: string): Promise<Uint8Array> {
  if (path !== '-') {
    return readFile(path).catch((error) => {
      throw refuse(path, 'read', error);
    });
  }
  if (process.stdin.isTTY) throw new UsageError('nothing is piped in, and no file is named.');
  return buffer(process.stdin);
}

/** The bytes of several texts, one behind the other. Without a name: what is piped in. */
export async function readTexts(paths: string[]): Promise<Uint8Array> {
  const parts = [];
  for (const path of paths.length ? paths : ['-']) parts.push(await read(path));
  return Buffer.concat(parts);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Before hours of work: whether its result could be written. */
export async function checkWritable(path: string): Promise<void> {
  if (path === '-') return;
  try {
    await access(dirname(path), constants.W_OK);
    if (await exists(path)) await access(path, constants.W_OK);
  } catch (error) {
    throw refuse(path, 'written', error);
  }
}

/** The calls that change the disk, in one place so that tests can let each of them fail. */
export const disk = { open, link, rename, rm };

/** The generation before: what a damaged file falls back on. */
export const previousOf = (path: string) => `${path}.previous`;

/**
 * All or nothing: whatever interrupts it, the file is the former one or the new one. With `keep`, the former one stays
 * beside it, as `previousOf` names it.
 */
export async function write(path: string, bytes: Uint8Array | string, { keep = false } = {}): Promise<void> {
  if (path === '-') return print(bytes);
  const target = await realpath(path).catch(() => path); // a link stays a link
  await removeLeftovers(target);
  const part = `${target}.${process.pid}-${randomUUID()}.part`;
  try {
    const file = await disk.open(part, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (keep) await keepFormer(target);
    await disk.rename(part, target);
  } catch (error) {
    await disk.rm(part, { force: true }).catch(() => {}); // the first error says more
    throw refuse(path, 'written', error);
  }
  await syncFolder(dirname(target));
}

/** The former file under its second name; at every moment there is a whole one under each name that exists. */
async function keepFormer(target: string): Promise<void> {
  if (!(await exists(target))) return;
  const spare = `${target}.${process.pid}-${randomUUID()}.part`;
  try {
    await disk.link(target, spare);
    await disk.rename(spare, previousOf(target));
  } catch (error) {
    await disk.rm(spare, { force: true }).catch(() => {});
    // Some file systems have no links: there one generation has to do.
    if (
      !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(
        (error as NodeJS.ErrnoException).code ?? '',
      )
    )
      throw error;
  }
}

/** Where folders can be synchronised, a rename then survives a power cut as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Parts that a killed process left behind. */
async function removeLeftovers(target: string): Promise<void> {
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const owner = name.startsWith(`${basename(target)}.`) && /\.(\d+)-[\da-f-]{36}\.part$/.exec(name)?.[1];
    if (owner && !isAlive(Number(owner)))
      await rm(join(dirname(target), name), { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** To standard output, no faster than its reader takes it. */
export async function print(text: Uint8Array | string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
