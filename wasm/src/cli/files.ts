/** Files and pipes: `-` is standard input or output. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  link,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
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
  ELOOP: 'its links form a circle',
};

/** What the system says of a failure, in words. */
export function causeOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return causes[code] ?? message;
}

function refuse(path: string, what: string, error: unknown): FileError {
  return new FileError(`${path} cannot be ${what}: ${causeOf(error)}.`);
}

/** A file or a pipe to its end, which a device does not have. Rejects with the signal's reason once it fires. */
export async function read(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  if (path === '-' && process.stdin.isTTY) throw new UsageError('nothing is piped in, and no file is named.');
  const aborted = new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason as Error)),
  );
  try {
    return await Promise.race([path === '-' ? buffer(process.stdin) : readWhole(path), aborted]);
  } catch (error) {
    signal?.throwIfAborted();
    throw refuse(path === '-' ? 'standard input' : path, 'read', error);
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  const found = await stat(path);
  if (found.isCharacterDevice() || found.isBlockDevice()) throw new Error('it is a device');
  return readFile(path);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function isRegular(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Before hours of work: whether its result could be written. */
export async function checkWritable(path: string): Promise<void> {
  if (path === '-') return;
  try {
    const target = await targetOf(path);
    await access(dirname(target), constants.W_OK);
    if (await exists(target)) await access(target, constants.W_OK);
  } catch (error) {
    throw refuse(path, 'written', error);
  }
}

/** Links that are followed, as Linux does. */
const MOST_LINKS = 40;

/**
 * The file behind any links, also where it does not exist yet: a link stays a link. Throws for what is no regular file:
 * to replace a pipe or a device would help nobody.
 */
export async function targetOf(path: string): Promise<string> {
  let target = await realpath(path).catch(() => path);
  for (let i = 0; (await lstat(target).catch(() => undefined))?.isSymbolicLink(); ++i) {
    if (i === MOST_LINKS) throw Object.assign(new Error(), { code: 'ELOOP' });
    target = resolve(dirname(target), await readlink(target));
  }
  const found = await stat(target).catch(() => undefined);
  if (found && !found.isFile() && !found.isDirectory())
    throw new Error('it is no regular file (- is standard output)');
  return target;
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
  const target = await targetOf(path).catch((error) => {
    throw refuse(path, 'written', error);
  });
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
